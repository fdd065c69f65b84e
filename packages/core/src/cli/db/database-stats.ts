/** The state of a database in figures: sizes, how its indexes are used, when it was last tidied, and what lies dead in it. */
import type pg from 'pg'

/** One table. Counts of rows are the server's estimates; times are ISO 8601. */
export interface TableStats {
  readonly table: string
  /** Of its rows, those stored apart (TOAST) among them, without indexes. */
  readonly tableBytes: number
  readonly indexBytes: number
  readonly liveRows: number
  readonly deadRows: number
  /** Rows that were written since the last ANALYZE. */
  readonly changedRows: number
  readonly sequentialScans: number
  readonly indexScans: number
  /** By hand or by the server itself. Null: never. */
  readonly lastVacuum: string | null
  readonly lastAnalyze: string | null
}

/** One index. */
export interface IndexStats {
  readonly index: string
  readonly table: string
  readonly bytes: number
  /** Since the figures began; see {@link DatabaseStats.countedSince}. */
  readonly scans: number
  /** It keeps a promise (primary key, unique, exclusion), also where no query reads it. */
  readonly isConstraint: boolean
  /** False where its building was broken off: it costs and serves nobody. */
  readonly isValid: boolean
}

/** The whole. */
export interface DatabaseStats {
  readonly database: string
  readonly serverVersion: string
  readonly bytes: number
  readonly connections: number
  /** Of the role of the bot; null where it has none. */
  readonly connectionLimit: number | null
  /** Share of blocks that were found in memory, 0 to 1; null where nothing was read. */
  readonly cacheHitRatio: number | null
  /** Since when scans are counted, ISO 8601; null: since the database was made. */
  readonly countedSince: string | null
  readonly countedDays: number | null
  readonly autovacuum: boolean
  /** How long the oldest open transaction is open; null where there is none. */
  readonly oldestTransactionSeconds: number | null
  /** The largest first. */
  readonly tables: readonly TableStats[]
  /** The largest first. */
  readonly indexes: readonly IndexStats[]
}

/** Reads them, on a connection to the database. */
export async function readDatabaseStats(client: pg.Client): Promise<DatabaseStats> {
  const [whole] = await read<WholeRow>(client, wholeSql)
  const { hits, reads, ...figures } = whole as WholeRow
  return {
    ...figures,
    cacheHitRatio: hits + reads === 0 ? null : hits / (hits + reads),
    tables: await read<TableStats>(client, tablesSql),
    indexes: await read<IndexStats>(client, indexesSql),
  }
}

type WholeRow = Omit<DatabaseStats, 'cacheHitRatio' | 'tables' | 'indexes'> & { hits: number; reads: number }

async function read<Row>(client: pg.Client, sql: string): Promise<Row[]> {
  // As JSON: sizes are bigint, which the driver gives as text, and times as dates.
  const { rows } = await client.query<{ row: Row }>(`SELECT to_json(one) AS row FROM (${sql}) AS one`)
  return rows.map(({ row }) => row)
}

const wholeSql = `
  SELECT d.datname AS database, split_part(current_setting('server_version'), ' ', 1) AS "serverVersion",
    pg_database_size(d.oid) AS bytes, s.numbackends AS connections,
    (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = regexp_replace(d.datname, '_db$', '_user')) AS "connectionLimit",
    s.blks_hit AS hits, s.blks_read AS reads, s.stats_reset AS "countedSince",
    extract(epoch FROM now() - s.stats_reset) / 86400 AS "countedDays",
    current_setting('autovacuum')::boolean AS autovacuum,
    (SELECT extract(epoch FROM max(clock_timestamp() - xact_start)) FROM pg_stat_activity
      WHERE datname = d.datname AND pid <> pg_backend_pid()) AS "oldestTransactionSeconds"
  FROM pg_database d JOIN pg_stat_database s ON s.datid = d.oid WHERE d.datname = current_database()`

const tablesSql = `
  SELECT CASE schemaname WHEN 'public' THEN relname ELSE schemaname || '.' || relname END AS table,
    pg_table_size(relid) AS "tableBytes", pg_indexes_size(relid) AS "indexBytes",
    n_live_tup AS "liveRows", n_dead_tup AS "deadRows", n_mod_since_analyze AS "changedRows",
    coalesce(seq_scan, 0) AS "sequentialScans", coalesce(idx_scan, 0) AS "indexScans",
    greatest(last_vacuum, last_autovacuum) AS "lastVacuum", greatest(last_analyze, last_autoanalyze) AS "lastAnalyze"
  FROM pg_stat_user_tables ORDER BY pg_total_relation_size(relid) DESC, relname`

const indexesSql = `
  SELECT s.indexrelname AS index,
    CASE s.schemaname WHEN 'public' THEN s.relname ELSE s.schemaname || '.' || s.relname END AS table,
    pg_relation_size(s.indexrelid) AS bytes, s.idx_scan AS scans,
    i.indisunique OR i.indisexclusion AS "isConstraint", i.indisvalid AS "isValid"
  FROM pg_stat_user_indexes s JOIN pg_index i ON i.indexrelid = s.indexrelid
  ORDER BY pg_relation_size(s.indexrelid) DESC, s.indexrelname`
