/** Who holds a cluster: tells a live server from what a crash left in `postmaster.pid`. Nothing here stops a server. */
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { DatabaseError } from '../errors.js'
import { type EmbeddedCluster, isAlive } from './embedded-cluster.js'

const run = promisify(execFile)

/** What PostgreSQL writes into its lock file. */
export interface PidFile {
  /** Process id of the server that wrote it; it may be long gone. */
  readonly pid: number
  /** How far it is; `undefined` for the moment before it says so. */
  readonly status: 'starting' | 'ready' | 'stopping' | 'standby' | undefined
}

// A program that ends this moment may still be there for a little; when it is gone, its server is about to stop, however
// late a busy machine lets the supervisor notice.
const noticeTimeoutMs = 1_000
const stoppingTimeoutMs = 20_000

/**
 * Returns when no server runs on these data, at once or as soon as one that is stopping has stopped.
 *
 * @throws DatabaseError EMBEDDED_IN_USE: a server runs on them; the message has its process id and that of its program.
 */
export async function refuseSecondServer(cluster: EmbeddedCluster): Promise<void> {
  const begin = performance.now()
  for (;;) {
    const found = await readPidFile(cluster)
    if (found === undefined || !isAlive(found.pid)) return
    if (!(await mayBeServer(found.pid, cluster))) {
      // A crash left the file, and its number is now that of some other process, which PostgreSQL would take for a server.
      await rm(pidFileOf(cluster), { force: true })
      return
    }
    const holder = await holderOf(cluster)
    const isEnding = found.status === 'stopping' || (holder !== undefined && !isAlive(holder))
    const patienceMs = isEnding ? stoppingTimeoutMs : noticeTimeoutMs
    if (performance.now() - begin > patienceMs) throw inUse(cluster, found.pid, holder)
    await sleep(20)
  }
}

/** What stands in the lock file; `undefined` where there is none. */
export async function readPidFile(cluster: EmbeddedCluster): Promise<PidFile | undefined> {
  const text = await readFile(pidFileOf(cluster), 'utf8').catch(() => undefined)
  const lines = text?.split('\n') ?? []
  const pid = Number.parseInt(lines[0] ?? '', 10)
  if (!(pid > 0)) return undefined
  // https://www.postgresql.org/docs/18/storage-file-layout.html: the eighth line is the status, padded with blanks.
  const status = lines[7]?.trim()
  return { pid, status: status === '' ? undefined : (status as PidFile['status']) }
}

/** The end of the server's log, for people to read. */
export async function lastLogLines(cluster: EmbeddedCluster, count = 20): Promise<string> {
  const text = await readFile(cluster.logFile, 'utf8').catch((error: Error) => `(no log: ${error.message})`)
  return text.trimEnd().split('\n').slice(-count).join('\n')
}

function pidFileOf(cluster: EmbeddedCluster): string {
  return join(cluster.dataDirectory, 'postmaster.pid')
}

async function mayBeServer(pid: number, cluster: EmbeddedCluster): Promise<boolean> {
  const command = await commandOf(pid)
  return command === undefined || command.includes(cluster.dataDirectory)
}

/** The command line of a process; `undefined` where the system does not tell. */
async function commandOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'win32') return undefined
  try {
    if (process.platform === 'linux')
      return (await readFile(`/proc/${pid}/cmdline`, 'utf8')).replaceAll('\0', ' ')
    return (await run('ps', ['-o', 'args=', '-p', String(pid)])).stdout
  } catch {
    return undefined
  }
}

/** The process id of the program that started the server; `undefined` where it is not known. */
async function holderOf(cluster: EmbeddedCluster): Promise<number | undefined> {
  const holder = Number.parseInt(await readFile(cluster.holderFile, 'utf8').catch(() => ''), 10)
  return holder > 0 ? holder : undefined
}

function inUse(cluster: EmbeddedCluster, pid: number, holder: number | undefined): DatabaseError {
  const program = holder !== undefined && isAlive(holder) ? `, started by process ${holder}` : ''
  return new DatabaseError(
    'EMBEDDED_IN_USE',
    `The embedded PostgreSQL in ${cluster.home} is in use: its server is process ${pid}${program}. Stop that program first, or use another directory.`,
  )
}
