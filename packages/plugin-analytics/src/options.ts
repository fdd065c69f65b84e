/** The options of the plugin, and what they mean where they are left out. */
import { fromEnvironment, z } from '@hello/core'
import type { EventSchemas } from './define-events.js'

const everything = { messages: true, commands: true, callbacks: true, joins: true, blocks: true }
const nothing = { messages: false, commands: false, callbacks: false, joins: false, blocks: false }

const tracks = z.strictObject({
  messages: z.boolean().default(true),
  commands: z.boolean().default(true),
  callbacks: z.boolean().default(true),
  joins: z.boolean().default(true),
  blocks: z.boolean().default(true),
})

const buffer = z.strictObject({
  flushEveryMs: z.int().min(10).max(60_000).default(1_000),
  maxEvents: z.int().min(1).max(10_000).default(1_000),
})

/** See {@link AnalyticsInput}. */
export const optionsSchema = z.object({
  events: z.custom<EventSchemas>((value) => typeof value === 'object' && value !== null).optional(),
  tracks: z
    .union([z.boolean(), tracks])
    .default(true)
    .transform((given) => (given === true ? everything : given === false ? nothing : given)),
  buffered: z
    .union([z.boolean(), buffer])
    .default(false)
    .transform((given) => (typeof given === 'object' ? given : given ? buffer.parse({}) : undefined)),
  timeZone: fromEnvironment(
    'ANALYTICS_TIME_ZONE',
    z
      .string()
      .refine(isTimeZone, 'expected a name such as Europe/Berlin')
      .default('UTC')
      .describe('Where the days of reports begin and end: an IANA name'),
  ),
  keepEventsDays: fromEnvironment(
    'ANALYTICS_KEEP_EVENTS_DAYS',
    z.int().min(32).max(36_500).default(400).describe('After how many days single events are deleted'),
  ),
})

/** The options as the plugin's code has them. */
export type AnalyticsOptions = z.output<typeof optionsSchema>

/** Which events are tracked by themselves. */
export interface AutomaticTracking {
  /** Messages of people that are no command. @default true */
  readonly messages?: boolean
  /** Commands that a plugin answered. @default true */
  readonly commands?: boolean
  /** Buttons that were pressed. @default true */
  readonly callbacks?: boolean
  /** People and the bot itself coming into groups, and leaving them. @default true */
  readonly joins?: boolean
  /** People who block the bot, and who come back. @default true */
  readonly blocks?: boolean
}

/** How events wait in memory. */
export interface BufferOptions {
  /** Longest wait. Integer from 10 to 60 000. @default 1_000 */
  readonly flushEveryMs?: number
  /** How many are written without waiting any longer. Integer from 1 to 10 000. @default 1_000 */
  readonly maxEvents?: number
}

/** What `analytics()` takes. */
export interface AnalyticsInput<E extends EventSchemas = EventSchemas> {
  /** The events of the app, by type. Where they are stated, others are refused. @default any event, unchecked */
  readonly events?: E
  /** What is tracked by itself; `false`: nothing. @default all of it */
  readonly tracks?: boolean | AutomaticTracking
  /** Whether events wait in memory for a moment and are written many at a time, outside of the update's transaction. A kill loses those that wait. @default false */
  readonly buffered?: boolean | BufferOptions
  /** Where the days of reports begin and end: an IANA name. Or the variable ANALYTICS_TIME_ZONE. @default 'UTC' */
  readonly timeZone?: string
  /** After how many days single events are deleted; reports keep their days for good. Integer from 32 to 36 500. Or the variable ANALYTICS_KEEP_EVENTS_DAYS. @default 400 */
  readonly keepEventsDays?: number
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}
