/** How many rows each table of a database has: what a backup notes, and what a restore is held against. */
import type pg from 'pg'
import { quoted } from './admin-server.js'

/** Rows by table, as `public.users`. */
export type TableCounts = Readonly<Record<string, number>>

/** The tables that hold rows, but for those of extensions, by name. */
export async function listTables(client: pg.Client): Promise<{ schema: string; table: string }[]> {
  const { rows } = await client.query<{ schema: string; table: string }>(
    `SELECT n.nspname AS schema, c.relname AS table FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype = 'e')
     ORDER BY 1, 2`,
  )
  return rows
}

/** Counts the rows of every table. Reads each table whole. */
export async function countRows(client: pg.Client): Promise<TableCounts> {
  const counts: Record<string, number> = {}
  for (const { schema, table } of await listTables(client)) {
    const { rows } = await client.query(
      `SELECT count(*)::text AS count FROM ${quoted(schema)}.${quoted(table)}`,
    )
    counts[`${schema}.${table}`] = Number(rows[0].count)
  }
  return counts
}

/** Where the two differ, in words; none where they do not. */
export function differences(expected: TableCounts, found: TableCounts): string[] {
  const tables = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort()
  return tables.flatMap((table) => {
    const [wanted, got] = [expected[table], found[table]]
    if (wanted === got) return []
    if (got === undefined) return [`${table} is missing`]
    return [
      wanted === undefined ? `${table} was not in the backup` : `${table} has ${got} rows, not ${wanted}`,
    ]
  })
}
