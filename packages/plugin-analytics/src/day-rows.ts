/** The rows that every report reads: the roll-ups, and what has happened since. SQL without values of people. */
import { raw, type Sql, type SqlFragment } from '@hello/core'
import type { RollUpState } from './roll-up-state.js'

/** Each class of response times ends a fifth above where it begins; the first ends at 1.2 ms, the last has no end. */
export const durationGrowth = 1.2

/** For events without a time. */
export const noDuration = -1

/** The class of an event's response time. */
export const durationClass = raw(
  `CASE WHEN duration_ms IS NULL THEN ${noDuration} ELSE LEAST(99, floor(ln(GREATEST(duration_ms, 1)) / ln(${durationGrowth}))) END::smallint`,
)

/** The days that a report looks at, the last included. */
export interface DayRange {
  readonly first: string
  readonly last: string
}

/**
 * Asks `body` of `days`: how many people (`people`) were active on a day and before that on `previous_day`, which is null
 * for those who were never seen before. To sum up the rows whose `previous_day` lies before a period counts each person
 * of that period once: no list of people is read, sorted or hashed.
 */
export function queryDays<Row extends object>(
  sql: Sql,
  { timeZone, rolledUntil }: RollUpState,
  { first, last }: DayRange,
  body: SqlFragment,
): Promise<Row[]> {
  return sql<Row>`
    WITH ${liveDays(timeZone, rolledUntil)}, days AS (
      SELECT day, NULLIF(previous_day, '-infinity') AS previous_day, people FROM analytics_day_people
      WHERE day BETWEEN ${first}::date AND ${last}::date
      UNION ALL
      SELECT day, previous_day, count(*) FROM live
      WHERE last_day IS DISTINCT FROM day AND day BETWEEN ${first}::date AND ${last}::date GROUP BY 1, 2
    )
    ${body}`
}

/**
 * Asks `body` of `cohorts`: how many of those who were first seen on `first_day` were active on `day` (`day_people`), for
 * the first time in its week (`week_people`), in its month (`month_people`); perhaps in two rows. Both days are in the range.
 */
export function queryCohorts<Row extends object>(
  sql: Sql,
  { timeZone, rolledUntil }: RollUpState,
  { first, last }: DayRange,
  body: SqlFragment,
): Promise<Row[]> {
  return sql<Row>`
    WITH ${liveDays(timeZone, rolledUntil)}, cohorts AS (
      SELECT first_day, day, day_people, week_people, month_people FROM analytics_day_cohorts
      WHERE first_day BETWEEN ${first}::date AND ${last}::date AND day BETWEEN ${first}::date AND ${last}::date
      UNION ALL
      SELECT first_day, day, ${cohortPeople} FROM live
      WHERE last_day IS DISTINCT FROM day AND first_day BETWEEN ${first}::date AND ${last}::date
        AND day BETWEEN ${first}::date AND ${last}::date
      GROUP BY 1, 2
    )
    ${body}`
}

/** Counts rows of people and days as `day_people`, `week_people` and `month_people`. */
export const cohortPeople = raw(`count(*),
  count(*) FILTER (WHERE previous_day IS NULL OR previous_day < date_trunc('week', day::timestamp)),
  count(*) FILTER (WHERE previous_day IS NULL OR previous_day < date_trunc('month', day::timestamp))`)

/** What has happened since the roll-ups ended. Both values come from the database and from checked options. */
function liveDays(timeZone: string, rolledUntil: string): SqlFragment {
  const [zone, since] = [timeZone, rolledUntil].map((text) => `'${text.replaceAll("'", "''")}'`)
  return raw(`fresh AS (
      SELECT (occurred_at AT TIME ZONE ${zone})::date AS day, user_id
      FROM analytics_events
      WHERE occurred_at >= ${since}::timestamptz AND is_activity AND user_id IS NOT NULL GROUP BY 1, 2
    ), live AS (
      SELECT f.day, f.user_id, p.last_day,
        COALESCE(p.first_day, min(f.day) OVER (PARTITION BY f.user_id)) AS first_day,
        COALESCE(lag(f.day) OVER (PARTITION BY f.user_id ORDER BY f.day), p.last_day) AS previous_day
      FROM fresh f LEFT JOIN analytics_people p USING (user_id)
    )`)
}

/** Asks `body` of `counts`: how many events of each day, type, name and class of response time, perhaps in two rows. */
export function queryCounts<Row extends object>(
  sql: Sql,
  { timeZone, rolledUntil }: RollUpState,
  { first, last }: DayRange,
  body: SqlFragment,
): Promise<Row[]> {
  return sql<Row>`
    WITH counts AS (
      SELECT day, type, name, duration_class, events, duration_ms FROM analytics_day_counts
      WHERE day BETWEEN ${first}::date AND ${last}::date
      UNION ALL
      SELECT * FROM (
        SELECT (occurred_at AT TIME ZONE ${timeZone})::date AS day, type, name,
          ${durationClass} AS duration_class, count(*), COALESCE(sum(duration_ms), 0)
        FROM analytics_events WHERE occurred_at >= ${rolledUntil}::timestamptz GROUP BY 1, 2, 3, 4
      ) AS live WHERE day BETWEEN ${first}::date AND ${last}::date
    )
    ${body}`
}
