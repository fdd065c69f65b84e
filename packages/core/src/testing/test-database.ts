/** A database of its own for each test file, copied from a template in milliseconds. Files and whole runs share one server and never meet: every name carries the run. */
import { createHash, randomBytes } from 'node:crypto'
import { Client } from 'pg'
import { identifier } from '../database/sql.js'
import { DatabaseError } from '../errors.js'

/** Where the database comes from. */
export interface TestDatabaseOptions {
  /** URL of the server, whose user may create databases; its database is used to say so and stays as it is. */
  readonly serverUrl: string
  /** What the database holds from the start. Without it the database is empty. */
  readonly template?: TestTemplate
}

/** A database that is prepared once per run and copied for each test file. */
export interface TestTemplate {
  /** Names the contents: two templates of one key hold the same. */
  readonly key: string
  /** Fills the empty database of this URL and closes every connection to it. */
  prepare(url: string): Promise<void>
}

/** A database that belongs to one test file. */
export interface TestDatabase {
  /** For `DATABASE_URL`. */
  readonly url: string
  /** The name of the database on its server. */
  readonly name: string
  /** Drops it, with the connections that are still open. Calling it again does nothing. */
  drop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Creates a database on the server. Drop it, or leave that to the end of the run (`startTestServer`).
 *
 * @throws DatabaseError TEST_SERVER_UNUSABLE: the server cannot be reached, or its user may not create databases.
 * @throws what `template.prepare` throws. No template is left; the next call tries anew.
 */
export async function createTestDatabase(options: TestDatabaseOptions): Promise<TestDatabase> {
  const { serverUrl, template } = options
  const run = runOf(serverUrl)
  const name = `${run}_${randomBytes(5).toString('hex')}`
  await withServer(serverUrl, async (client) => {
    const source = template ? await ensureTemplate(client, serverUrl, run, template) : 'template0'
    await client.query(`CREATE DATABASE ${identifier(name).text} TEMPLATE ${identifier(source).text}`)
  })
  let dropped: Promise<void> | undefined
  const drop = () => {
    dropped ??= withServer(serverUrl, (client) => dropDatabase(client, name))
    return dropped
  }
  return { url: databaseUrl(serverUrl, name), name, drop, [Symbol.asyncDispose]: drop }
}

/** Prefix of every database that belongs to a run, and so may be dropped when the run is over. */
export const runPrefix = 'hello_test_'

/** The server's URL with the run written into it (as `application_name`), so that databases made with it carry the run's name. */
export function urlForRun(serverUrl: string, run: string): string {
  const url = new URL(serverUrl)
  url.searchParams.set('application_name', run)
  return url.href
}

/** Drops every database of a run. The run is over: connections that are left are closed. */
export async function dropDatabasesOf(client: Client, run: string): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    'SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname',
    [`${run}_`],
  )
  for (const { datname } of rows) await dropDatabase(client, datname)
}

/**
 * Connects to the server for as long as `use` takes.
 *
 * @throws DatabaseError TEST_SERVER_UNUSABLE: see {@link createTestDatabase}.
 */
export async function withServer<Result>(
  serverUrl: string,
  use: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = await connectToServer(serverUrl)
  try {
    return await use(client)
  } catch (error) {
    // https://www.postgresql.org/docs/current/errcodes-appendix.html: insufficient_privilege
    throw (error as { code?: string }).code === '42501' ? unusable(serverUrl, error as Error) : error
  } finally {
    await client.end()
  }
}

/** A connection to the server that survives its loss without ending the process. */
export async function connectToServer(serverUrl: string): Promise<Client> {
  const client = new Client({ connectionString: serverUrl, connectionTimeoutMillis: 10_000 })
  // Without a listener, a connection that breaks would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return client
  } catch (error) {
    throw unusable(serverUrl, error as Error)
  }
}

function runOf(serverUrl: string): string {
  const name = new URL(serverUrl).searchParams.get('application_name')
  if (name?.startsWith(runPrefix)) return name
  // Not within a run that would clean up, so not with its prefix: nobody else may drop it.
  return `hello_own_${randomBytes(4).toString('hex')}`
}

async function ensureTemplate(
  client: Client,
  serverUrl: string,
  run: string,
  template: TestTemplate,
): Promise<string> {
  const name = `${run}_t_${createHash('sha256').update(template.key).digest('hex').slice(0, 12)}`
  // Test files run in several processes: the first makes it, the others wait for it.
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 0))', [name])
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await buildTemplate(client, serverUrl, name, template)
    return name
  } finally {
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 0))', [name])
  }
}

async function buildTemplate(
  client: Client,
  serverUrl: string,
  name: string,
  template: TestTemplate,
): Promise<void> {
  // It gets its name when it is complete, so that a failure or a kill never leaves half a template.
  const unfinished = `${name}_new`
  await dropDatabase(client, unfinished)
  await client.query(`CREATE DATABASE ${identifier(unfinished).text} TEMPLATE template0`)
  try {
    await template.prepare(databaseUrl(serverUrl, unfinished))
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
      unfinished,
    ])
    await client.query(`ALTER DATABASE ${identifier(unfinished).text} RENAME TO ${identifier(name).text}`)
  } catch (error) {
    await dropDatabase(client, unfinished)
    throw error
  }
}

async function dropDatabase(client: Client, name: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${identifier(name).text} WITH (FORCE)`)
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${encodeURIComponent(name)}`
  return url.href
}

function unusable(serverUrl: string, cause: Error): DatabaseError {
  const { host, username } = new URL(serverUrl)
  return new DatabaseError(
    'TEST_SERVER_UNUSABLE',
    `The PostgreSQL server for tests at ${host} cannot be used as "${username}": ${cause.message || 'no connection'}. Set DATABASE_URL to one whose user may create databases, or unset it to use an embedded one.`,
    { cause },
  )
}
