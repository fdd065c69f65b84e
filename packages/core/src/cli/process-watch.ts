/** Watches what happens to the process: signals that end the run, and faults that nobody caught. From the first line of a run to its last. */

import { traceChannels } from '../trace.js'

/** How a run of the bot is told to end. */
export interface ProcessWatch {
  /** Resolves with the exit code at the first signal (0) or fault (1). */
  readonly ended: Promise<number>
  /** Ends the run, with this exit code where nothing has ended it before. */
  end(exitCode: number): void
  /**
   * Ends the process with exit code 1 where the run has not ended so long after it was told to; nothing is waited for then.
   *
   * @param onLate told before
   * @returns what takes it back
   */
  limitEnd(limitMs: number, onLate: () => void): () => void
  /** Leaves signals and faults to Node again. */
  unwatch(): void
}

/** How a fault came about. */
export type FaultOrigin = 'rejection' | 'exception'

/** npm passes a Ctrl-C on to us, which the terminal has sent us as well. */
const echoMs = 500
/** After a fault the state of the process is unknown: what is under way gets this long. */
const faultDrainMs = 5_000

/**
 * @param report shows a fault
 * @param exit ends the process at once: at a second signal, where a run goes on for 5 s after a fault, and where it takes longer to end than it may
 */
export function watchProcess(
  report: (error: unknown, origin: FaultOrigin) => void,
  exit: (exitCode: number) => void = (exitCode) => process.exit(exitCode),
): ProcessWatch {
  let end: (exitCode: number) => void = () => undefined
  const ended = new Promise<number>((resolve) => {
    end = resolve
  })
  let first: { readonly signal: NodeJS.Signals; readonly atMs: number } | undefined
  const onSignal = (signal: NodeJS.Signals) => {
    const nowMs = performance.now()
    if (first === undefined) {
      first = { signal, atMs: nowMs }
      end(0)
      return
    }
    const isEcho = signal === first.signal && nowMs - first.atMs < echoMs
    if (!isEcho) exit(1)
  }
  let exitAfterFault: NodeJS.Timeout | undefined
  const onFault = (error: unknown, origin: FaultOrigin) => {
    traceChannels.processFault.publish({ error, origin })
    report(error, origin)
    end(1)
    exitAfterFault ??= setTimeout(() => exit(1), faultDrainMs)
  }
  const onException = (error: unknown) => onFault(error, 'exception')
  const onRejection = (error: unknown) => onFault(error, 'rejection')
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  process.on('uncaughtException', onException).on('unhandledRejection', onRejection)
  const unwatch = () => {
    clearTimeout(exitAfterFault)
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
    process.off('uncaughtException', onException).off('unhandledRejection', onRejection)
  }
  const limitEnd = (limitMs: number, onLate: () => void) => {
    let timer: NodeJS.Timeout | undefined
    let isTakenBack = false
    void ended.then(() => {
      if (isTakenBack) return
      timer = setTimeout(() => {
        onLate()
        exit(1)
      }, limitMs)
    })
    return () => {
      isTakenBack = true
      clearTimeout(timer)
    }
  }
  return { ended, end, limitEnd, unwatch }
}
