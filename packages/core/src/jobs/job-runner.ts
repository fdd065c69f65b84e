/** Runs one pass of a job in a unit of work and marks how it ended: with its effects, or, where it failed, instead of them. */
import { runAfterCommit } from '../database/after-commit.js'
import type { Database } from '../database/database.js'
import type { StoredCall, Unit } from '../database/unit.js'
import type { ErrorReports } from '../error-reports.js'
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import type { JobMark, JobRow, JobTable } from './job-table.js'
import type { JobOwner, PlannedJob } from './planned-job.js'

/** What running jobs needs. */
export interface JobRunnerOptions<O extends JobOwner> {
  readonly botId: number
  readonly database: Database
  readonly table: JobTable
  readonly logger: Logger
  /** The services of one run, as the job's plugin sees them. */
  servicesOf(owner: O, unit: Unit, logger: Logger): object
  /** Told what a pass has put in the outbox. */
  onStored(stored: readonly StoredCall[]): void
  /** Replaces secrets in what is recorded. */
  redact(text: string): string
  /** Told of each run that failed. */
  readonly reports: ErrorReports
  /** The time, for what is written down. */
  now(): Date
}

/** How a pass ended. `moved`: the row says something else by now, so nothing was done. `retry`: the infrastructure failed, and the row tells. */
export type PassEnd =
  | { readonly outcome: 'done' | 'again' | 'moved' }
  | { readonly outcome: 'failed' | 'retry'; readonly error: unknown }

const firstRetryMs = 60_000
const longestRetryMs = 3_600_000
/** In characters. */
const longestRecordedError = 8_000

/** See the file's purpose. */
export class JobRunner<O extends JobOwner> {
  readonly #options: JobRunnerOptions<O>

  constructor(options: JobRunnerOptions<O>) {
    this.#options = options
  }

  /**
   * One pass for the moment of `row`. Never rejects.
   *
   * @param isScheduled whether the next moment is written; a run that a person asked for leaves the schedule as it is
   */
  async pass(job: PlannedJob<O>, row: JobRow, stopping: AbortSignal, isScheduled = true): Promise<PassEnd> {
    const { botId, database, table, now } = this.#options
    const startedAt = now()
    const logger = this.#options.logger.child({ job: job.id })
    let isAgain = false
    const markOf = (failure?: { error: unknown }): JobMark => {
      const times = isScheduled ? this.#times(job, row, isAgain, failure !== undefined) : row
      const { scheduledFor, nextRunAt, attempts } = times
      const outcome = failure === undefined ? 'done' : 'failed'
      const error = failure && { error: this.#textOf(failure.error) }
      return { scheduledFor, nextRunAt, attempts, startedAt, outcome, ...error }
    }
    const { unit, end } = await database.run(
      { claim: table.claim(job, row, isScheduled, markOf), deadlineMs: job.deadlineMs },
      async (opened) => {
        const services = this.#options.servicesOf(job.owner, opened, logger)
        const signal = AbortSignal.any([opened.signal, stopping])
        const scheduledFor = row.scheduledFor ?? startedAt
        const result = await job.run({ services, options: job.owner.options, scheduledFor, signal } as never)
        isAgain = result === 'again'
      },
    )
    const passEnd = await this.#conclude(job, row, end, markOf, () => isAgain)
    if (passEnd.outcome === 'done' || passEnd.outcome === 'again') {
      if (end.outcome === 'committed') this.#options.onStored(end.stored)
      const { id: reference, name, owner } = job
      const where = { in: 'job', reference, plugin: owner.name, job: name } as const
      await runAfterCommit(unit, logger, this.#options.reports.ofDeferred(where))
    }
    // Who asked for a run is told by its promise.
    if (passEnd.outcome === 'failed' && isScheduled) this.#report(job, row, passEnd.error, startedAt)
    this.#tell(logger, botId, job, passEnd, startedAt)
    return passEnd
  }

  async #conclude(
    job: PlannedJob<O>,
    row: JobRow,
    end: Awaited<ReturnType<Database['run']>>['end'],
    markOf: (failure?: { error: unknown }) => JobMark,
    isAgain: () => boolean,
  ): Promise<PassEnd> {
    const done = { outcome: isAgain() ? 'again' : 'done' } as const
    switch (end.outcome) {
      case 'committed':
        return done
      case 'untouched':
        return this.#mark(job, row, markOf(), done)
      case 'duplicate':
        return { outcome: 'moved' }
      case 'failed': {
        const failed = { outcome: 'failed', error: end.error } as const
        return end.recorded ? failed : this.#mark(job, row, markOf(end), failed)
      }
      default:
        return { outcome: 'retry', error: end.error }
    }
  }

  async #mark(job: PlannedJob<O>, row: JobRow, mark: JobMark, end: PassEnd): Promise<PassEnd> {
    try {
      return (await this.#options.table.mark(job, row, mark)) ? end : { outcome: 'moved' }
    } catch (error) {
      return { outcome: 'retry', error }
    }
  }

  #times(
    job: PlannedJob<O>,
    row: JobRow,
    isAgain: boolean,
    isFailed: boolean,
  ): Pick<JobMark, 'scheduledFor' | 'nextRunAt' | 'attempts'> {
    const now = this.#options.now()
    const slot = row.scheduledFor ?? now
    if (isAgain) {
      // Another moment than the one that was claimed, or the next pass could not be told from this one.
      const nextRunAt = new Date(Math.max(now.getTime(), (row.nextRunAt?.getTime() ?? 0) + 1))
      return { scheduledFor: slot, nextRunAt, attempts: 0 }
    }
    const next = job.next(slot, now)
    if (!isFailed || row.attempts >= job.retries) return { scheduledFor: next, nextRunAt: next, attempts: 0 }
    const waitMs = Math.min(firstRetryMs * 2 ** row.attempts, longestRetryMs)
    const retryAt = new Date(now.getTime() + waitMs)
    if (next !== undefined && next <= retryAt) return { scheduledFor: next, nextRunAt: next, attempts: 0 }
    return { scheduledFor: slot, nextRunAt: retryAt, attempts: row.attempts + 1 }
  }

  #report(job: PlannedJob<O>, row: JobRow, error: unknown, startedAt: Date): void {
    this.#options.reports.tell({
      kind: 'job',
      error,
      reference: job.id,
      plugin: job.owner.name,
      job: job.name,
      scheduledFor: row.scheduledFor ?? startedAt,
      isRetried: this.#times(job, row, false, true).attempts > 0,
    })
  }

  #textOf(error: unknown): string {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return this.#options.redact(text).slice(0, longestRecordedError)
  }

  #tell(logger: Logger, botId: number, job: PlannedJob<O>, end: PassEnd, startedAt: Date): void {
    const durationMs = this.#options.now().getTime() - startedAt.getTime()
    if (end.outcome === 'failed') {
      logger.error({ err: end.error, durationMs }, 'A job failed; nothing of its run was kept')
    } else if (end.outcome === 'retry') {
      logger.warn({ err: end.error }, 'A job could not be run to its end; it is run again')
    } else {
      logger.debug({ outcome: end.outcome, durationMs }, 'A job has run')
    }
    if (!traceChannels.jobEnded.hasSubscribers) return
    traceChannels.jobEnded.publish({
      botId,
      plugin: job.owner.name,
      job: job.name,
      durationMs,
      outcome: end.outcome,
    })
  }
}
