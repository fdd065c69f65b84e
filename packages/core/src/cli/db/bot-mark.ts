/** What a role carries that belongs to a bot: a comment that says so and how far it is. It is how `hello db` knows its own from what others have made. */
import pg from 'pg'
import { DatabaseError } from '../../errors.js'
import { type AdminServer, quoted } from './admin-server.js'
import type { BotNames } from './bot-names.js'

/** How far the database of a bot is: `creating` and `dropping` are left behind by a command that was broken off. */
export type BotState = 'creating' | 'ready' | 'dropping'

/** What the comment on the role says. */
export interface BotMark {
  readonly bot: string
  readonly state: BotState
  /** When it was created, as an ISO 8601 time. */
  readonly createdAt: string
}

/** What the server has of one bot. */
export interface BotOnServer {
  readonly mark: BotMark | undefined
  readonly hasRole: boolean
  readonly hasDatabase: boolean
  /** Whether anybody may connect to the database at all. */
  readonly isOpen: boolean
  /** Most connections of the role at once; -1 where there is no limit. */
  readonly connectionLimit: number
}

const prefix = 'hello db: '

/** The mark in a comment; none where it is a comment of somebody else. */
export function parseMark(comment: string | null): BotMark | undefined {
  if (comment === null || !comment.startsWith(prefix)) return undefined
  try {
    return JSON.parse(comment.slice(prefix.length)) as BotMark
  } catch {
    return undefined
  }
}

/** Sets the mark of a role. */
export async function writeMark({ client }: AdminServer, { role }: BotNames, mark: BotMark): Promise<void> {
  const text = pg.escapeLiteral(`${prefix}${JSON.stringify(mark)}`)
  await client.query(`COMMENT ON ROLE ${quoted(role)} IS ${text}`)
}

/** Looks for role and database of a bot. */
export async function findBot({ client }: AdminServer, names: BotNames): Promise<BotOnServer> {
  const { rows } = await client.query(
    `SELECT r.oid IS NOT NULL AS has_role, d.oid IS NOT NULL AS has_database, coalesce(d.datallowconn, false) AS is_open,
       coalesce(r.rolconnlimit, -1) AS connection_limit, shobj_description(r.oid, 'pg_authid') AS comment
     FROM (SELECT 1) AS one LEFT JOIN pg_roles r ON r.rolname = $1 LEFT JOIN pg_database d ON d.datname = $2`,
    [names.role, names.database],
  )
  const [row] = rows
  return {
    mark: parseMark(row.comment),
    hasRole: row.has_role,
    hasDatabase: row.has_database,
    isOpen: row.is_open,
    connectionLimit: row.connection_limit,
  }
}

/**
 * Looks for a bot that must be there.
 *
 * @throws DatabaseError DB_NOT_FOUND: the server has none of this name that `hello db create` made.
 */
export async function requireBot(
  server: AdminServer,
  names: BotNames,
): Promise<BotOnServer & { mark: BotMark }> {
  const found = await findBot(server, names)
  if (found.mark !== undefined) return { ...found, mark: found.mark }
  const others = found.hasRole || found.hasDatabase
  throw new DatabaseError(
    'DB_NOT_FOUND',
    others
      ? `The server has ${[found.hasRole && `the role "${names.role}"`, found.hasDatabase && `the database "${names.database}"`].filter(Boolean).join(' and ')}, which hello db has not made, so it leaves them alone. hello db list shows its own.`
      : `The server has no bot "${names.bot}". hello db list shows those that it has, hello db create ${names.bot} makes it.`,
  )
}

/**
 * The same, and it must be complete.
 *
 * @throws DatabaseError DB_NOT_FOUND: see {@link requireBot}. BOT_DATABASE_UNFINISHED: a create or drop was broken off.
 */
export async function requireReadyBot(
  server: AdminServer,
  names: BotNames,
): Promise<BotOnServer & { mark: BotMark }> {
  const found = await requireBot(server, names)
  if (found.mark.state === 'ready' && found.hasDatabase) return found
  throw unfinished(names, found)
}

/** What is said of a bot whose create or drop was broken off. */
export function unfinished({ bot, database }: BotNames, { mark }: BotOnServer): DatabaseError {
  const [what, next] =
    mark?.state === 'dropping'
      ? ['A drop of it was broken off', `hello db drop ${bot}`]
      : mark?.state === 'creating'
        ? ['It was not created to the end', `hello db create ${bot}`]
        : [`Its database "${database}" is gone`, `hello db drop ${bot}, then hello db create ${bot}`]
  return new DatabaseError(
    'BOT_DATABASE_UNFINISHED',
    `"${bot}" cannot be used: ${what}. Run ${next} to finish that.`,
  )
}
