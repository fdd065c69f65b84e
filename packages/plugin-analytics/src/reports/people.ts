/** Reports about people: who is active, who is new, who comes back, who stays away. */
import { raw, type Sql } from '@hello/core'
import { type DayRange, queryCohorts, queryDays } from '../day-rows.js'
import type { RollUpState } from '../roll-up-state.js'
import { addDays, daysBetween, movePeriod, type Period, periodsOf, startOf } from './periods.js'

/** The people of one period. */
export interface PeopleOfPeriod {
  /** Its first day. */
  readonly start: string
  /** Who did something in it. */
  readonly active: number
  /** Of these, who was never seen before. */
  readonly new: number
  /** Of the active ones, who had been seen before: `active` without `new`. */
  readonly returning: number
  /** Who was active in the period before, and not in this one; in a period that goes on it sinks. */
  readonly churned: number
}

/** People who were first seen in the same period, and how many of them were active in each one since. */
export interface Cohort {
  /** The first day of the period in which they were first seen. */
  readonly start: string
  /** How many they are. */
  readonly size: number
  /** How many were active in that period (all of them), the next one, and so on, to the last of the report. */
  readonly active: readonly number[]
}

/** @param range of whole days; the answer has whole periods */
export async function peopleByPeriod(
  sql: Sql,
  state: RollUpState,
  range: DayRange,
  by: Period,
): Promise<PeopleOfPeriod[]> {
  const periods = periodsOf(range, by)
  const before = movePeriod(periods[0] as string, by, -1)
  const end = addDays(movePeriod(periods.at(-1) as string, by, 1), -1)
  const rows = await queryDays<{ start: string; active: string; fresh: string; stayed: string }>(
    sql,
    state,
    { first: before, last: end },
    raw(`
      SELECT start::text, sum(people) AS active, sum(people) FILTER (WHERE previous_day IS NULL) AS fresh,
        sum(people) FILTER (WHERE previous_day >= start - interval '1 ${by}') AS stayed
      FROM (SELECT date_trunc('${by}', day::timestamp)::date AS start, previous_day, people FROM days) d
      WHERE previous_day IS NULL OR previous_day < start
      GROUP BY 1`),
  )
  const byStart = new Map(rows.map((row) => [row.start, row]))
  return periods.map((start) => {
    const row = byStart.get(start)
    const [active, fresh, stayed] = [row?.active, row?.fresh, row?.stayed].map((text) =>
      Number(text ?? 0),
    ) as [number, number, number]
    const activeBefore = Number(byStart.get(movePeriod(start, by, -1))?.active ?? 0)
    return { start, active, new: fresh, returning: active - fresh, churned: activeBefore - stayed }
  })
}

/** The range as one period: against the range of the same length before it. */
export async function peopleOfRange(
  sql: Sql,
  state: RollUpState,
  { first, last }: DayRange,
): Promise<PeopleOfPeriod> {
  const before = addDays(first, -(daysBetween(first, last) + 1))
  const [row] = await queryDays<{ active: string; fresh: string; stayed: string; before: string }>(
    sql,
    state,
    { first: before, last },
    raw(`
      SELECT sum(people) FILTER (WHERE day >= '${first}' AND ${isFirstSince(first)}) AS active,
        sum(people) FILTER (WHERE day >= '${first}' AND previous_day IS NULL) AS fresh,
        sum(people) FILTER (WHERE day >= '${first}' AND previous_day >= '${before}' AND previous_day < '${first}') AS stayed,
        sum(people) FILTER (WHERE day < '${first}' AND ${isFirstSince(before)}) AS before
      FROM days`),
  )
  const [active, fresh, stayed, activeBefore] = [row?.active, row?.fresh, row?.stayed, row?.before].map(
    Number,
  ) as [number, number, number, number]
  return { start: first, active, new: fresh, returning: active - fresh, churned: activeBefore - stayed }
}

/** @param range those who were first seen in it, and what they did until its end */
export async function cohortsOf(
  sql: Sql,
  state: RollUpState,
  range: DayRange,
  by: Period,
): Promise<Cohort[]> {
  const periods = periodsOf(range, by)
  const first = periods[0] as string
  const end = addDays(movePeriod(periods.at(-1) as string, by, 1), -1)
  const rows = await queryCohorts<{ cohort: string; start: string; active: string }>(
    sql,
    state,
    { first, last: end },
    raw(`
      SELECT date_trunc('${by}', first_day::timestamp)::date::text AS cohort,
        date_trunc('${by}', day::timestamp)::date::text AS start, sum(${by}_people) AS active
      FROM cohorts GROUP BY 1, 2`),
  )
  const active = new Map(rows.map((row) => [`${row.cohort} ${row.start}`, Number(row.active)]))
  return periods.map((start, index) => {
    const counts = periods.slice(index).map((later) => active.get(`${start} ${later}`) ?? 0)
    return { start: startOf(start, by), size: counts[0] as number, active: counts }
  })
}

// Days in SQL text have been checked to be days.
const isFirstSince = (day: string): string => `(previous_day IS NULL OR previous_day < '${day}')`
