/** Days, weeks and months as reports cut them: plain calendar days without a time, so that no clock change moves them. Pure. */
import { AnalyticsError } from '../analytics-error.js'
import type { DayRange } from '../day-rows.js'

/** A week begins on Monday. */
export type Period = 'day' | 'week' | 'month'

/** Which days a report is about. */
export interface RangeOptions {
  /** The first day, `2026-01-31`. @default 30 days, the last included */
  readonly from?: string
  /** The last day, included. @default today */
  readonly to?: string
}

/** How a report is cut. */
export interface PeriodOptions extends RangeOptions {
  /** How long each period is. Periods are whole: the first may begin before `from`, and the last may go on. @default 'day' */
  readonly by?: Period
}

const dayMs = 86_400_000
const mostDays = 3_660

/** @throws AnalyticsError ANALYTICS_PERIOD: a day is none, or the range is empty or longer than ten years. */
export function readRange({ from, to }: RangeOptions, today: string): DayRange {
  const last = to === undefined ? today : assertDay('to', to)
  const first = from === undefined ? addDays(last, -29) : assertDay('from', from)
  const days = daysBetween(first, last) + 1
  if (days >= 1 && days <= mostDays) return { first, last }
  throw new AnalyticsError(
    'ANALYTICS_PERIOD',
    `From ${first} to ${last} are ${days} days, expected 1 to ${mostDays}. The last day is included.`,
  )
}

/** @throws AnalyticsError ANALYTICS_PERIOD */
export function readPeriod(by: unknown = 'day'): Period {
  if (by === 'day' || by === 'week' || by === 'month') return by
  throw new AnalyticsError(
    'ANALYTICS_PERIOD',
    `by is ${JSON.stringify(by)}, expected 'day', 'week' or 'month'.`,
  )
}

/** The first day of the period that a day is in. */
export function startOf(day: string, by: Period): string {
  if (by === 'day') return day
  if (by === 'month') return `${day.slice(0, 7)}-01`
  return addDays(day, -((new Date(day).getUTCDay() + 6) % 7))
}

/** The first day of the period that begins `count` periods later. */
export function movePeriod(start: string, by: Period, count: number): string {
  if (by !== 'month') return addDays(start, count * (by === 'week' ? 7 : 1))
  const [year, month] = start.split('-').map(Number) as [number, number]
  return isoDay(Date.UTC(year, month - 1 + count, 1))
}

/** The first days of all periods that have a day in the range. */
export function periodsOf({ first, last }: DayRange, by: Period): string[] {
  const starts: string[] = []
  for (let start = startOf(first, by); start <= last; start = movePeriod(start, by, 1)) starts.push(start)
  return starts
}

/** So many days later, or earlier. */
export const addDays = (day: string, count: number): string => isoDay(Date.parse(day) + count * dayMs)

/** How many days later `last` is. */
export const daysBetween = (first: string, last: string): number =>
  Math.round((Date.parse(last) - Date.parse(first)) / dayMs)

const isoDay = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 10)

function assertDay(name: string, day: unknown): string {
  if (typeof day === 'string' && /^\d{4}-\d\d-\d\d$/.test(day) && isRealDay(day)) return day
  throw new AnalyticsError(
    'ANALYTICS_PERIOD',
    `${name} is ${JSON.stringify(day)}, expected a day of the calendar such as "2026-01-31".`,
  )
}

/** The 31st of June would otherwise be read as the 1st of July. */
function isRealDay(day: string): boolean {
  const timeMs = Date.parse(day)
  return !Number.isNaN(timeMs) && isoDay(timeMs) === day
}
