/** What everything that writes to the log of migrations has in common: a connection of its own that holds the lock. */
import type pg from 'pg'
import { connectClient } from '../database/client.js'
import type { Logger } from '../logger.js'
import { acquireMigrationLock, type LockClock, refusePooler } from './lock.js'
import { createMigrationLog } from './log.js'
import type { StepTools } from './migration-step.js'
import type { KnownPlugin } from './order.js'

/** How such a connection is called in `pg_stat_activity`. */
export const migratorConnection = { applicationName: 'hello migrate' }

/** What everything that writes to the log shares. */
export interface MigratorOptions {
  /** A direct URL, not through a pooler in transaction mode. */
  readonly databaseUrl: string
  /** All plugins in the order of `requires`. */
  readonly known: readonly KnownPlugin[]
  /** Version of core, written into the log. */
  readonly coreVersion: string
  readonly logger?: Pick<Logger, 'info'>
  /** Longest wait for another process that migrates. Integer ≥ 0. @default 60_000 */
  readonly deadlineMs?: number
  /** Longest wait of a transactional migration for a lock on a table. Integer > 0. @default 5_000 */
  readonly lockTimeoutMs?: number
  /** Time, for tests. */
  readonly clock?: LockClock
}

/**
 * Runs `work` while the lock is held and the log is there.
 *
 * @throws MigrationError MIGRATION_LOCKED, MIGRATION_POOLER; DatabaseError DB_FORBIDDEN: nothing was done.
 */
export async function withMigrationLock<T>(
  client: pg.Client,
  options: MigratorOptions,
  work: (tools: StepTools) => Promise<T>,
): Promise<T> {
  const { databaseUrl, coreVersion, lockTimeoutMs = 5_000, deadlineMs, clock, logger } = options
  await refusePooler(client, () => connectClient(databaseUrl, migratorConnection))
  const lock = await acquireMigrationLock(client, {
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(clock !== undefined && { clock }),
    onWait: (holder) => logger?.info({ holder }, 'waiting for another process that migrates'),
  })
  try {
    const log = await createMigrationLog(client, databaseUrl)
    return await work({ client, log, lockPid: lock.pid, coreVersion, lockTimeoutMs })
  } finally {
    await lock.release()
  }
}
