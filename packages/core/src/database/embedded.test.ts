/** An embedded server keeps its data, stays alone with them, and never outlives its program. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFile,
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  rmdir,
  stat,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { Client } from 'pg'
import { afterEach, expect, test, vi } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded.js'
import { canReach, findUser } from './embedded-server-user.js'

const isRoot = process.getuid?.() === 0
const nobody = isRoot ? await findUser(['nobody']) : undefined
const sourcesAreOpen =
  nobody !== undefined &&
  (await canReach(nobody, import.meta.dirname)) &&
  (await canReach(nobody, process.execPath))

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

test('serves a database over TCP, at a place where only we can read the password', async () => {
  const directory = await temporaryDirectory()
  const server = await start(directory, { databaseName: 'my bot' })
  expect(await query(server.url, 'SELECT current_database()')).toEqual([{ current_database: 'my bot' }])
  expect(await query(server.url, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }])
  expect((await stat(join(server.home, 'password'))).mode & 0o777).toBe(0o600)
  const { password } = new URL(server.url)
  const wrong = server.url.replace(password, 'wrong')
  await expect(query(wrong, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
  expect(await readFile(`/proc/${server.pid}/cmdline`, 'utf8').catch(() => '')).not.toContain(password)
})

test('keeps its data from one start to the next, and leaves no process after stop', async () => {
  const directory = await temporaryDirectory()
  const first = await start(directory)
  await query(first.url, `CREATE TABLE kept AS SELECT 'still here' AS word`)
  await Promise.all([first.stop(), first.stop()])
  expect(await processesOf(first.home)).toEqual([])
  const second = await start(directory)
  expect(await query(second.url, 'SELECT word FROM kept')).toEqual([{ word: 'still here' }])
})

test('refuses a second server on the same data and names the process that holds them', async () => {
  const directory = await temporaryDirectory()
  const first = await start(directory)
  await expect(startEmbeddedPostgres({ directory })).rejects.toMatchObject({
    code: 'EMBEDDED_IN_USE',
    message: expect.stringContaining(`process ${first.pid}, started by process ${process.pid}`),
  })
  expect(await query(first.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('makes one cluster where two programs start at once, and one of them gets it', async () => {
  const directory = await temporaryDirectory()
  const outcomes = await Promise.allSettled([start(directory), start(directory)])
  const refused = outcomes.filter((outcome) => outcome.status === 'rejected')
  expect(refused.map(({ reason }) => (reason as { code: string }).code)).toEqual(['EMBEDDED_IN_USE'])
  expect(await readdir(directory)).toEqual(['postgres'])
})

test('leaves no process when its program is killed with SIGKILL, and starts again at once', async () => {
  const directory = await temporaryDirectory()
  const program = await startProgram(directory)
  await query(program.url, `CREATE TABLE kept AS SELECT 1 AS one`)
  await kill(program.child, 'SIGKILL')
  const next = await start(directory)
  expect(await query(next.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
  await next.stop()
  await vi.waitFor(async () => expect(await processesOf(next.home)).toEqual([]), { timeout: 10_000 })
})

test('is not stopped by a Ctrl-C that reaches the whole process group', async () => {
  const directory = await temporaryDirectory()
  const program = await startProgram(directory, { ignoreSigint: true, detached: true })
  const interrupted = once(program.child.stdout as Readable, 'data')
  process.kill(-(program.child.pid as number), 'SIGINT')
  await interrupted
  expect(await query(program.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('starts over the lock file of a crash whose process id now belongs to another program', async () => {
  const directory = await temporaryDirectory()
  const first = await start(directory)
  await first.stop()
  const data = join(first.home, 'data')
  const lock = join(data, 'postmaster.pid')
  await writeFile(lock, `${process.pid}\n${data}\n1700000000\n5432\n\n127.0.0.1\n\nready   \n`)
  const owner = await stat(data)
  if (isRoot) await chown(lock, owner.uid, owner.gid)
  const second = await start(directory)
  expect(await query(second.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }])
})

test('says with the last log lines why the server does not start', async () => {
  const directory = await temporaryDirectory()
  const first = await start(directory)
  await first.stop()
  await appendFile(join(first.home, 'data', 'postgresql.conf'), 'no_such_setting = 1\n')
  await expect(startEmbeddedPostgres({ directory })).rejects.toMatchObject({
    code: 'EMBEDDED_START_FAILED',
    message: expect.stringContaining('no_such_setting'),
  })
  expect(await processesOf(first.home)).toEqual([])
})

test.skipIf(!sourcesAreOpen)(
  'works for an ordinary user, and for root on the data of that user',
  async () => {
    const directory = await temporaryDirectory()
    await chown(directory, nobody?.uid as number, nobody?.gid as number)
    const program = await startProgram(directory, { user: nobody })
    const home = await realpath(join(directory, 'postgres'))
    expect((await stat(join(home, 'data'))).uid).toBe(nobody?.uid)
    await query(program.url, `CREATE TABLE kept AS SELECT 1 AS one`)
    await kill(program.child, 'SIGKILL')
    const asRoot = await start(directory)
    expect(await query(asRoot.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
    await asRoot.stop()
    const again = await startProgram(directory, { user: nobody })
    expect(await query(again.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
  },
)

test.skipIf(!isRoot)(
  'works for root under a folder that only root can enter, on the same data again',
  async () => {
    const closed = await temporaryDirectory()
    await chmod(closed, 0o700)
    const directory = join(closed, 'clone', '.hello')
    await mkdir(directory, { recursive: true })
    const first = await start(directory)
    cleanups.unshift(() =>
      rm(first.home, { recursive: true }).then(() => rmdir(dirname(first.home)).catch(() => {})),
    )
    expect((await lstat(join(directory, 'postgres'))).isSymbolicLink()).toBe(true)
    await query(first.url, `CREATE TABLE kept AS SELECT 1 AS one`)
    await first.stop()
    const second = await start(directory)
    expect(second.home).toBe(first.home)
    expect(await query(second.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }])
  },
)

async function temporaryDirectory(): Promise<string> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), `hello-tests-${process.pid}-`)))
  await chmod(directory, 0o755)
  cleanups.push(() => rm(directory, { recursive: true, force: true }))
  return directory
}

async function start(directory: string, options: { databaseName?: string } = {}): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({ directory, ...options })
  cleanups.push(() => server.stop())
  return server
}

interface Program {
  readonly child: ChildProcess
  readonly url: string
}

/** Another Node process that starts the server, prints its URL and then does nothing. */
async function startProgram(
  directory: string,
  options: {
    user?: { uid: number; gid: number } | undefined
    ignoreSigint?: boolean
    detached?: boolean
  } = {},
): Promise<Program> {
  const script = `
    import { startEmbeddedPostgres } from ${JSON.stringify(join(import.meta.dirname, 'embedded.ts'))}
    ${options.ignoreSigint ? `process.on('SIGINT', () => console.log('interrupted'))` : ''}
    const server = await startEmbeddedPostgres({ directory: ${JSON.stringify(directory)} })
    console.log(server.url)
    setInterval(() => {}, 60_000)`
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: options.detached ?? false,
    ...options.user,
  })
  cleanups.push(async () => {
    await kill(child, 'SIGKILL')
    // The supervisor ends the server only now, and it still writes to the folder that goes next.
    await vi.waitFor(async () => expect(await processesOf(directory)).toEqual([]), { timeout: 20_000 })
  })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return { child, url: line.toString().trim() }
}

async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

/** Command lines of all processes that name this folder: server and supervisor. Only Linux tells. */
async function processesOf(home: string): Promise<string[]> {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const commands = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  )
  return commands.filter((command) => command.includes(home))
}
