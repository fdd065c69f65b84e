/** Runs the jobs of an app at their times, on the instance that leads: each alone, few at once, and those that are running to their end when the app stops. */
import type { Logger } from '../logger.js'
import type { JobRunner } from './job-runner.js'
import type { JobRow, JobTable } from './job-table.js'
import type { JobOwner, PlannedJob } from './planned-job.js'

/** Time, as the scheduler sees it. */
export interface JobClock {
  now(): Date
  /** Resolves after so long, or when `signal` is aborted. */
  wait(ms: number, signal: AbortSignal): Promise<void>
}

/** What a scheduler needs. */
export interface JobSchedulerOptions<O extends JobOwner> {
  readonly jobs: readonly PlannedJob<O>[]
  readonly table: JobTable
  readonly runner: JobRunner<O>
  readonly clock: JobClock
  readonly logger: Logger
}

/** Updates keep the rest of the pool. */
const mostAtOnce = 2
// A timer of Node holds 31 bits.
const longestWaitMs = 3_600_000
const retryMs = 5_000

/** See the file's purpose. */
export class JobScheduler<O extends JobOwner> {
  readonly #options: JobSchedulerOptions<O>
  readonly #stopping = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  readonly #busy = new Set<string>()
  readonly #turns = new Turns(mostAtOnce)
  #term: AbortController | undefined

  constructor(options: JobSchedulerOptions<O>) {
    this.#options = options
  }

  /** This instance leads: runs what is due from now on. */
  lead(): void {
    if (this.#stopping.signal.aborted || this.#options.jobs.length === 0) return
    this.#term?.abort()
    const term = new AbortController()
    this.#term = term
    this.#keep(this.#serve(term.signal))
  }

  /** This instance leads no more: starts nothing; what runs goes on to its end, and its row keeps others from running it. */
  follow(): void {
    this.#term?.abort()
  }

  /** Starts nothing more, asks what runs to end soon, and resolves when it has. */
  async stop(): Promise<void> {
    this.follow()
    this.#stopping.abort()
    await Promise.allSettled(this.#running)
  }

  /** Runs a job now, whatever its schedule says. @throws what the job throws; `false`: it is running elsewhere. */
  async runNow(job: PlannedJob<O>): Promise<boolean> {
    if (this.#busy.has(job.id)) return false
    return this.#alone(job, async () => {
      for (;;) {
        const row = await this.#entered(job)
        if (row === undefined) return false
        const end = await this.#options.runner.pass(job, row, this.#stopping.signal, false)
        if (end.outcome === 'failed' || end.outcome === 'retry') throw end.error
        if (end.outcome !== 'again') return end.outcome === 'done'
      }
    })
  }

  /** The row of a job that may never have been led. */
  async #entered(job: PlannedJob<O>): Promise<JobRow | undefined> {
    const { table, clock } = this.#options
    const row = await table.read(job)
    if (row !== undefined) return row
    await table.enter([job], clock.now())
    return table.read(job)
  }

  async #serve(signal: AbortSignal): Promise<void> {
    const { jobs, table, clock, logger } = this.#options
    while (!signal.aborted) {
      try {
        await table.enter(jobs, clock.now())
        break
      } catch (error) {
        logger.warn({ err: error }, 'The jobs could not be read; it is tried again')
        await clock.wait(retryMs, signal)
      }
    }
    for (const job of jobs) this.#keep(this.#serveOne(job, signal))
  }

  async #serveOne(job: PlannedJob<O>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const row = await this.#read(job, signal)
      if (row === undefined) continue
      if (row.nextRunAt === undefined) return
      const waitMs = row.nextRunAt.getTime() - this.#options.clock.now().getTime()
      if (waitMs > 0) await this.#options.clock.wait(Math.min(waitMs, longestWaitMs), signal)
      else await this.#turns.take(() => this.#runDue(job, row, signal))
    }
  }

  async #runDue(job: PlannedJob<O>, row: JobRow, signal: AbortSignal): Promise<void> {
    // It may have waited long for its turn.
    if (signal.aborted || (await this.#skipLate(job, row))) return
    if (this.#busy.has(job.id)) return this.#options.clock.wait(retryMs, signal)
    const end = await this.#alone(job, () => this.#options.runner.pass(job, row, this.#stopping.signal))
    if (end.outcome === 'retry') await this.#options.clock.wait(retryMs, signal)
  }

  /** Leaves out a run whose moment is long past: a morning greeting in the evening helps nobody. */
  async #skipLate(job: PlannedJob<O>, row: JobRow): Promise<boolean> {
    const { table, clock, logger } = this.#options
    const { schedule } = job
    const now = clock.now()
    const slot = row.scheduledFor
    // One that is tried again, or goes on, has begun in time.
    const isBegun = row.nextRunAt?.getTime() !== slot?.getTime()
    if (schedule.kind !== 'cron' || slot === undefined || isBegun) return false
    if (now.getTime() - slot.getTime() <= schedule.lateAtMostMs) return false
    const next = job.next(slot, now)
    const times = { scheduledFor: next, nextRunAt: next, attempts: 0, startedAt: row.lastStartedAt ?? now }
    logger.info(
      { job: job.id, scheduledFor: slot, next },
      'A job is left out: no instance was up at its time',
    )
    await table.mark(job, row, { ...times, outcome: 'skipped' })
    return true
  }

  async #read(job: PlannedJob<O>, signal: AbortSignal): Promise<JobRow | undefined> {
    try {
      return await this.#options.table.read(job)
    } catch (error) {
      this.#options.logger.warn({ err: error, job: job.id }, 'A job could not be read; it is tried again')
      await this.#options.clock.wait(retryMs, signal)
      return undefined
    }
  }

  async #alone<T>(job: PlannedJob<O>, work: () => Promise<T>): Promise<T> {
    this.#busy.add(job.id)
    try {
      return await this.#keep(work())
    } finally {
      this.#busy.delete(job.id)
    }
  }

  #keep<T>(work: Promise<T>): Promise<T> {
    const kept = work.catch(() => undefined).finally(() => this.#running.delete(kept))
    this.#running.add(kept)
    return work
  }
}

/** Lets so many work at once; the others wait in order. */
class Turns {
  readonly #waiting: (() => void)[] = []
  #free: number

  constructor(mostAtOnce: number) {
    this.#free = mostAtOnce
  }

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free += 1
      else next()
    }
  }
}
