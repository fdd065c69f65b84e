/** A PostgreSQL server that a row may stop and start again on the same port: an embedded one of its own. */
import { chmod, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../packages/core/src/database/embedded.js'
import {
  findBinaries,
  reachableBinaries,
  sharedCaches,
} from '../../packages/core/src/database/embedded-binaries.js'
import { findCluster, ownerOf } from '../../packages/core/src/database/embedded-cluster.js'
import { chooseServerUser } from '../../packages/core/src/database/embedded-server-user.js'
import { type Supervision, superviseServer } from '../../packages/core/src/database/embedded-supervisor.js'
import { freePort, until } from './lab.js'
import type { RowRun } from './row.js'

/** See the file's purpose. */
export interface OwnPostgres {
  readonly url: string
  start(): Promise<void>
  /** `fast` lets it write a checkpoint, `immediate` is a crash. Resolves when it is gone. */
  stop(how: 'fast' | 'immediate'): Promise<void>
}

/** Makes and starts one; it is stopped and removed at the end of the row. */
export async function startOwnPostgres(run: RowRun): Promise<OwnPostgres> {
  const directory = await mkdtemp(join(tmpdir(), `hello-tests-${process.pid}-`))
  // When root runs this, the server's OS user must be able to enter.
  await chmod(directory, 0o711)
  const made = await startEmbeddedPostgres({ directory, databaseName: 'postgres' })
  await made.stop()
  run.onEnd(async () => {
    await rm(made.home, { recursive: true, force: true })
    await rm(directory, { recursive: true, force: true })
  })
  const launch = await prepareLaunch(directory)
  const url = new URL(made.url)
  url.port = String(launch.port)
  let server: Supervision | undefined
  run.onEnd(() => server?.stop())
  const start = async () => {
    server = await launch.start()
    await until(() => answers(url.href), { what: 'the server answered', withinMs: 60_000 })
  }
  await start()
  return {
    url: url.href,
    start,
    async stop(how) {
      // PostgreSQL: SIGINT is a fast shutdown, SIGQUIT an immediate one.
      if (server !== undefined) process.kill(server.pid, how === 'fast' ? 'SIGINT' : 'SIGQUIT')
      await server?.stop()
    },
  }
}

async function prepareLaunch(directory: string) {
  const cluster = await findCluster(directory)
  if (cluster === undefined) throw new Error(`There is no cluster in ${directory}.`)
  const user = await chooseServerUser(await ownerOf(cluster), () => undefined)
  const installed = await findBinaries([import.meta.url])
  const binaries = await reachableBinaries(installed, user, sharedCaches, () => undefined)
  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'shared_buffers=32MB']
  return {
    port,
    async start(): Promise<Supervision> {
      const log = await open(cluster.logFile, 'a')
      try {
        return await superviseServer({
          postgres: binaries.postgres,
          pgCtl: binaries.pgCtl,
          dataDirectory: cluster.dataDirectory,
          args: ['-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
          logFd: log.fd,
          user,
          shutdown: 'fast',
        })
      } finally {
        await log.close()
      }
    },
  }
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}
