/** Runs an app until a signal or a fault ends it, then stops it in order. */
import type { App } from '../app/app.js'
import type { Environment } from '../config/environment.js'
import { parseConfig } from '../config/parse-config.js'
import type { ProcessWatch } from './process-watch.js'
import type { Terminal } from './terminal.js'
import { letYoungSpaceGrow } from './young-space.js'

/** How an app is run. */
export interface RunOptions {
  readonly env: Environment
  readonly terminal: Terminal
  readonly watch: ProcessWatch
  /** Runs on a database that is newer than the code. @default false */
  readonly allowAhead?: boolean
  /** Called once it runs. `start` starts it again after a stop, as it was started. */
  onRunning?(start: () => Promise<void>): void
}

/**
 * Starts the app and waits for its end.
 *
 * @returns the exit code: 0 after an orderly stop, 1 after a fault
 * @throws what stands against the start or the stop.
 */
export async function runApp(
  app: App,
  { env, terminal, watch, allowAhead = false, onRunning }: RunOptions,
): Promise<number> {
  if (env.ENVIRONMENT !== 'production') terminal.showAuthorFrames()
  const takeLimitBack = limitStop(env, watch, terminal)
  let refused: Error | undefined
  const onFatal = (error: Error) => {
    refused = error
    watch.end(1)
  }
  try {
    const start = () => app.start({ env, redactor: terminal.redactor, onFatal, allowAhead })
    const starting = start()
    // Where a signal ends the start, its refusal is no news.
    const isRunning = await Promise.race([starting.then(() => true), watch.ended.then(() => false)])
    letYoungSpaceGrow()
    if (isRunning) onRunning?.(start)
    else starting.catch(() => undefined)
    const exitCode = await watch.ended
    if (refused !== undefined) throw refused
    return exitCode
  } finally {
    await app.stop().finally(takeLimitBack)
  }
}

/** After SHUTDOWN_DEADLINE the app closes what it can in this time, and what then is left ends with the process: a container that waits for more would kill it anyway. */
const afterDeadlineMs = 1_000

function limitStop(env: Environment, watch: ProcessWatch, terminal: Terminal): () => void {
  return watch.limitEnd(stopLimitMsOf(env), () =>
    terminal.note(
      'The stop took longer than SHUTDOWN_DEADLINE: the process ends. What was under way stands in the inbox, and the next start handles it.',
    ),
  )
}

/** The default of SHUTDOWN_DEADLINE. */
const usualDeadlineMs = 25_000

/** The longest that a stop may take, with these variables, before the process ends. Milliseconds. */
export function stopLimitMsOf(env: Environment): number {
  try {
    return parseConfig(env).shutdownDeadlineMs + afterDeadlineMs
  } catch {
    // What is wrong with them is said by the start, which then has little to stop.
    return usualDeadlineMs + afterDeadlineMs
  }
}
