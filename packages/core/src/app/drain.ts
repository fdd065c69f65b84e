/** The part of a stop between the closed intake and the first plugin that stops: what is under way is finished, and what it sent leaves. */
import type { ErrorReports } from '../error-reports.js'
import { PluginError } from '../errors.js'
import type { Jobs } from '../jobs/jobs.js'
import type { JobOwner } from '../jobs/planned-job.js'
import type { Logger } from '../logger.js'
import type { FailureFollowUp } from '../updates/failure-follow-up.js'
import type { OutboxSender } from '../updates/outbox-sender.js'
import type { UpdateEngine } from '../updates/update-engine.js'
import { beforeDeadline } from './deadline.js'
import type { Teardown } from './teardown.js'

/** What is drained. */
export interface DrainOptions {
  readonly engine: UpdateEngine
  /** Where a plugin has one. */
  readonly jobs: Pick<Jobs<JobOwner>, 'stop'> | undefined
  readonly outbox: OutboxSender
  readonly followUp: FailureFollowUp
  readonly reports: ErrorReports
  readonly logger: Logger
  /** For updates and jobs under way, and what then is left of it for the outbox. */
  readonly clock: DrainClock
  /** The drains of the plugins, in the order of `requires`; they run in reverse. */
  readonly drains: readonly (() => Promise<void>)[]
}

/** The one time that a stop has for all that is under way: requests, updates, messages. It runs from the first look at it. */
export class DrainClock {
  readonly deadlineMs: number
  #untilMs: number | undefined

  /** @param deadlineMs integer ≥ 0 */
  constructor(deadlineMs: number) {
    this.deadlineMs = deadlineMs
  }

  /** What is left of it; 0 where nothing is. */
  remainingMs(): number {
    this.#untilMs ??= performance.now() + this.deadlineMs
    return Math.max(0, this.#untilMs - performance.now())
  }
}

/** Adds the steps: updates and jobs under way are finished, plugins drain, the outbox is sent, then closed. */
export function addDrain(teardown: Teardown, options: DrainOptions): void {
  const { engine, jobs, outbox, clock, drains } = options
  teardown.add(() => outbox.stop())
  teardown.add(() => finishReports(options))
  teardown.add(() => flushOutbox(options))
  for (const drain of drains) teardown.add(drain)
  teardown.add(() =>
    beforeDeadline(
      Promise.all([engine.stop(), jobs?.stop()]),
      clock.remainingMs(),
      () =>
        new PluginError(
          'APP_STOP_DEADLINE',
          `Updates or jobs were still running after ${clock.deadlineMs} ms; the next start runs them again.`,
        ),
    ),
  )
}

/** What `onError` still tells another server. */
async function finishReports({ reports, logger, clock }: DrainOptions): Promise<void> {
  const late = new PluginError('APP_STOP_DEADLINE', 'onError has not ended.')
  await beforeDeadline(reports.idle(), clock.remainingMs(), () => late).catch((error: unknown) => {
    if (error !== late) throw error
    logger.warn('onError of the app had not ended in time; what it was telling may be lost')
  })
}

/** What does not leave in time stays in the outbox, and the next start sends it: no error. */
async function flushOutbox({ outbox, followUp, logger, clock }: DrainOptions): Promise<void> {
  const late = new PluginError('APP_STOP_DEADLINE', 'Messages are left in the outbox.')
  // The last apologies are put there first.
  const flushed = followUp.idle().then(() => outbox.idle())
  await beforeDeadline(flushed, clock.remainingMs(), () => late).catch((error: unknown) => {
    if (error !== late) throw error
    logger.warn('Not every message has left in time; the next start sends the rest')
  })
}
