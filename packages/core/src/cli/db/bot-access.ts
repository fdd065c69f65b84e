/** Who may do what with the database of a bot: its role alone may connect; it owns nothing that would let it open the door to others. Each function may run again. */
import { type AdminServer, inDatabase, inTransaction, quoted } from './admin-server.js'
import type { BotNames } from './bot-names.js'
import type { RolePassword } from './role-password.js'

/** Makes the role, which cannot log in yet. */
export async function createRole(server: AdminServer, { role }: BotNames): Promise<void> {
  const { client } = server
  await client.query(
    `CREATE ROLE ${quoted(role)} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
  )
  // Who is no superuser acts as the role in a backup and a restore, and so must be a member.
  if (!(await isSuperuser(server))) await client.query(`GRANT ${quoted(role)} TO CURRENT_USER`)
}

/** Makes an empty database that nobody may connect to yet: between CREATE and REVOKE everybody could. */
export async function createEmptyDatabase({ client }: AdminServer, database: string): Promise<void> {
  await client.query(
    `CREATE DATABASE ${quoted(database)} TEMPLATE template0 ENCODING 'UTF8' ALLOW_CONNECTIONS false`,
  )
}

/**
 * Opens a database to the role, and to nobody else. The database stays the administrator's: an owner could let others
 * in, lift the limits or drop it.
 */
export async function openTo(server: AdminServer, { role }: BotNames, database: string): Promise<void> {
  const { client, url } = server
  await inTransaction(client, async () => {
    await client.query(`REVOKE ALL ON DATABASE ${quoted(database)} FROM PUBLIC`)
    await client.query(`GRANT CONNECT, TEMPORARY, CREATE ON DATABASE ${quoted(database)} TO ${quoted(role)}`)
    await client.query(`ALTER DATABASE ${quoted(database)} ALLOW_CONNECTIONS true`)
  })
  await inDatabase(url, database, async (own) => {
    await own.query('REVOKE ALL ON SCHEMA public FROM PUBLIC')
    await own.query(`GRANT USAGE, CREATE ON SCHEMA public TO ${quoted(role)}`)
  })
}

/** Sets how many connections the role may have at once. */
export async function limitConnections(
  { client }: AdminServer,
  { role }: BotNames,
  limit: number,
): Promise<void> {
  await client.query(`ALTER ROLE ${quoted(role)} CONNECTION LIMIT ${limit}`)
}

/** Lets the role log in with this password. Only the verifier goes through SQL, and not even that into the log where we may say so. */
export async function setPassword(
  { client }: AdminServer,
  { role }: BotNames,
  { verifier }: RolePassword,
): Promise<void> {
  await inTransaction(client, async () => {
    await client.query(silence)
    await client.query(`ALTER ROLE ${quoted(role)} LOGIN PASSWORD '${verifier}'`)
  })
}

// A verifier is not the password, but lets its owner pretend to be the server. Only superusers may change these settings.
const silence = `SELECT set_config(name, value, true) FROM pg_settings JOIN (VALUES
  ('log_statement', 'none'), ('log_min_duration_statement', '-1'), ('log_min_duration_sample', '-1'),
  ('log_transaction_sample_rate', '0'), ('log_min_error_statement', 'panic'), ('debug_print_parse', 'off'),
  ('debug_print_rewritten', 'off'), ('pgaudit.log', 'none'), ('pg_stat_statements.track_utility', 'off')
) AS wanted (name, value) USING (name) WHERE current_setting('is_superuser') = 'on'`

async function isSuperuser({ client }: AdminServer): Promise<boolean> {
  const { rows } = await client.query(`SELECT current_setting('is_superuser') = 'on' AS yes`)
  return rows[0].yes
}
