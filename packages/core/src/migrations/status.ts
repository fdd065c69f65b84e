/** What a database has and lacks, read without writing and without loading Umzug: for `hello migrate status`, the readiness check, and a start in production. */
import { connectClient, withClient } from '../database/client.js'
import { MigrationError, throwAll } from '../errors.js'
import { refusePooler } from './lock.js'
import { findMigrationLog, type MigrationRecord } from './log.js'
import type { KnownPlugin } from './order.js'
import { inspectMigrations, type PlanOptions } from './plan.js'
import { recordApplied } from './record-migration.js'

/** Options of {@link migrationStatus} and {@link ensureMigrated}. */
export interface MigrationStatusOptions extends PlanOptions {
  readonly databaseUrl: string
  /** All plugins in the order of `requires`. */
  readonly known: readonly KnownPlugin[]
  /** Whether the app is to run on this connection: the lock of its leader does not hold through a pooler in transaction mode either. @default false */
  readonly refusesPooler?: boolean
}

/** Ids as `plugin/name`. */
export interface MigrationStatus {
  /** In the order in which they were applied. */
  readonly applied: readonly string[]
  /** In the order in which they will be applied. */
  readonly pending: readonly string[]
  /** Of plugins that are no longer installed. */
  readonly orphaned: readonly string[]
  /** The rows of the log, in the order in which they were applied. */
  readonly records: readonly MigrationRecord[]
  /** What would be refused: MIGRATION_DIRTY, MIGRATION_MISSING, MIGRATION_AHEAD, MIGRATION_CHANGED, MIGRATION_OUT_OF_ORDER. */
  readonly problems: readonly MigrationError[]
}

/**
 * Compares the database with the code. Writes nothing; a database without a log has nothing applied.
 *
 * @throws DatabaseError see `connectClient`.
 * @throws MigrationError MIGRATION_POOLER, and what `orderMigrations` throws: the code by itself is wrong.
 */
export async function migrationStatus(options: MigrationStatusOptions): Promise<MigrationStatus> {
  const { databaseUrl, known, refusesPooler = false } = options
  const connection = { applicationName: 'hello migrate status' }
  return withClient(databaseUrl, connection, async (client) => {
    if (refusesPooler) await refusePooler(client, () => connectClient(databaseUrl, connection))
    const log = await findMigrationLog(client)
    const records = (await log?.read()) ?? []
    const recorded = await recordApplied(known, records)
    const { applied, pending, orphaned, problems } = inspectMigrations(known, records, options, recorded)
    return { applied, pending: pending.map(({ id }) => id), orphaned, problems, records }
  })
}

/**
 * The check at a start in production: passes where the database is what the code expects.
 *
 * @throws MigrationError MIGRATION_PENDING, and the problems of {@link migrationStatus}; nothing was done.
 */
export async function ensureMigrated(options: MigrationStatusOptions): Promise<MigrationStatus> {
  const status = await migrationStatus(options)
  throwAll(status.problems, 'The database and the code do not fit:')
  if (status.pending.length === 0) return status
  throw new MigrationError(
    'MIGRATION_PENDING',
    `The database lacks ${status.pending.length} of the migrations that the code needs: ${status.pending.join(', ')}. Run: hello migrate up`,
  )
}
