/** The events that the app and its plugins state, and the check of what is tracked against them. */
import type { AppExtensions } from '@hello/core'
import { z } from '@hello/core'
import { AnalyticsError } from './analytics-error.js'
import { analyticsEvents, type EventData, type EventSchemas, eventFault } from './define-events.js'
import type { AnalyticsOptions } from './options.js'

interface Needs {
  readonly options: AnalyticsOptions
  readonly extensions: AppExtensions
}

/** See the file's purpose. The service `analyticsEventBook`. */
export class EventBook {
  readonly #extensions: AppExtensions
  readonly #ofApp: EventSchemas | undefined
  #known: ReadonlyMap<string, z.ZodType<EventData, EventData>> | undefined

  constructor({ options, extensions }: Needs) {
    this.#extensions = extensions
    this.#ofApp = options.events
  }

  /**
   * The data as it is stored, at once where there is no schema. Where the app states its events, others are refused; where it does not, they go unchecked.
   *
   * @throws AnalyticsError ANALYTICS_EVENT, ANALYTICS_EVENT_UNKNOWN, ANALYTICS_EVENT_DATA
   */
  check(type: string, data: EventData): EventData | Promise<EventData> {
    this.#assertShape(type, data)
    const schema = this.#all().get(type)
    if (schema === undefined) {
      if (this.#ofApp !== undefined) throw this.#unknown(type)
      return data
    }
    return this.#parse(schema, type, data)
  }

  async #parse(schema: z.ZodType<EventData, EventData>, type: string, data: EventData): Promise<EventData> {
    const parsed = await schema.safeParseAsync(data)
    if (!parsed.success) {
      throw new AnalyticsError(
        'ANALYTICS_EVENT_DATA',
        `The data of event "${type}" does not fit its schema: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`,
      )
    }
    this.#assertShape(type, parsed.data)
    return parsed.data
  }

  #assertShape(type: string, data: unknown): void {
    if (type.length < 1 || type.length > 50) {
      throw new AnalyticsError(
        'ANALYTICS_EVENT',
        `The type of an event has 1–50 characters, "${type.slice(0, 60)}" has ${type.length}.`,
      )
    }
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return
    throw new AnalyticsError(
      'ANALYTICS_EVENT',
      `The data of event "${type}" must be an object; found ${Array.isArray(data) ? 'a list' : typeof data}.`,
    )
  }

  /** Asked late: contributions cannot be had while services are built. @throws AnalyticsError ANALYTICS_EVENTS_INVALID */
  #all(): ReadonlyMap<string, z.ZodType<EventData, EventData>> {
    if (this.#known !== undefined) return this.#known
    const known = new Map<string, z.ZodType<EventData, EventData>>()
    const sources = [
      { owner: 'the app', events: this.#ofApp ?? {} },
      ...this.#extensions
        .of(analyticsEvents)
        .map(({ plugin, value }) => ({ owner: `plugin "${plugin}"`, events: value })),
    ]
    for (const { owner, events } of sources) {
      for (const [type, schema] of Object.entries(events)) {
        const fault =
          eventFault(type, schema) ??
          (known.has(type) && known.get(type) !== schema ? `Event "${type}" is stated twice.` : undefined)
        if (fault !== undefined)
          throw new AnalyticsError('ANALYTICS_EVENTS_INVALID', `In the events of ${owner}: ${fault}`)
        known.set(type, schema)
      }
    }
    this.#known = known
    return known
  }

  /** Reads what plugins contribute, so that a fault in it is found when the app starts. @throws AnalyticsError ANALYTICS_EVENTS_INVALID */
  assertValid(): void {
    this.#all()
  }

  #unknown(type: string): AnalyticsError {
    const known = [...this.#all().keys()].join(', ') || 'none'
    return new AnalyticsError(
      'ANALYTICS_EVENT_UNKNOWN',
      `Event "${type}" is not stated (found: ${known}). Add it to the events of analytics(), or contribute it to analyticsEvents.`,
    )
  }
}
