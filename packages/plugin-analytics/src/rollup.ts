/** Rolls single events up into days, so that an answer costs the same however long the history is. Times go through JavaScript as text: a Date would lose their microseconds, and count some events twice. */
import type { Sql } from '@hello/core'
import { cohortPeople, durationClass } from './day-rows.js'
import type { RollUpState } from './roll-up-state.js'

/** Reads it, for a report in the same transaction. */
export async function readRollUpState(sql: Sql): Promise<RollUpState> {
  // To compile a report takes several times as long as to run it.
  const [state] = await sql<RollUpState>`
    SELECT set_config('jit', 'off', true), time_zone AS "timeZone", rolled_until::text AS "rolledUntil",
      (clock_timestamp() AT TIME ZONE time_zone)::date::text AS today
    FROM analytics_rollup`
  return state as RollUpState
}

/**
 * Rolls up the next events: at most a day of them, in the caller's transaction. Nothing but the roll-ups is locked.
 *
 * @returns whether there is more to do
 */
export async function rollUpNext(sql: Sql): Promise<boolean> {
  const [state] = await sql<{ timeZone: string; rolledUntil: string }>`
    SELECT time_zone AS "timeZone", rolled_until::text AS "rolledUntil" FROM analytics_rollup FOR UPDATE`
  const slice = await nextSlice(sql, state as RollUpState)
  if (slice === undefined) return false
  await rollUpPeople(sql, slice)
  await rollUpCounts(sql, slice)
  await sql`UPDATE analytics_rollup SET rolled_until = ${slice.until}::timestamptz`
  return slice.hasMore
}

interface Slice {
  readonly from: string
  readonly until: string
  /** The day that all of it is in. */
  readonly day: string
  readonly hasMore: boolean
}

async function nextSlice(sql: Sql, { timeZone, rolledUntil }: RollUpState): Promise<Slice | undefined> {
  // An event is dated when it is written and seen when its transaction ends. So only what is older than every
  // transaction under way is settled; ten seconds more than cover the moment between a BEGIN and its showing there.
  // Where clocks go back over midnight it comes twice, and the new day begins with the first one.
  const [slice] = await sql<Slice & { isEmpty: boolean }>`
    WITH settled AS (
      SELECT LEAST(clock_timestamp() - interval '10 seconds', min(xact_start)) AS at
      FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    ), begun AS (
      SELECT min(occurred_at) AS at FROM analytics_events WHERE occurred_at >= ${rolledUntil}::timestamptz
    ), cut AS (
      SELECT begun.at AS from, settled.at AS settled, (begun.at AT TIME ZONE ${timeZone})::date AS day
      FROM begun, settled
    ), midnight AS (
      SELECT min(first) AS at FROM cut, LATERAL (
        SELECT (day + 1)::timestamp AT TIME ZONE ${timeZone} - back AS first
        FROM unnest('{0 min, 30 min, 1 hour, 2 hours}'::interval[]) AS back
      ) midnights
      WHERE (first AT TIME ZONE ${timeZone})::date > day
    )
    SELECT "from"::text AS "from", day::text AS day, LEAST(settled, midnight.at)::text AS until,
      settled > midnight.at AS "hasMore", "from" IS NULL OR "from" >= settled AS "isEmpty"
    FROM cut, midnight`
  return slice === undefined || slice.isEmpty ? undefined : slice
}

async function rollUpPeople(sql: Sql, { from, until, day }: Slice): Promise<void> {
  await sql`
    WITH seen AS (
      SELECT DISTINCT user_id FROM analytics_events
      WHERE occurred_at >= ${from}::timestamptz AND occurred_at < ${until}::timestamptz
        AND user_id IS NOT NULL AND is_activity
    ), added AS (
      INSERT INTO analytics_user_days (day, user_id, first_day, previous_day)
      SELECT ${day}::date, seen.user_id, COALESCE(p.first_day, ${day}::date), p.last_day
      FROM seen LEFT JOIN analytics_people p USING (user_id)
      WHERE p.last_day IS NULL OR p.last_day < ${day}::date
      RETURNING day, first_day, previous_day
    ), cohorts AS (
      INSERT INTO analytics_day_cohorts (first_day, day, day_people, week_people, month_people)
      SELECT first_day, day, ${cohortPeople} FROM added GROUP BY 1, 2
      ON CONFLICT (first_day, day) DO UPDATE SET
        day_people = analytics_day_cohorts.day_people + EXCLUDED.day_people,
        week_people = analytics_day_cohorts.week_people + EXCLUDED.week_people,
        month_people = analytics_day_cohorts.month_people + EXCLUDED.month_people
    )
    INSERT INTO analytics_day_people (day, previous_day, people)
    SELECT ${day}::date, COALESCE(previous_day, '-infinity'), count(*) FROM added GROUP BY 2
    ON CONFLICT (day, previous_day) DO UPDATE SET people = analytics_day_people.people + EXCLUDED.people`
  await sql`
    INSERT INTO analytics_people (user_id, first_day, last_day)
    SELECT user_id, day, day FROM analytics_user_days WHERE day = ${day}::date
    ON CONFLICT (user_id) DO UPDATE SET last_day = EXCLUDED.last_day
    WHERE analytics_people.last_day < EXCLUDED.last_day`
}

async function rollUpCounts(sql: Sql, { from, until, day }: Slice): Promise<void> {
  await sql`
    INSERT INTO analytics_day_counts (day, type, name, duration_class, events, duration_ms)
    SELECT ${day}::date, type, name, ${durationClass}, count(*), COALESCE(sum(duration_ms), 0)
    FROM analytics_events
    WHERE occurred_at >= ${from}::timestamptz AND occurred_at < ${until}::timestamptz
    GROUP BY 2, 3, 4
    ON CONFLICT (day, type, name, duration_class) DO UPDATE
    SET events = analytics_day_counts.events + EXCLUDED.events,
      duration_ms = analytics_day_counts.duration_ms + EXCLUDED.duration_ms`
}

/**
 * Makes the roll-ups anew from the oldest event on, with days cut in `timeZone`; what is older than every event stays.
 * Answers are right meanwhile, and slow until the job has come along.
 */
export async function restartRollUp(sql: Sql, timeZone: string): Promise<void> {
  // Of the day as it was cut until now, since that is how the sums of its events are found.
  const [oldest] = await sql<{ day: string }>`
    SELECT COALESCE((
      SELECT (min(occurred_at) AT TIME ZONE time_zone)::date FROM analytics_events
    ), 'infinity')::text AS day FROM analytics_rollup FOR UPDATE`
  const day = (oldest as { day: string }).day
  await sql`DELETE FROM analytics_day_counts WHERE day >= ${day}::date`
  await sql`DELETE FROM analytics_day_people WHERE day >= ${day}::date`
  await sql`DELETE FROM analytics_day_cohorts WHERE day >= ${day}::date`
  await sql`DELETE FROM analytics_user_days WHERE day >= ${day}::date`
  await sql`DELETE FROM analytics_people WHERE first_day >= ${day}::date`
  await sql`
    UPDATE analytics_people SET last_day = (
      SELECT max(d.day) FROM analytics_user_days d WHERE d.user_id = analytics_people.user_id
    ) WHERE last_day >= ${day}::date`
  await sql`UPDATE analytics_rollup SET time_zone = ${timeZone}, rolled_until = '-infinity'`
}
