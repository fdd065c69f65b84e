/** Runs the app as the process that `hello dev` has started for it: told over IPC when to start and stop, and gone when that process is. */
import type { InspectorEvent } from '@hello/testing'
import type { Environment } from '../config/environment.js'
import { UsageError } from '../errors.js'
import type { BotOrder, BotReport } from './bot-messages.js'
import { traceToInspector } from './inspector-trace.js'
import { loadApp } from './load-app.js'
import type { ProcessWatch } from './process-watch.js'
import { runApp } from './run-app.js'
import { hideSecrets, type Terminal } from './terminal.js'

/** What it is given; the rest comes with the order to start. */
export interface RunBotOptions {
  readonly directory: string
  readonly terminal: Terminal
  readonly watch: ProcessWatch
}

/**
 * @returns the exit code
 * @throws UsageError USAGE: nobody has started this process who could tell it what to do.
 * @throws what stands against the start or the stop; the other process is told as well.
 */
export async function runBotProcess({ directory, terminal, watch }: RunBotOptions): Promise<number> {
  const parent = connectParent(watch)
  const { env, tracedBotId } = await parent.started
  const { redactor } = terminal
  hideSecrets(redactor, env)
  if (env.ENVIRONMENT !== 'production') terminal.showAuthorFrames()
  const add = (event: InspectorEvent) => parent.tell({ type: 'traced', event })
  const endTrace =
    tracedBotId === undefined ? () => undefined : traceToInspector({ botId: tracedBotId, redactor, add })
  try {
    const app = await loadApp(directory)
    return await runApp(app, { env, terminal, watch, onRunning: () => parent.tell({ type: 'running' }) })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    parent.tell({ type: 'failed', message: redactor.redact(message) })
    throw error
  } finally {
    endTrace()
    parent.close()
  }
}

interface Parent {
  /** Resolves with the order to start. */
  readonly started: Promise<{ readonly env: Environment; readonly tracedBotId?: number }>
  tell(report: BotReport): void
  /** No longer keeps this process alive. */
  close(): void
}

function connectParent(watch: ProcessWatch): Parent {
  if (process.send === undefined) {
    throw new UsageError('USAGE', 'hello dev starts this command by itself; run hello dev.')
  }
  let onMessage: (order: BotOrder) => void = () => undefined
  const started = new Promise<BotOrder & { type: 'start' }>((resolve) => {
    onMessage = (order) => {
      if (order.type === 'start') resolve(order)
      else watch.end(0)
    }
  })
  // Its database and its Telegram are gone too: nothing that is under way could be finished.
  const onDisconnect = () => process.exit(1)
  process.on('message', onMessage).once('disconnect', onDisconnect)
  return {
    started,
    tell: (report) => void process.send?.(report, undefined, undefined, () => undefined),
    close: () => void process.off('message', onMessage).off('disconnect', onDisconnect),
  }
}
