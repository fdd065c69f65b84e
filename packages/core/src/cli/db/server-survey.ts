/** What a shared server means for its bots beyond their own databases: doors that stand open to every role, and connections that do not suffice. */
import { type AdminServer, quoted } from './admin-server.js'
import { parseMark } from './bot-mark.js'
import type { BotNames } from './bot-names.js'

/** Connections that one running bot takes: its pool of 5 (2 that stay and 3 more) and one of its own for the lock. */
export const connectionsPerInstance = 6

/** Default for the connections of a role at once: two instances while one replaces the other, and one for a command. */
export const defaultConnectionLimit = 2 * connectionsPerInstance + 1

/**
 * Takes the right of every role to connect to `postgres` and `template1`, which a fresh server gives, where nobody but
 * bots and administrators has it.
 *
 * @returns what was done or is to be done, in sentences
 */
export async function closeMaintenanceDatabases({ client }: AdminServer): Promise<string[]> {
  const { rows: open } = await client.query<{ datname: string; may: boolean }>(
    `SELECT datname, pg_has_role(datdba, 'USAGE') OR current_setting('is_superuser') = 'on' AS may FROM pg_database
     WHERE datname IN ('postgres', 'template1') AND has_database_privilege('public', oid, 'CONNECT') ORDER BY datname`,
  )
  if (open.length === 0) return []
  const { rows: roles } = await client.query<{ rolname: string; comment: string | null }>(
    `SELECT rolname, shobj_description(oid, 'pg_authid') AS comment FROM pg_roles
     WHERE rolcanlogin AND NOT rolsuper AND rolname <> current_user ORDER BY rolname`,
  )
  const strangers = roles
    .filter(({ comment }) => parseMark(comment) === undefined)
    .map(({ rolname }) => rolname)
  const said: string[] = []
  for (const { datname, may } of open) {
    const statement = `REVOKE CONNECT, TEMPORARY ON DATABASE ${quoted(datname)} FROM PUBLIC`
    if (may && strangers.length === 0) {
      await client.query(statement)
      said.push(`The database ${datname} was open to every role of the server; it is closed to bots now.`)
    } else {
      const why =
        strangers.length > 0
          ? `other roles may need that (${strangers.join(', ')})`
          : 'only a superuser may close it'
      said.push(
        `The database ${datname} is open to every role of the server, and ${why}. To close it: ${statement}`,
      )
    }
  }
  return said
}

/** What else of the server a bot can reach, and whether the connections suffice for all of them. In sentences; none where all is well. */
export async function surveyServer({ client }: AdminServer, { role, database }: BotNames): Promise<string[]> {
  const { rows: reachable } = await client.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datallowconn AND datname NOT IN ($2, 'postgres', 'template1')
       AND has_database_privilege($1, oid, 'CONNECT') ORDER BY datname`,
    [role, database],
  )
  const { rows: guests } = await client.query<{ rolname: string }>(
    `SELECT rolname FROM pg_roles WHERE rolcanlogin AND NOT rolsuper AND rolname NOT IN ($1, current_user)
       AND has_database_privilege(oid, $2, 'CONNECT') ORDER BY rolname`,
    [role, database],
  )
  return [
    ...reachable.map(
      ({ datname }) =>
        `The database ${datname} is open to every role of the server, this one among them. To close it: REVOKE CONNECT, TEMPORARY ON DATABASE ${quoted(datname)} FROM PUBLIC (after a GRANT CONNECT to who needs it)`,
    ),
    ...guests.map(
      ({ rolname }) =>
        `The role ${rolname} may connect to ${database} as well, by a right it has on the server.`,
    ),
    ...(await tooFewConnections({ client })),
  ]
}

async function tooFewConnections({ client }: Pick<AdminServer, 'client'>): Promise<string[]> {
  const { rows } = await client.query<{ bots: number; places: number }>(
    `SELECT (SELECT count(*)::int FROM pg_roles WHERE shobj_description(oid, 'pg_authid') LIKE 'hello db: %') AS bots,
       current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS places`,
  )
  const { bots, places } = rows[0] as { bots: number; places: number }
  const needed = bots * connectionsPerInstance
  if (needed <= places) return []
  return [
    `${bots} bots of ${connectionsPerInstance} connections each are ${needed}, and the server has ${places} to give. Raise max_connections, or lower DATABASE_POOL_SIZE of the bots.`,
  ]
}
