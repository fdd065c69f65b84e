/** The events that an app or a plugin states: a name and a zod schema each, from which the compiler and the run-time check both come. */
import { defineExtension, type Extension, z } from '@hello/core'
import { AnalyticsError } from './analytics-error.js'

/** The data of an event: plain JSON. */
export type EventData = Readonly<Record<string, unknown>>

/** Events by their types: 1–50 characters each. */
export type EventSchemas = Readonly<Record<string, z.ZodType<EventData, EventData>>>

/** What `track` takes after the type: the data may be left out where the schema has nothing that must be given. */
export type TrackArguments<E extends EventSchemas, T extends keyof E, Options> =
  {} extends z.input<E[T]>
    ? [data?: z.input<E[T]>, options?: Options]
    : [data: z.input<E[T]>, options?: Options]

/** The types of the events that the plugin tracks by itself. */
export const automaticTypes = [
  'message',
  'command',
  'callback',
  'joined',
  'left',
  'blocked',
  'unblocked',
] as const

/** A type of {@link automaticTypes}. */
export type AutomaticType = (typeof automaticTypes)[number]

/**
 * States events: for `analytics({ events })`, and for the types of `track` in plugins that require `analytics.for(events)`.
 *
 * @example
 * ```ts
 * export const events = defineEvents({ purchase: z.object({ amount: z.number().positive() }) })
 * ```
 * @throws AnalyticsError ANALYTICS_EVENTS_INVALID: a type has not 1–50 characters, is tracked by the plugin itself, or has no schema.
 */
export function defineEvents<const E extends EventSchemas>(events: E): E {
  for (const [type, schema] of Object.entries(events)) {
    const fault = eventFault(type, schema)
    if (fault !== undefined) throw new AnalyticsError('ANALYTICS_EVENTS_INVALID', fault)
  }
  return Object.freeze(events)
}

/** What is wrong with the statement of one event; `undefined` where nothing is. */
export function eventFault(type: string, schema: unknown): string | undefined {
  if (type.length < 1 || type.length > 50)
    return `The type of an event has 1–50 characters, "${type.slice(0, 60)}" has ${type.length}.`
  if ((automaticTypes as readonly string[]).includes(type))
    return `Event "${type}" is tracked by the analytics plugin itself. Give yours another type.`
  if (!(schema instanceof z.ZodType))
    return `Event "${type}" has no schema: expected one of zod, such as z.object({ amount: z.number() }), with z from @hello/core.`
  return undefined
}

/** Where plugins state the events of their own, so that an app that states its events knows them too. */
export const analyticsEvents: Extension<EventSchemas, 'app'> =
  defineExtension<EventSchemas>('analytics/events')
