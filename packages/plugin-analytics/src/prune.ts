/** Deletes single events that are older than they are kept, a few at a time, so that nothing waits for it. What reports say of their days stays. */
import type { Sql } from '@hello/core'

const batchSize = 5_000

/** Deletes the oldest, at most a batch. Only what is rolled up goes, and only whole days. @returns whether there is more to do */
export async function pruneEvents(sql: Sql, keepDays: number): Promise<boolean> {
  const deleted = await sql`
    DELETE FROM analytics_events WHERE id = ANY (ARRAY(
      SELECT e.id FROM analytics_events e
      WHERE e.occurred_at < (
        SELECT LEAST(
          ((clock_timestamp() AT TIME ZONE time_zone)::date - ${keepDays}::integer)::timestamp AT TIME ZONE time_zone,
          rolled_until
        ) FROM analytics_rollup
      )
      ORDER BY e.occurred_at LIMIT ${batchSize}
    )) RETURNING 1`
  return deleted.length === batchSize
}
