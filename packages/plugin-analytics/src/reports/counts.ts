/** Reports about events: how many, which commands, and how fast they were answered. */
import { raw, type Sql } from '@hello/core'
import { type DayRange, durationGrowth, noDuration, queryCounts } from '../day-rows.js'
import type { RollUpState } from '../roll-up-state.js'
import { addDays, movePeriod, type Period, periodsOf } from './periods.js'

/** The events of one period. */
export interface EventsOfPeriod {
  /** Its first day. */
  readonly start: string
  /** All of them. */
  readonly total: number
  /** By type; a type that did not happen is absent. */
  readonly byType: Readonly<Record<string, number>>
}

/** How often a command was used. */
export interface CommandUse {
  /** Without the slash. */
  readonly command: string
  readonly uses: number
}

/** How long handlers took to answer, in milliseconds; all but the count and the average are right to a tenth. */
export interface ResponseTimes {
  /** How many were measured. The times are 0 where none was. */
  readonly count: number
  readonly averageMs: number
  readonly medianMs: number
  readonly p95Ms: number
  readonly p99Ms: number
}

/** @param range of whole days; the answer has whole periods */
export async function eventsByPeriod(
  sql: Sql,
  state: RollUpState,
  range: DayRange,
  by: Period,
): Promise<EventsOfPeriod[]> {
  const periods = periodsOf(range, by)
  const end = addDays(movePeriod(periods.at(-1) as string, by, 1), -1)
  const rows = await queryCounts<{ start: string; type: string; events: string }>(
    sql,
    state,
    { first: periods[0] as string, last: end },
    raw(`
      SELECT date_trunc('${by}', day::timestamp)::date::text AS start, type, sum(events) AS events
      FROM counts GROUP BY 1, 2 ORDER BY 3 DESC, 2`),
  )
  return periods.map((start) => {
    const own = rows.filter((row) => row.start === start)
    return {
      start,
      total: own.reduce((sum, { events }) => sum + Number(events), 0),
      byType: Object.fromEntries(own.map(({ type, events }) => [type, Number(events)])),
    }
  })
}

/** The commands that were used most. @param limit a whole number that was checked */
export async function topCommandsOf(
  sql: Sql,
  state: RollUpState,
  range: DayRange,
  limit: number,
): Promise<CommandUse[]> {
  const rows = await queryCounts<{ command: string; uses: string }>(
    sql,
    state,
    range,
    raw(`
      SELECT name AS command, sum(events) AS uses FROM counts
      WHERE type = 'command' AND name <> '' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT ${limit}`),
  )
  return rows.map(({ command, uses }) => ({ command, uses: Number(uses) }))
}

/** Of the commands, messages and buttons of those days. */
export async function responseTimesOf(sql: Sql, state: RollUpState, range: DayRange): Promise<ResponseTimes> {
  const rows = await queryCounts<{ class: number; events: string; duration_ms: number }>(
    sql,
    state,
    range,
    raw(`
      SELECT duration_class AS class, sum(events) AS events, sum(duration_ms) AS duration_ms FROM counts
      WHERE duration_class <> ${noDuration} GROUP BY 1 ORDER BY 1`),
  )
  const classes = rows.map((row) => ({ class: row.class, events: Number(row.events) }))
  const count = classes.reduce((sum, { events }) => sum + events, 0)
  const totalMs = rows.reduce((sum, row) => sum + row.duration_ms, 0)
  const quantile = (part: number) => quantileOf(classes, count * part)
  return {
    count,
    averageMs: count === 0 ? 0 : totalMs / count,
    medianMs: quantile(0.5),
    p95Ms: quantile(0.95),
    p99Ms: quantile(0.99),
  }
}

/** The middle of the class in which the `rank`-th time is: no time of that class is further from it than a tenth. */
function quantileOf(classes: readonly { class: number; events: number }[], rank: number): number {
  let passed = 0
  for (const { class: index, events } of classes) {
    passed += events
    if (passed >= rank) return durationGrowth ** (index + 0.5)
  }
  return 0
}
