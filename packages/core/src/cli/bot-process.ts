/** The bot of `hello dev` in a process of its own: code that has changed needs a fresh module graph, and Node gives none back. */
import { fork } from 'node:child_process'
import type { InspectorEvent } from '@hello/testing'
import type { Environment } from '../config/environment.js'
import type { BotOrder, BotReport } from './bot-messages.js'

/** What a bot is started with. */
export interface BotProcessOptions {
  /** The project's folder. */
  readonly directory: string
  readonly env: Environment
  /** Shows stacks. */
  readonly isDebug: boolean
  /** The bot whose work is told to `onTraced`; absent where nobody looks. */
  readonly tracedBotId: number | undefined
  /** A stop that takes longer ends in a kill, as where a handler never gives the process back. Integer > 0. */
  readonly stopLimitMs: number
  onTraced(event: InspectorEvent): void
}

/** How it ended. What there is to say was said by itself, on standard error. */
export interface BotEnd {
  /** 0 after an orderly end. */
  readonly exitCode: number
  /** Why, in a line, where it has told. */
  readonly reason: string | undefined
}

/** A bot that was started. It ends by itself when our process is gone, in whatever way. */
export interface BotProcess {
  /** Resolves once it runs, with its end where it ends before. Never rejects. */
  readonly started: Promise<BotEnd | undefined>
  readonly ended: Promise<BotEnd>
  /** Has it finish what is under way and end. May be called again. */
  stop(): Promise<BotEnd>
}

/** Starts it, with the same `hello` as ours. */
export function startBotProcess(options: BotProcessOptions): BotProcess {
  const { directory, env, isDebug, tracedBotId, stopLimitMs, onTraced } = options
  const args = ['dev-bot', '--cwd', directory, ...(isDebug ? ['--debug'] : [])]
  const child = fork(process.argv[1] as string, args)
  let reason: string | undefined
  const ended = new Promise<BotEnd>((resolve) => {
    child.once('error', ({ message }) => resolve({ exitCode: 1, reason: message }))
    child.once('close', (code, signal) => resolve({ exitCode: code ?? exitCodeOfSignal(signal), reason }))
  })
  const running = new Promise<undefined>((resolve) => {
    child.on('message', (report: BotReport) => {
      if (report.type === 'running') resolve(undefined)
      else if (report.type === 'failed') reason = report.message
      else onTraced(report.event)
    })
  })
  // One that has just ended takes no orders, and its end is told anyway.
  const order = (one: BotOrder) => void child.send(one, () => undefined)
  order({ type: 'start', env, ...(tracedBotId !== undefined && { tracedBotId }) })
  let kill: NodeJS.Timeout | undefined
  return {
    started: Promise.race([running, ended]),
    ended,
    async stop() {
      if (child.connected) order({ type: 'stop' })
      kill ??= setTimeout(() => child.kill('SIGKILL'), stopLimitMs)
      return ended.finally(() => clearTimeout(kill))
    },
  }
}

/** A Ctrl-C goes to both processes, and may come before the bot listens for it. */
function exitCodeOfSignal(signal: NodeJS.Signals | null): number {
  return signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1
}
