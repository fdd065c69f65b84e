/** The jobs of a running app: put together here, and loaded only where a plugin has one. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Database } from '../database/database.js'
import { PluginError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { AppJobs, JobStatus } from '../plugin/app-jobs.js'
import { JobRunner, type JobRunnerOptions } from './job-runner.js'
import { type JobClock, JobScheduler } from './job-scheduler.js'
import { JobTable } from './job-table.js'
import { type JobOwner, type PlannedJob, planJobs } from './planned-job.js'

/** What the jobs of an app run on. */
export interface JobsOptions<O extends JobOwner>
  extends Pick<JobRunnerOptions<O>, 'servicesOf' | 'onStored' | 'redact' | 'reports'> {
  readonly owners: readonly O[]
  readonly botId: number
  readonly database: Database
  readonly logger: Logger
  /** @default the machine's */
  readonly clock?: JobClock
}

const machineClock: JobClock = {
  now: () => new Date(),
  wait: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
}

/** See the file's purpose. */
export class Jobs<O extends JobOwner> implements AppJobs {
  readonly #planned: readonly PlannedJob<O>[]
  readonly #table: JobTable
  readonly #scheduler: JobScheduler<O>

  /** No I/O. @throws PluginError JOB_INVALID */
  constructor({ owners, botId, database, logger, clock = machineClock, ...rest }: JobsOptions<O>) {
    this.#planned = planJobs(owners)
    this.#table = new JobTable((query) => database.query(query), botId)
    const shared = { table: this.#table, logger }
    const runner = new JobRunner({ ...shared, ...rest, botId, database, now: clock.now })
    this.#scheduler = new JobScheduler({ ...shared, jobs: this.#planned, runner, clock })
  }

  /** This instance leads: it runs what is due. */
  lead(): void {
    this.#scheduler.lead()
  }

  /** This instance leads no more. */
  follow(): void {
    this.#scheduler.follow()
  }

  /** Resolves when what was running has ended. */
  stop(): Promise<void> {
    return this.#scheduler.stop()
  }

  async list(): Promise<readonly JobStatus[]> {
    const rows = await this.#table.all()
    return this.#planned.map(({ id, owner, name, schedule }) => {
      const row = rows.get(id)
      return {
        id,
        plugin: owner.name,
        name,
        schedule: schedule.text,
        nextRunAt: row?.nextRunAt,
        lastStartedAt: row?.lastStartedAt,
        lastOutcome: row?.lastOutcome,
        lastError: row?.lastError,
      }
    })
  }

  async run(id: string): Promise<void> {
    const job = this.#planned.find((one) => one.id === id)
    if (job === undefined) {
      const known = this.#planned.map((one) => one.id).join(', ')
      throw new PluginError('JOB_UNKNOWN', `No plugin of the app has a job "${id}". Known: ${known}.`)
    }
    if (await this.#scheduler.runNow(job)) return
    throw new PluginError('JOB_RUNNING', `The job "${id}" is running already. Wait for its end.`)
  }
}
