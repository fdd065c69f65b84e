/** Runs one migration in two halves, as Umzug asks for them: `start` does its work, `finish` writes the log row and commits. What fails in either half leaves nothing behind, except outside of a transaction. */
import type pg from 'pg'
import { MigrationError } from '../errors.js'
import { isChecksumOf, noChecksum } from './checksum.js'
import { poolerError } from './lock.js'
import type { MigrationLog } from './log.js'
import { MigrationRun, shorten, transactionControlError } from './migration-run.js'
import type { PlannedMigration } from './order.js'
import { recordMigration } from './record-migration.js'

/** What every step of one plan shares. */
export interface StepTools {
  readonly client: pg.Client
  readonly log: MigrationLog
  /** Backend that holds the migration lock. */
  readonly lockPid: number
  readonly coreVersion: string
  /** Longest wait of a transactional migration for a lock on a table. Integer > 0. */
  readonly lockTimeoutMs: number
}

/** One migration on its way up or down. */
export class MigrationStep {
  readonly #run: MigrationRun
  readonly #startedAtMs = performance.now()
  #durationMs = 0
  #checksum = noChecksum

  constructor(
    private readonly tools: StepTools,
    private readonly planned: PlannedMigration,
    private readonly direction: 'up' | 'down',
  ) {
    this.#run = new MigrationRun(tools.client, planned)
  }

  /** How long it took, once finished. */
  get durationMs(): number {
    return this.#durationMs
  }

  /** Whether a later change will be noticed; also true where the migration goes without by its own wish, or down. */
  get isComparable(): boolean {
    const isWanted = this.direction === 'up' && this.planned.migration.checksum
    return !isWanted || this.#checksum !== noChecksum
  }

  /**
   * Begins, and runs `up` or `down`.
   *
   * @throws MigrationError MIGRATION_FAILED, MIGRATION_TX_CONTROL, MIGRATION_NOT_AWAITED, MIGRATION_POOLER:
   * rolled back; one outside of a transaction stays `started`.
   */
  async start(): Promise<void> {
    const { migration } = this.planned
    // Before BEGIN: a recording that does not end must not hold locks.
    const recorded = this.direction === 'up' ? await recordMigration(this.planned) : undefined
    await this.#guard(async () => {
      if (migration.transactional) await this.#begin()
      else await this.tools.log.writeStarted(this.planned, this.tools.coreVersion)
      await migration[this.direction]?.(this.#run.context)
      await this.#run.close()
      const { plain, exact } = this.#run.checksums()
      if (recorded !== undefined && isChecksumOf(exact, recorded)) this.#checksum = plain
    })
  }

  /** Writes the log row and commits. Throws as {@link start}. */
  async finish(): Promise<void> {
    this.#durationMs = Math.round(performance.now() - this.#startedAtMs)
    await this.#guard(async () => {
      const { transactional } = this.planned.migration
      if (transactional) await this.#assertSameTransaction()
      this.#run.assertNothingLate()
      await this.#writeLog()
      if (!transactional) return this.#assertNoTransaction()
      this.#run.assertNothingLate()
      await this.#commit()
    })
    this.#run.settle()
    // What it SET for the session must not reach the next one, which may run in another process another time.
    await this.tools.client.query('RESET ROLE; RESET ALL')
  }

  async #begin(): Promise<void> {
    const { client, lockTimeoutMs, lockPid } = this.tools
    await client.query('BEGIN')
    const { rows } = await client.query(
      `SELECT pg_backend_pid() AS pid, set_config('lock_timeout', $1, true), set_config('hello.migration', $2, true)`,
      [`${lockTimeoutMs}ms`, this.planned.id],
    )
    if (rows[0].pid !== lockPid) throw poolerError()
  }

  /** A COMMIT that was hidden from the reading of the text has also ended what `begin` set for its transaction. */
  async #assertSameTransaction(): Promise<void> {
    const { rows } = await this.tools.client.query(`SELECT current_setting('hello.migration', true) AS id`)
    if (rows[0].id === this.planned.id) return
    throw new MigrationError(
      'MIGRATION_TX_CONTROL',
      `Migration "${this.planned.id}" ended the transaction that it runs in, so that part of it was kept and no log row was written. Undo that part by hand, and remove the COMMIT or ROLLBACK.`,
    )
  }

  async #assertNoTransaction(): Promise<void> {
    const { rows } = await this.tools.client.query('SELECT pg_current_xact_id_if_assigned() AS open')
    if (rows[0].open === null) return
    throw new MigrationError(
      'MIGRATION_TX_CONTROL',
      `Migration "${this.planned.id}" (transactional: false) left a transaction open. Nothing since its BEGIN was kept, and it stays recorded as started: send a COMMIT.`,
    )
  }

  async #writeLog(): Promise<void> {
    const { log, coreVersion } = this.tools
    if (this.direction === 'down') return log.remove(this.planned)
    const { plugin, name } = this.planned
    await log.writeDone({
      plugin,
      name,
      checksum: this.#checksum,
      coreVersion,
      durationMs: this.#durationMs,
    })
  }

  /** Postgres answers COMMIT of a failed transaction with success and the tag ROLLBACK. */
  async #commit(): Promise<void> {
    const { command } = await this.tools.client.query('COMMIT')
    if (command !== 'COMMIT') throw this.#failed(`Postgres answered COMMIT with ${command}`, 'COMMIT')
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      await this.#run.abort()
      // On a lost connection there is nothing to roll back; the server has done it.
      await this.tools.client.query('ROLLBACK').catch(() => undefined)
      throw error instanceof MigrationError ? error : this.#explain(error)
    }
  }

  #explain(thrown: unknown): MigrationError {
    const { firstFailed } = this.#run
    // 25P02: an earlier failure was caught, and the transaction refuses everything since: that one is the cause.
    const isLateEffect = sqlStateOf(thrown) === '25P02'
    const failed = firstFailed && (firstFailed.error === thrown || isLateEffect) ? firstFailed : undefined
    const error = failed?.error ?? thrown
    if (error instanceof MigrationError) return error
    const state = sqlStateOf(error)
    // 25001: not allowed inside a transaction. 2D000: COMMIT or ROLLBACK inside a DO block or procedure.
    if (this.planned.migration.transactional && (state === '25001' || state === '2D000')) {
      return transactionControlError(this.planned.id, failed?.text ?? String(state), { cause: error })
    }
    return this.#failed(error instanceof Error ? error.message : String(error), failed?.text, error)
  }

  #failed(message: string, statement: string | undefined, cause?: unknown): MigrationError {
    const state = sqlStateOf(cause)
    const where = statement === undefined ? '' : ` At: ${shorten(statement)}.`
    const { name, plugin, migration } = this.planned
    const kept = migration.transactional
      ? 'Nothing of it was kept; the migrations before it were. Correct it and migrate again.'
      : 'It runs outside of a transaction: what it did before stays, and it is recorded as started.'
    return new MigrationError(
      'MIGRATION_FAILED',
      `Migration "${name}" of plugin "${plugin}" failed (${this.direction}): ${message}${state === undefined ? '' : ` (SQLSTATE ${state})`}.${where} ${kept}`,
      cause === undefined ? undefined : { cause },
    )
  }
}

function sqlStateOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}
