/** The server that the bots share, seen by who looks after it: its address, connections to it, and the lock that lets one `hello db` work on a bot at a time. */
import type pg from 'pg'
import { databasePasswords, databaseUrl, missingDatabaseUrl } from '../../config/database-url.js'
import { type Environment, readVariable } from '../../config/environment.js'
import { sentence } from '../../config/rule.js'
import { withClient } from '../../database/client.js'
import { identifier } from '../../database/sql.js'
import { ConfigError, DatabaseError, type ErrorCode, UsageError } from '../../errors.js'
import type { BotNames } from './bot-names.js'

/** The variable with the address of the server, as a role that may create roles and databases. */
export const adminVariable = 'DATABASE_ADMIN_URL'

/** A connection to the server's own database, and the address that others are made from. */
export interface AdminServer {
  readonly url: string
  readonly client: pg.Client
}

/**
 * The address from `--admin-url`, else from DATABASE_ADMIN_URL or DATABASE_ADMIN_URL_FILE.
 *
 * @throws UsageError USAGE: the option has a password in it, which everybody on the machine could read.
 * @throws ConfigError CONFIG_DATABASE_URL, CONFIG_SECRET_CONFLICT, CONFIG_SECRET_FILE.
 */
export function readAdminUrl(option: string | undefined, env: Environment): string {
  if (option !== undefined && databasePasswords(option).length > 0) {
    throw new UsageError(
      'USAGE',
      `--admin-url has a password in it, and everybody on this machine can read a command line. Set ${adminVariable} or ${adminVariable}_FILE instead, or leave the password out and keep it in ~/.pgpass.`,
    )
  }
  if (option !== undefined) return parseUrl(option, '--admin-url')
  return readUrl(
    adminVariable,
    env,
    `Set ${adminVariable} or ${adminVariable}_FILE to the address of the server, as a role that may create roles and databases.`,
  )
}

/** The address of the project's own database, from DATABASE_URL or DATABASE_URL_FILE. @throws ConfigError see {@link readAdminUrl}. */
export const readOwnUrl = (env: Environment): string =>
  readUrl('DATABASE_URL', env, 'Set DATABASE_URL or DATABASE_URL_FILE, or name a bot of the server.')

function readUrl(variable: string, env: Environment, fix: string): string {
  const { text, where } = readVariable(env, variable)
  if (text !== undefined) return parseUrl(text, where)
  throw new ConfigError('CONFIG_DATABASE_URL', `${variable} ${sentence({ ...missingDatabaseUrl, fix })}`)
}

function parseUrl(text: string, where: string): string {
  const result = databaseUrl.safeParse(text.trim())
  if (result.success) return result.data
  const [issue] = result.error.issues
  const code = issue?.code === 'custom' ? (issue.params?.code as ErrorCode) : 'CONFIG_DATABASE_URL'
  throw new ConfigError(code, `${where} ${issue?.message}`)
}

/** Connects to the server for as long as the work takes. */
export function withAdmin<T>(url: string, work: (server: AdminServer) => Promise<T>): Promise<T> {
  return connected(url, (client) => work({ url, client }))
}

/** Connects to another database of the server, as the same role. */
export function inDatabase<T>(
  url: string,
  database: string,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  return connected(urlOfDatabase(url, database), work)
}

const connected = <T>(url: string, work: (client: pg.Client) => Promise<T>) =>
  withClient(url, { applicationName: 'hello db', urlVariable: adminVariable }, work)

/** The same address with another database. */
export function urlOfDatabase(url: string, database: string): string {
  const own = new URL(url)
  own.pathname = `/${encodeURIComponent(database)}`
  return own.href
}

/** How long a second `hello db` for the same bot waits: one that was killed lets go once its last statement is done. */
const lockWaitMs = 10_000

/**
 * Does the work while no other `hello db` works on this bot.
 *
 * @throws DatabaseError BOT_DATABASE_LOCKED: another one does, and went on for as long as was waited.
 */
export async function withBotLock<T>(
  { client }: AdminServer,
  { bot, role }: BotNames,
  work: () => Promise<T>,
  waitMs = lockWaitMs,
): Promise<T> {
  const key = `hello db ${role}`
  try {
    await client.query(`SET lock_timeout = ${waitMs}`)
    await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [key])
    await client.query('RESET lock_timeout')
  } catch (error) {
    // https://www.postgresql.org/docs/current/errcodes-appendix.html: lock_not_available
    if ((error as { code?: string }).code !== '55P03') throw error
    throw new DatabaseError(
      'BOT_DATABASE_LOCKED',
      `Another hello db works on "${bot}", and did not end within ${waitMs / 1_000} s. Nothing was changed; try again when it is done.`,
      { cause: error },
    )
  }
  try {
    return await work()
  } finally {
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [key]).catch(() => undefined)
  }
}

/** Runs the statements in one transaction. */
export async function inTransaction(client: pg.Client, work: () => Promise<void>): Promise<void> {
  await client.query('BEGIN')
  try {
    await work()
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  }
}

/** A name as SQL. */
export const quoted = (name: string): string => identifier(name).text
