/** What the figures of a database mean and what to do about them, the most pressing first. Pure: no I/O. */
import type { DatabaseStats, IndexStats, TableStats } from './database-stats.js'
import { inUnits } from './text-table.js'

/** One thing to do. */
export interface Advice {
  /** What was found, and why it matters. */
  readonly finding: string
  /** The statement, or what else to do. */
  readonly action: string
}

const mebibyte = 1_048_576

/** Goes through the figures; gives nothing where all is well. */
export function adviseOn(stats: DatabaseStats): Advice[] {
  return [
    ...adviseOnWhole(stats),
    ...stats.indexes.flatMap((index) => adviseOnIndex(index, stats.countedDays)),
    ...stats.tables.flatMap(adviseOnTable),
  ]
}

function adviseOnWhole(stats: DatabaseStats): Advice[] {
  const { connections, connectionLimit, oldestTransactionSeconds: openSeconds } = stats
  const advice: Advice[] = []
  if (!stats.autovacuum) {
    advice.push({
      finding:
        'autovacuum is off for the whole server: dead rows stay, and nothing guards against the wrap-around of transaction ids.',
      action: 'Set autovacuum = on in postgresql.conf and reload.',
    })
  }
  // A unit of work is ended after 30 s, and a statement after 15 s.
  if (openSeconds !== null && openSeconds > 300) {
    advice.push({
      finding: `A transaction has been open for ${Math.round(openSeconds / 60)} minutes: nothing that died since can be cleared away.`,
      action:
        'SELECT pid, application_name, state, query FROM pg_stat_activity WHERE datname = current_database() ORDER BY xact_start; then pg_terminate_backend(pid).',
    })
  }
  if (connectionLimit !== null && connections >= connectionLimit * 0.8) {
    advice.push({
      finding: `${connections} of ${connectionLimit} connections are taken; at the limit the bot is refused.`,
      action: 'End instances that should not run, or give more: hello db create <bot> --connections <n>.',
    })
  }
  if (stats.cacheHitRatio !== null && stats.cacheHitRatio < 0.9 && stats.bytes > 64 * mebibyte) {
    advice.push({
      finding: `Only ${Math.round(stats.cacheHitRatio * 100)} % of what was read lay in memory.`,
      action: 'Raise shared_buffers, or look for queries that read whole tables (below).',
    })
  }
  return advice
}

function adviseOnIndex(
  { index, table, bytes, scans, isConstraint, isValid }: IndexStats,
  days: number | null,
): Advice[] {
  if (!isValid) {
    return [
      {
        finding: `The index ${index} on ${table} is not valid: its building was broken off.`,
        action: `REINDEX INDEX CONCURRENTLY ${index};`,
      },
    ]
  }
  // Young figures prove nothing: a report of the month's end has not run yet.
  const isOldEnough = days === null || days >= 7
  if (scans > 0 || isConstraint || bytes < mebibyte || !isOldEnough) return []
  return [
    {
      finding: `The index ${index} on ${table} (${inUnits(bytes)}) was never read, and is written with each row.`,
      action: `If no rare query needs it, drop it in a migration: DROP INDEX CONCURRENTLY ${index};`,
    },
  ]
}

function adviseOnTable(one: TableStats): Advice[] {
  const { table, liveRows, deadRows, changedRows, sequentialScans, indexScans } = one
  const advice: Advice[] = []
  if (deadRows > 1_000 && deadRows > (liveRows + deadRows) * 0.2) {
    advice.push({
      finding: `${table} has ${deadRows} dead rows beside ${liveRows} live ones (last vacuum: ${one.lastVacuum ?? 'never'}).`,
      action: `VACUUM (ANALYZE) ${table}; and, where they come back: ALTER TABLE ${table} SET (autovacuum_vacuum_scale_factor = 0.05);`,
    })
  } else if (one.lastAnalyze === null ? changedRows > 500 : changedRows > 500 + liveRows * 0.2) {
    advice.push({
      finding: `${table} has ${changedRows} rows that were written since the last ANALYZE (${one.lastAnalyze ?? 'never'}): the planner guesses.`,
      action: `ANALYZE ${table};`,
    })
  }
  if (liveRows > 10_000 && sequentialScans > 100 && sequentialScans > indexScans) {
    advice.push({
      finding: `${table} (${liveRows} rows) was read whole ${sequentialScans} times, and by an index ${indexScans} times.`,
      action: 'Find the query (EXPLAIN), and give it an index in a migration.',
    })
  }
  return advice
}
