/** The PostgreSQL server of a test run: the one that DATABASE_URL names, or an embedded one for the run. At the end it leaves no process and no database, and it clears away what a run that was killed has left. */
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client } from 'pg'
import { startEmbeddedPostgres } from '../database/embedded.js'
import { isAlive } from '../database/embedded-cluster.js'
import { connectToServer, dropDatabasesOf, runPrefix, urlForRun, withServer } from './test-database.js'

/** Where the server comes from. */
export interface TestServerOptions {
  /** URL of a running server, as DATABASE_URL gives it. Without it an embedded one is started. */
  readonly databaseUrl?: string | undefined
  /** Whether an embedded server waits for the disk at each commit, as a real one does: for measurements. @default false */
  readonly durable?: boolean
  /** Takes one line for each step that lasts. */
  readonly onProgress?: (line: string) => void
}

/** A server for one run of tests. */
export interface TestServer {
  /** For `createTestDatabase`; carries the run, so that `stop` knows its databases. */
  readonly url: string
  /** Which server it is, in one line for people, as `PostgreSQL 15.4 at 127.0.0.1:5432 (DATABASE_URL)`. */
  readonly description: string
  /** Drops the databases of the run and stops the server, if it was started for the run. Calling it again gives the same promise. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Finds or starts the server of a run.
 *
 * @throws DatabaseError TEST_SERVER_UNUSABLE: the named server cannot be reached.
 * @throws DatabaseError EMBEDDED_NOT_INSTALLED, EMBEDDED_NO_USER or EMBEDDED_START_FAILED: see `startEmbeddedPostgres`.
 */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const run = `${runPrefix}${randomBytes(4).toString('hex')}`
  const stopServer = options.databaseUrl
    ? await joinServer(options.databaseUrl, run)
    : await startServer(run, options)
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= stopServer.stop()
    return stopped
  }
  return { url: stopServer.url, description: stopServer.description, stop, [Symbol.asyncDispose]: stop }
}

interface ServerOfRun {
  readonly url: string
  readonly description: string
  stop(): Promise<void>
}

async function joinServer(databaseUrl: string, run: string): Promise<ServerOfRun> {
  const client = await claimRun(databaseUrl, run)
  await dropDatabasesOfDeadRuns(client)
  const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
  const version = rows[0]?.server_version.split(' ')[0]
  return {
    url: urlForRun(databaseUrl, run),
    description: `PostgreSQL ${version} at ${client.host}:${client.port} (DATABASE_URL)`,
    async stop() {
      try {
        // Over a connection of its own: the one that holds the lock may have been lost in the meantime.
        await withServer(databaseUrl, (own) => dropDatabasesOf(own, run))
      } finally {
        await client.end()
      }
    },
  }
}

/** A connection that holds the run's lock for as long as the run lives: other runs on the server see that its databases are in use. */
async function claimRun(serverUrl: string, run: string): Promise<Client> {
  const client = await connectToServer(serverUrl)
  await client.query('SELECT pg_advisory_lock(hashtextextended($1, 1))', [run])
  return client
}

async function dropDatabasesOfDeadRuns(client: Client): Promise<void> {
  const { rows } = await client.query<{ run: string }>(
    `SELECT DISTINCT substring(datname FROM '^${runPrefix}[0-9a-f]{8}') AS run
     FROM pg_database WHERE datname ~ '^${runPrefix}[0-9a-f]{8}_'`,
  )
  for (const { run } of rows) {
    const answer = await client.query<{ free: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 1)) AS free',
      [run],
    )
    if (!answer.rows[0]?.free) continue
    await dropDatabasesOf(client, run)
    await client.query('SELECT pg_advisory_unlock(hashtextextended($1, 1))', [run])
  }
}

async function startServer(
  run: string,
  { durable = false, onProgress }: TestServerOptions,
): Promise<ServerOfRun> {
  await removeServersOfDeadRuns()
  const directory = await mkdtemp(join(tmpdir(), `${directoryPrefix}${process.pid}-`))
  // When root runs the tests, the server's OS user must be able to enter; nobody can list what is in it.
  await chmod(directory, 0o711)
  const home = { path: directory }
  const remove = async () => {
    await rm(home.path, { recursive: true, force: true })
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const server = await startEmbeddedPostgres({
      directory,
      databaseName: 'postgres',
      durable,
      ...(onProgress && { onProgress }),
    })
    home.path = server.home
    // A test of the run may begin a run on the same server, as if it had been named.
    const client = (await claimRun(server.url, run)) as Client & { ref(): void; unref(): void }
    // As the server itself, it keeps nobody alive who forgets to stop it.
    client.unref()
    return {
      url: urlForRun(server.url, run),
      description: `PostgreSQL ${server.version}, embedded`,
      async stop() {
        client.ref()
        await client.end()
        await server.stop().finally(remove)
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

const directoryPrefix = 'hello-tests-'

async function removeServersOfDeadRuns(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = new RegExp(`^${directoryPrefix}(\\d+)-`).exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    // Somebody else's folder cannot be removed, and need not be.
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => {})
  }
}
