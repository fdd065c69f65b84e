/** Both supervisors keep one contract: the server stops at the end of our pipe, and its end is told. */
import { chmod, mkdtemp, open, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type EmbeddedBinaries, findBinaries, reachableBinaries, sharedCaches } from './embedded-binaries.js'
import { createCluster, type EmbeddedCluster, isAlive } from './embedded-cluster.js'
import { canReach, chooseServerUser, type ServerUser } from './embedded-server-user.js'
import { type Supervision, type SupervisorKind, superviseServer } from './embedded-supervisor.js'

// Where root's own Node lies in a folder of root's (as nvm puts it), the server's user cannot run that supervisor.
const isNodeOpen = await canReach(await chooseServerUser(undefined, () => {}), process.execPath)

let parts: Parts
beforeAll(async () => {
  parts = await prepare()
  return () => rm(parts.directory, { recursive: true, force: true })
})

describe.each<SupervisorKind>(['sh', 'node'])('the %s supervisor', (kind) => {
  const testIfOpen = test.skipIf(kind === 'node' && !isNodeOpen)

  testIfOpen.each(['fast', 'immediate'] as const)('stops the server by a %s shutdown', async (shutdown) => {
    const supervision = await supervise(kind, { shutdown })
    expect(isAlive(supervision.pid)).toBe(true)
    await supervision.stop()
    expect(isAlive(supervision.pid)).toBe(false)
  })

  testIfOpen('tells when the server ends by itself', async () => {
    const supervision = await supervise(kind, { args: ['-c', 'no_such_setting=1'] })
    await supervision.ended
    expect(isAlive(supervision.pid)).toBe(false)
    await supervision.stop()
  })
})

test.each([{ dataDirectory: '/no/such/folder' }, { user: { uid: -1, gid: -1 } }])(
  'says so when the server cannot be run at all: %o',
  async (change) => {
    await expect(supervise('sh', change)).rejects.toMatchObject({ code: 'EMBEDDED_START_FAILED' })
  },
)

interface Parts {
  readonly directory: string
  readonly binaries: EmbeddedBinaries
  readonly cluster: EmbeddedCluster
  readonly user: ServerUser | undefined
}

async function supervise(
  kind: SupervisorKind,
  change: { shutdown?: 'fast' | 'immediate'; args?: string[]; user?: ServerUser; dataDirectory?: string },
): Promise<Supervision> {
  const { binaries, cluster, user } = parts
  const log = await open(cluster.logFile, 'w')
  try {
    const supervision = await superviseServer(
      {
        postgres: binaries.postgres,
        pgCtl: binaries.pgCtl,
        dataDirectory: cluster.dataDirectory,
        args: ['-c', 'listen_addresses=', '-c', 'unix_socket_directories='],
        logFd: log.fd,
        user,
        shutdown: 'fast',
        ...change,
      },
      kind,
    )
    onTestFinished(() => supervision.stop())
    return supervision
  } finally {
    await log.close()
  }
}

async function prepare(): Promise<Parts> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), `hello-tests-${process.pid}-`)))
  await chmod(directory, 0o755)
  const user = await chooseServerUser(undefined, () => {})
  const binaries = await reachableBinaries(
    await findBinaries([import.meta.url]),
    user,
    sharedCaches,
    () => {},
  )
  const cluster = await createCluster(
    directory,
    user,
    { path: binaries.initdb, major: 18, durable: false },
    [],
  )
  return { directory, binaries, cluster, user }
}
