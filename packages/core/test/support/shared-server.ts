/** A PostgreSQL of its own for a test file, whose roles and log belong to it alone: roles are the server's, so the server of the run would mix them. */
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { type AdminServer, withAdmin } from '../../src/cli/db/admin-server.js'
import { startEmbeddedPostgres } from '../../src/database/embedded.js'
import type { EmbeddedBinaries } from '../../src/database/embedded-binaries.js'

/** See the file's purpose. */
export interface SharedServer {
  /** As the superuser, in the database `postgres`. */
  readonly url: string
  /** Lends an administrator's connection. */
  admin<T>(work: (server: AdminServer) => Promise<T>): Promise<T>
  /** Everything that the server has logged; it logs every statement. */
  log(): Promise<string>
  stop(): Promise<void>
}

/** Starts it, of these programs or of those of the npm package; stop it after the tests. */
export async function startSharedServer(binaries?: EmbeddedBinaries): Promise<SharedServer> {
  const directory = await mkdtemp(join(tmpdir(), 'hello-shared-'))
  // When root runs the tests, the server's OS user must be able to enter.
  await chmod(directory, 0o711)
  const server = await startEmbeddedPostgres({
    directory,
    databaseName: 'postgres',
    durable: false,
    ...(binaries && { binaries }),
  })
  const admin = <T>(work: (server: AdminServer) => Promise<T>) => withAdmin(server.url, work)
  await admin(async ({ client }) => {
    await client.query(`ALTER SYSTEM SET log_statement = 'all'`)
    await client.query(`ALTER SYSTEM SET log_min_duration_statement = 0`)
    await client.query('SELECT pg_reload_conf()')
  })
  return {
    url: server.url,
    admin,
    log: () => readFile(join(server.home, 'postgres.log'), 'utf8'),
    stop: async () => {
      await server.stop()
      for (const path of [server.home, directory]) await rm(path, { recursive: true, force: true })
    },
  }
}

/** Runs one statement on a connection of its own. Rejects with the server's refusal. */
export async function queryOnce(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
