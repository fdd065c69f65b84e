/** When a job runs, as a plain value. Pure: what the words mean in time is told in `jobs/`, which only apps with jobs load. */
import { type Duration, durationMs } from '../config/duration.js'
import { PluginError } from '../errors.js'

/** When a job runs. Made by {@link every}, {@link daily}, {@link cron} and {@link once}. */
export type Schedule =
  | { readonly kind: 'every'; readonly text: string; readonly everyMs: number }
  | {
      readonly kind: 'cron'
      readonly text: string
      readonly pattern: string
      readonly timeZone: string
      readonly lateAtMostMs: number
    }
  | { readonly kind: 'once'; readonly text: string; readonly at?: Date }

/** What {@link daily} and {@link cron} may be told. */
export interface CalendarOptions {
  /** An IANA name such as `Europe/Berlin`; daylight saving is followed. @default 'UTC' */
  readonly timeZone?: string
  /** A run that is later than this, since no instance was up, is left out. @default '1h' */
  readonly lateAtMost?: Duration
}

/**
 * Every so often, counted from the first start on; of runs that were missed one is caught up.
 *
 * @param interval from 1 s to 24 h (`15m`); for longer ones see {@link cron}
 * @throws PluginError JOB_INVALID
 */
export function every(interval: Duration): Schedule {
  const everyMs = durationMs(interval)
  if (everyMs !== undefined && everyMs >= 1000 && everyMs <= 86_400_000)
    return { kind: 'every', text: `every ${interval}`, everyMs }
  throw invalid(`every("${interval}"): expected a duration from 1s to 24h, such as every("15m").`)
}

/**
 * Every day at a time.
 *
 * @param time `HH:MM`, 00:00–23:59, in the time zone of the options. Where a clock skips it, it runs right after.
 * @throws PluginError JOB_INVALID
 */
export function daily(time: string, options: CalendarOptions = {}): Schedule {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(time)
  if (match === null)
    throw invalid(`daily("${time}"): expected a time from 00:00 to 23:59, such as daily("08:00").`)
  const [, hour, minute] = match
  return {
    ...cron(`${Number(minute)} ${Number(hour)} * * *`, options),
    text: `daily ${time} ${zoneOf(options)}`,
  }
}

/**
 * At the times of a cron pattern: minute, hour, day of month, month, day of week. Whether the pattern is one is told
 * when the app starts.
 *
 * @example
 * ```ts
 * cron('0 9 * * MON-FRI', { timeZone: 'Europe/Berlin' })
 * ```
 * @throws PluginError JOB_INVALID: the time zone or the duration does not exist.
 */
export function cron(pattern: string, options: CalendarOptions = {}): Schedule {
  const timeZone = zoneOf(options)
  const lateAtMostMs = durationMs(options.lateAtMost ?? '1h')
  if (lateAtMostMs === undefined)
    throw invalid(`lateAtMost is "${options.lateAtMost}", expected a duration such as "1h".`)
  return { kind: 'cron', text: `cron ${pattern} ${timeZone}`, pattern, timeZone, lateAtMostMs }
}

/**
 * Once for each database, however often the app starts: when it first starts, or at the first moment after `at`.
 *
 * @param at a date, or a text with its offset such as `2027-01-01T09:00:00+01:00`
 * @throws PluginError JOB_INVALID
 */
export function once(at?: Date | string): Schedule {
  if (at === undefined) return { kind: 'once', text: 'once' }
  const date = new Date(at)
  // Without an offset the same text is another moment on another machine.
  const isMoment = at instanceof Date || /(Z|[+-]\d\d:\d\d)$/.test(at)
  if (isMoment && !Number.isNaN(date.getTime()))
    return { kind: 'once', text: `once ${date.toISOString()}`, at: date }
  throw invalid(`once("${at}"): expected a moment with its offset, such as "2027-01-01T09:00:00Z".`)
}

function zoneOf({ timeZone = 'UTC' }: CalendarOptions): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch (cause) {
    throw invalid(`timeZone is "${timeZone}", expected a name such as "Europe/Berlin".`, cause)
  }
}

const invalid = (text: string, cause?: unknown) =>
  new PluginError('JOB_INVALID', `The schedule of a job cannot be used. ${text}`, { cause })
