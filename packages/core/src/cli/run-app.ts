/** Runs an app until a signal ends it: the first one stops it in order, a second one at once. */
import type { App, StartOptions } from '../app/create-app.js'

/** How an app is run. */
export interface RunOptions extends StartOptions {
  /** Shows an error of the process; secrets are taken out there. */
  report(error: unknown): void
  /** Closes what was opened for the app, after it has stopped. */
  close?(): Promise<void>
}

/**
 * Starts the app and waits for its end.
 *
 * @returns the exit code: 0 after an orderly stop, 1 after a fault
 * @throws what stands against the start or the stop; `close` has run.
 */
export async function runApp(app: App, { report, close, ...options }: RunOptions): Promise<number> {
  const process = watchProcess(report)
  try {
    const starting = app.start({ ...options, onFatal: () => process.end(1) })
    const isUp = starting.then(() => true)
    if (!(await Promise.race([isUp, process.ended.then(() => false)]))) isUp.catch(() => undefined)
    return await process.ended
  } finally {
    try {
      await app.stop()
    } finally {
      await close?.()
      process.unwatch()
    }
  }
}

function watchProcess(report: (error: unknown) => void) {
  let end: (exitCode: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  let signals = 0
  const onSignal = () => {
    if (++signals > 1) process.exit(1)
    end(0)
  }
  const onFault = (error: unknown) => {
    report(error)
    end(1)
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  process.on('uncaughtException', onFault).on('unhandledRejection', onFault)
  const unwatch = () => {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    process.off('uncaughtException', onFault).off('unhandledRejection', onFault)
  }
  return { ended, end, unwatch }
}
