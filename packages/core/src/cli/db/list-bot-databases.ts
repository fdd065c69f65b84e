/** The bots of a shared server: what each takes of it, and the figures of the server as a whole. */
import type { AdminServer } from './admin-server.js'
import { type BotState, parseMark } from './bot-mark.js'

/** One bot of the server. Sizes are in bytes. */
export interface ListedBot {
  readonly bot: string
  readonly state: BotState
  readonly database: string
  readonly role: string
  /** Null where there is no database, or where this administrator may not ask. */
  readonly sizeBytes: number | null
  readonly connections: number
  /** -1 where there is no limit. */
  readonly connectionLimit: number
  /** ISO 8601. */
  readonly createdAt: string
}

/** What {@link listBotDatabases} finds. */
export interface BotListing {
  readonly bots: readonly ListedBot[]
  readonly server: {
    /** As `15.4`. */
    readonly version: string
    /** Of everybody, this command among them. */
    readonly connections: number
    readonly maxConnections: number
  }
}

/** Lists the bots that `hello db create` has made, by name. */
export async function listBotDatabases({ client }: AdminServer): Promise<BotListing> {
  const { rows } = await client.query(
    `SELECT r.rolname AS role, r.rolconnlimit AS limit, d.datname AS database,
       shobj_description(r.oid, 'pg_authid') AS comment,
       CASE WHEN pg_has_role('pg_read_all_stats', 'MEMBER') OR has_database_privilege(d.oid, 'CONNECT')
         THEN pg_database_size(d.oid) END AS size,
       (SELECT count(*)::int FROM pg_stat_activity a WHERE a.usename = r.rolname) AS connections
     FROM pg_roles r LEFT JOIN pg_database d ON d.datname = regexp_replace(r.rolname, '_user$', '_db')
     WHERE shobj_description(r.oid, 'pg_authid') LIKE 'hello db: %' ORDER BY r.rolname`,
  )
  const bots = rows.flatMap((row): ListedBot[] => {
    const mark = parseMark(row.comment)
    if (mark === undefined) return []
    return [
      {
        bot: mark.bot,
        state: mark.state,
        database: row.database ?? '',
        role: row.role,
        sizeBytes: row.size === null ? null : Number(row.size),
        connections: row.connections,
        connectionLimit: row.limit,
        createdAt: mark.createdAt,
      },
    ]
  })
  return { bots, server: await describeServer({ client }) }
}

async function describeServer({ client }: Pick<AdminServer, 'client'>): Promise<BotListing['server']> {
  const { rows } = await client.query(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
       current_setting('max_connections')::int AS "maxConnections",
       (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections`,
  )
  return rows[0]
}
