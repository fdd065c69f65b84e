/** Runs the server under a supervisor that stops it when our process is gone, even by kill -9: the supervisor holds a pipe from us, and its end is the order to stop. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { DatabaseError } from '../errors.js'

/** What to run, and for whom. */
export interface SupervisedServer {
  /** Absolute path of the `postgres` binary. */
  readonly postgres: string
  /** Absolute path of the `pg_ctl` binary, used where the system has no signals (Windows). */
  readonly pgCtl: string
  /** Folder of the cluster. */
  readonly dataDirectory: string
  /** Arguments of `postgres` after `-D <dataDirectory>`. */
  readonly args: readonly string[]
  /** Open file that takes the server's log. */
  readonly logFd: number
  /** The OS user of the server, where it is not ours. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
  /** `fast` writes a checkpoint first, `immediate` does not and is for data that nobody needs. */
  readonly shutdown: 'fast' | 'immediate'
}

/** A running server. It does not keep our event loop alive. */
export interface Supervision {
  /** Process id of the server itself. */
  readonly pid: number
  /** Settles when the server and its supervisor are gone, whoever ended them. */
  readonly ended: Promise<void>
  /** Asks for the shutdown and waits for its end. */
  stop(): Promise<void>
}

/** Which supervisor a platform gets: a few lines of `sh` (1 MB), or Node where there is no `sh` and no signals. */
export type SupervisorKind = 'sh' | 'node'

/**
 * Starts `postgres` under a supervisor. Returns as soon as the server has a process id; it may not take connections yet.
 *
 * @throws DatabaseError EMBEDDED_START_FAILED: the process could not be made. Nothing runs.
 */
export async function superviseServer(
  server: SupervisedServer,
  kind: SupervisorKind = process.platform === 'win32' ? 'node' : 'sh',
): Promise<Supervision> {
  const child = attempt(() => spawnSupervisor(server, kind))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const pid = await readPid(child)
  // A program that forgets stop() may still end by itself; the pipe closes with it.
  child.unref()
  for (const stream of [child.stdin, child.stdout]) (stream as { unref?(): void } | null)?.unref?.()
  return {
    pid,
    ended,
    async stop() {
      child.ref()
      child.stdin?.end()
      await ended
    },
  }
}

// $1 is the signal of the shutdown. The guard waits for the end of our pipe (fd 3), which the server does not inherit.
// Its steps: the shutdown that was asked for, after 10 s an immediate one, after 5 s more the end.
// The supervisor ends as the last one: it waits for the guard, and from the trap on the guard for its sleep.
const shScript = `
exec 3<&0
signal=$1; shift
"$@" </dev/null 3<&- >&2 &
pid=$!
echo "$pid"
(
  exec >/dev/null
  while read -r _ <&3; do :; done
  trap 'exit' TERM
  kill -"$signal" "$pid" 2>/dev/null
  tick=0
  while kill -0 "$pid" 2>/dev/null; do
    tick=$((tick + 1))
    [ "$tick" -eq 100 ] && kill -QUIT "$pid" 2>/dev/null
    [ "$tick" -eq 150 ] && kill -KILL "$pid" 2>/dev/null
    sleep 0.1
  done
) &
guard=$!
wait "$pid"
status=$?
kill "$guard" 2>/dev/null
wait "$guard" 2>/dev/null
exit "$status"
`

const nodeScript = `
const { spawn, spawnSync } = require('node:child_process')
const [mode, pgCtl, data, postgres, ...args] = process.argv.slice(1)
const server = spawn(postgres, args, { stdio: ['ignore', 2, 2], windowsHide: true })
server.on('error', () => process.exit(1))
server.on('exit', (code) => process.exit(code ?? 1))
process.on('SIGINT', () => {})
if (server.pid !== undefined) process.stdout.write(server.pid + '\\n')
process.stdin.resume()
process.stdin.on('end', () => {
  const stop = (how) => spawnSync(pgCtl, ['stop', '-s', '-D', data, '-m', how, '-t', '10'], { stdio: 'ignore', windowsHide: true })
  if (stop(mode).status !== 0 && stop('immediate').status !== 0) server.kill('SIGKILL')
})
`

function spawnSupervisor(server: SupervisedServer, kind: SupervisorKind): ChildProcess {
  const postgresArgs = ['-D', server.dataDirectory, ...server.args]
  const [command, args] =
    kind === 'sh'
      ? [
          '/bin/sh',
          [
            '-c',
            shScript,
            'sh',
            server.shutdown === 'fast' ? 'INT' : 'QUIT',
            server.postgres,
            ...postgresArgs,
          ],
        ]
      : [
          process.execPath,
          [
            '-e',
            nodeScript,
            server.shutdown,
            server.pgCtl,
            server.dataDirectory,
            server.postgres,
            ...postgresArgs,
          ],
        ]
  return spawn(command, args as string[], {
    // A Ctrl-C in the terminal reaches every process of our group: the server is to outlive our own orderly shutdown.
    detached: true,
    windowsHide: true,
    cwd: server.dataDirectory,
    env: serverEnvironment,
    stdio: ['pipe', 'pipe', server.logFd],
    ...server.user,
  })
}

/** What the server sees of our environment: nothing. Its log is in English, since we read it. */
export const serverEnvironment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' } as const

async function readPid(child: ChildProcess): Promise<number> {
  const failed = once(child, 'error').then(([error]) => {
    throw startFailure(error as Error)
  })
  const line = (async () => {
    let text = ''
    for await (const chunk of child.stdout ?? []) {
      text += String(chunk)
      if (text.includes('\n')) break
    }
    return text
  })()
  const pid = Number.parseInt(await Promise.race([line, failed as Promise<never>]), 10)
  failed.catch(() => {})
  if (!Number.isInteger(pid)) throw startFailure(new Error('the supervisor ended before the server began'))
  return pid
}

function attempt<Result>(spawning: () => Result): Result {
  try {
    return spawning()
  } catch (error) {
    // Some refusals of the system are thrown, others arrive as an event of the child.
    throw startFailure(error as Error)
  }
}

function startFailure(cause: Error): DatabaseError {
  return new DatabaseError(
    'EMBEDDED_START_FAILED',
    `The embedded PostgreSQL could not be started: ${cause.message}. Set DATABASE_URL to use a server of your own.`,
    { cause },
  )
}
