/** What a database is made of, as lines that can be compared: from PostgreSQL's own catalog, so that nothing is guessed. */
import type pg from 'pg'

/**
 * One line for each table, column, constraint, index, sequence, view, type, function and trigger that is no part of
 * PostgreSQL or of an extension; sorted. The order of columns counts for nothing: a column that comes back stands last.
 */
export async function dumpSchema(client: Pick<pg.Client, 'query'>): Promise<readonly string[]> {
  const { rows } = await client.query<{ line: string }>(`
    WITH own AS (
      SELECT oid, nspname FROM pg_namespace
      WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema'
    )
    SELECT format('%s %s.%s', CASE c.relkind WHEN 'i' THEN 'index' WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view'
        WHEN 'm' THEN 'materialized view' WHEN 'p' THEN 'partitioned table' WHEN 'I' THEN 'partitioned index'
        ELSE 'table' END, n.nspname, c.relname)
      || coalesce(': ' || CASE WHEN c.relkind IN ('i', 'I') THEN pg_get_indexdef(c.oid)
        WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END, '')
      || coalesce(' WITH ' || array_to_string(c.reloptions, ', '), '') AS line
    FROM pg_class c JOIN own n ON n.oid = c.relnamespace WHERE c.relkind <> 't'
    UNION ALL
    SELECT format('column %s.%s: %s%s%s%s%s', a.attrelid::regclass, a.attname,
        format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
        coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), ''),
        CASE a.attidentity WHEN '' THEN '' ELSE ' IDENTITY ' || a.attidentity::text END,
        CASE a.attgenerated WHEN '' THEN '' ELSE ' GENERATED ' || a.attgenerated::text END)
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN own n ON n.oid = c.relnamespace
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p')
    UNION ALL
    SELECT format('constraint %s.%s: %s', k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid))
    FROM pg_constraint k JOIN own n ON n.oid = k.connamespace
    UNION ALL
    SELECT format('trigger %s: %s', t.tgname, pg_get_triggerdef(t.oid))
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN own n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal
    UNION ALL
    SELECT format('function %s: %s', p.oid::regprocedure, md5(pg_get_functiondef(p.oid)))
    FROM pg_proc p JOIN own n ON n.oid = p.pronamespace
    WHERE p.prokind IN ('f', 'p')
      AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.objid = p.oid AND e.deptype = 'e')
    UNION ALL
    SELECT format('type %s: %s', t.oid::regtype,
        coalesce((SELECT string_agg(e.enumlabel, ', ' ORDER BY e.enumsortorder) FROM pg_enum e
          WHERE e.enumtypid = t.oid), t.typtype::text))
    FROM pg_type t JOIN own n ON n.oid = t.typnamespace WHERE t.typtype IN ('e', 'd')
    UNION ALL
    SELECT format('extension %s', extname) FROM pg_extension`)
  return rows.map(({ line }) => line).sort()
}

/** The lines that are in one dump alone, with a sign in front; empty where both are the same. */
export function compareDumps(before: readonly string[], after: readonly string[]): readonly string[] {
  const [had, has] = [new Set(before), new Set(after)]
  return [
    ...before.filter((line) => !has.has(line)).map((line) => `- ${line}`),
    ...after.filter((line) => !had.has(line)).map((line) => `+ ${line}`),
  ]
}
