/** How jobs stand in the database: when each runs next, and how its last run ended. A run is claimed and marked in its own transaction. */
import type { RawConnection, RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { StoredCall, UnitClaim } from '../database/unit.js'
import { storeOutgoing } from '../updates/outbox-table.js'
import type { PlannedJob } from './planned-job.js'

/** A job as it stands in the table. */
export interface JobRow {
  /** The moment that the schedule says; absent where it never runs again. */
  readonly scheduledFor: Date | undefined
  /** When it is run: that moment, or later where it is tried again or goes on. */
  readonly nextRunAt: Date | undefined
  /** Failed tries of this moment. */
  readonly attempts: number
  readonly lastStartedAt: Date | undefined
  readonly lastOutcome: JobOutcome | undefined
  /** Why the last run failed. */
  readonly lastError: string | undefined
}

/** How a run ended. `skipped`: its moment had long passed when an instance was up again. */
export type JobOutcome = 'done' | 'failed' | 'skipped'

/** What is written when a run has ended. */
export interface JobMark {
  readonly scheduledFor: Date | undefined
  readonly nextRunAt: Date | undefined
  readonly attempts: number
  readonly startedAt: Date
  readonly outcome: JobOutcome
  readonly error?: string
}

type Query = (query: RawQuery) => Promise<RawResult>

const columns =
  'plugin, name, scheduled_for, next_run_at, attempts, last_started_at, last_outcome, last_error'

/** The jobs of one bot. */
export class JobTable {
  readonly #query: Query
  readonly #botId: number

  /** @param query runs a statement outside of any unit */
  constructor(query: Query, botId: number) {
    this.#query = query
    this.#botId = botId
  }

  /** Brings the table up to the code: what is new gets its first moment, what has another schedule a new one. */
  async enter(jobs: readonly PlannedJob[], now: Date): Promise<void> {
    await this.#query({
      text: `INSERT INTO hello_jobs AS known (bot_id, plugin, name, schedule, scheduled_for, next_run_at)
SELECT $1, job.plugin, job.name, job.schedule, job.first_at, job.first_at
FROM unnest($2::text[], $3::text[], $4::text[], $5::timestamptz[]) AS job (plugin, name, schedule, first_at)
ON CONFLICT (bot_id, plugin, name) DO UPDATE
SET schedule = EXCLUDED.schedule, scheduled_for = EXCLUDED.scheduled_for, next_run_at = EXCLUDED.next_run_at, attempts = 0
WHERE known.schedule <> EXCLUDED.schedule`,
      values: [
        this.#botId,
        jobs.map(({ owner }) => owner.name),
        jobs.map(({ name }) => name),
        jobs.map(({ schedule }) => schedule.text),
        jobs.map((job) => job.first(now) ?? null),
      ],
    })
  }

  /** Every row of the bot, by the id of its job. */
  async all(): Promise<Map<string, JobRow>> {
    const { rows } = await this.#query({
      text: `SELECT ${columns} FROM hello_jobs WHERE bot_id = $1`,
      values: [this.#botId],
    })
    return new Map(rows.map((row) => [`${row.plugin}/${row.name}`, readRow(row)]))
  }

  /** The row of a job that was entered. */
  async read({ owner, name }: PlannedJob): Promise<JobRow | undefined> {
    const { rows } = await this.#query({
      text: `SELECT ${columns} FROM hello_jobs WHERE bot_id = $1 AND plugin = $2 AND name = $3`,
      values: [this.#botId, owner.name, name],
    })
    return rows[0] && readRow(rows[0])
  }

  /**
   * What a unit of work does with the row: it is run only while `row` still says so, and by one.
   *
   * @param waits whether another run of it is waited for, or tells that this one is not wanted
   */
  claim(
    job: PlannedJob,
    row: JobRow,
    waits: boolean,
    markOf: (failure?: { error: unknown }) => JobMark,
  ): UnitClaim {
    const { owner, name } = job
    return {
      take: async (connection) => {
        const { rowCount } = await connection.query({
          text: `SELECT FROM hello_jobs
WHERE bot_id = $1 AND plugin = $2 AND name = $3 AND next_run_at IS NOT DISTINCT FROM $4 FOR UPDATE${waits ? '' : ' SKIP LOCKED'}`,
          values: [this.#botId, owner.name, name, row.nextRunAt ?? null],
        })
        return rowCount === 1
      },
      settle: async (connection, outgoing): Promise<StoredCall[]> => {
        const marked = connection.query(this.#markQuery(job, row, markOf()))
        const stored = outgoing.length === 0 ? [] : storeOutgoing(connection, this.#botId, outgoing)
        await marked
        return stored
      },
      fail: async (connection: RawConnection, error) => {
        await connection.query(this.#markQuery(job, row, markOf({ error })))
      },
    }
  }

  /** Marks the end of a run outside of its own transaction. `false` where the row says something else by now. */
  async mark(job: PlannedJob, row: JobRow, mark: JobMark): Promise<boolean> {
    const { rowCount } = await this.#query(this.#markQuery(job, row, mark))
    return rowCount === 1
  }

  #markQuery({ owner, name }: PlannedJob, row: JobRow, mark: JobMark): RawQuery {
    return {
      text: `UPDATE hello_jobs SET scheduled_for = $5, next_run_at = $6, attempts = $7, last_started_at = $8,
  last_ended_at = clock_timestamp(), last_outcome = $9, last_error = $10
WHERE bot_id = $1 AND plugin = $2 AND name = $3 AND next_run_at IS NOT DISTINCT FROM $4`,
      values: [
        this.#botId,
        owner.name,
        name,
        row.nextRunAt ?? null,
        mark.scheduledFor ?? null,
        mark.nextRunAt ?? null,
        mark.attempts,
        mark.startedAt,
        mark.outcome,
        mark.error ?? null,
      ],
    }
  }
}

function readRow(row: Record<string, unknown>): JobRow {
  return {
    scheduledFor: (row.scheduled_for as Date | null) ?? undefined,
    nextRunAt: (row.next_run_at as Date | null) ?? undefined,
    attempts: row.attempts as number,
    lastStartedAt: (row.last_started_at as Date | null) ?? undefined,
    lastOutcome: (row.last_outcome as JobOutcome | null) ?? undefined,
    lastError: (row.last_error as string | null) ?? undefined,
  }
}
