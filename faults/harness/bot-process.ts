/** A bot as a process of its own: forked from the test build, or started by the published command line. */
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { RowRun } from './row.js'

/** How a process ended: its exit code, or the signal that killed it. */
export type ProcessEnd = number | NodeJS.Signals

/** A bot that runs, or has. */
export interface BotProcess {
  readonly child: ChildProcess
  /** Everything that it has written so far. */
  readonly output: string
  /** Resolves when it has started. Rejects where it ends before. */
  readonly started: Promise<void>
  readonly ended: Promise<ProcessEnd>
  /** Resolves with the first match in what it writes. Rejects where it ends without one. */
  says(pattern: RegExp): Promise<void>
  /** kill -9; resolves when it is gone. */
  kill(): Promise<void>
  /** SIGTERM; resolves with how it ended. */
  stop(): Promise<ProcessEnd>
}

/** Forks the bot that can be told to die, or another. It is killed at the end of the row. */
export function forkBot(run: RowRun, env: NodeJS.ProcessEnv, path = run.builds.childPath): BotProcess {
  const child = fork(path, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  return watch(run, child, () => once(child, 'message'))
}

/** What a process of the command line may be given or refused. */
export interface CliOptions {
  /** Where its standard output goes: a file descriptor. @default a pipe */
  readonly stdout?: number
  /** How many files it may have open. */
  readonly openFiles?: number
}

/** Starts `hello start` on the project of the run. It is killed at the end of the row. */
export function startCli(
  run: RowRun,
  env: NodeJS.ProcessEnv,
  { stdout, openFiles }: CliOptions = {},
): BotProcess {
  const { cliPath, projectPath } = run.builds
  const command = [process.execPath, cliPath, 'start', '--cwd', projectPath]
  const limited = ['sh', '-c', `ulimit -n ${openFiles}; exec "$@"`, 'sh', ...command]
  const [file, ...args] = openFiles === undefined ? command : limited
  const child = spawn(file as string, args, {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', ...env },
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
  })
  return watch(run, child, (says) => says(/The bot is running/))
}

function watch(
  run: RowRun,
  child: ChildProcess,
  startOf: (says: BotProcess['says']) => Promise<unknown>,
): BotProcess {
  let output = ''
  const looks = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
      run.keepOutput(text)
      for (const look of looks) look()
    })
  }
  // It does not outlive a run that is broken off.
  const takeAlong = () => void child.kill('SIGKILL')
  process.once('exit', takeAlong)
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once('close', (code, signal) => {
      process.off('exit', takeAlong)
      resolve(code ?? (signal as NodeJS.Signals))
    })
  })
  const orEnd = async (event: Promise<unknown>, what: string): Promise<void> => {
    const early = ended.then((end) => {
      throw new Error(`The bot ended with ${end} before ${what}:\n${output.slice(-2_000)}`)
    })
    early.catch(() => undefined)
    await Promise.race([event, early])
  }
  const says = (pattern: RegExp) => {
    const said = new Promise<void>((resolve) => {
      const look = () => {
        if (!pattern.test(output)) return
        looks.delete(look)
        resolve()
      }
      looks.add(look)
      look()
    })
    return orEnd(said, `it said ${pattern}`)
  }
  const started = orEnd(startOf(says), 'it had started')
  // Who is not interested in the start need not wait for it.
  started.catch(() => undefined)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  run.onEnd(() => end('SIGKILL'))
  return {
    child,
    started,
    ended,
    says,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    get output() {
      return output
    },
  }
}
