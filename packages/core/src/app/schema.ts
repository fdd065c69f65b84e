/** Brings the database's schema up to the code at start, or refuses to start where that is the operator's to do. */
import { setTimeout as delay } from 'node:timers/promises'
import { createLogger, type LogDestination, type Logger } from '../logger.js'
import type { LockClock } from '../migrations/lock.js'
import type { KnownPlugin } from '../migrations/order.js'
import type { PlanOptions } from '../migrations/plan.js'
import { ensureMigrated, migrationStatus } from '../migrations/status.js'
import { createSecretRedactor } from '../secrets.js'
import { coreVersion } from '../version.js'
import { assertNotStopped } from './introduce.js'
import type { Settings } from './settings.js'

/**
 * As the config says: `auto` applies what is pending, `check` refuses with it.
 *
 * @param signal aborted when the app is stopped
 */
export async function bringSchemaUp(
  { config }: Settings,
  known: readonly KnownPlugin[],
  logger: Logger,
  signal: AbortSignal,
  { allowAhead = false }: Pick<PlanOptions, 'allowAhead'> = {},
): Promise<void> {
  const options = { databaseUrl: config.database.url, known, allowAhead, refusesPooler: true }
  if (config.database.migrate === 'check') {
    await ensureMigrated(options)
    return
  }
  const { pending, problems } = await migrationStatus(options)
  // The engine is loaded only where there is something to do (or to refuse).
  if (pending.length === 0 && problems.length === 0) return
  const { migrate } = await import('../migrations/apply.js')
  const { lockTimeoutMs } = config.database
  await migrate({ ...options, coreVersion, logger, lockTimeoutMs, clock: stoppableClock(signal) })
}

/** A wait for another process that migrates ends when the app is stopped; a migration under way is finished. */
const stoppableClock = (signal: AbortSignal): LockClock => ({
  nowMs: () => performance.now(),
  wait: async (ms) => {
    await delay(ms, undefined, { signal }).catch(() => undefined)
    assertNotStopped(signal)
  },
})

/** Applies what is pending and gives the ids. */
export async function applyPending(
  { config, secrets }: Settings,
  known: readonly KnownPlugin[],
  destination?: LogDestination,
): Promise<readonly string[]> {
  const redactor = createSecretRedactor()
  for (const secret of secrets) redactor.add(secret)
  const logger = createLogger({ ...config.log, redactor, ...(destination && { destination }) })
  const { migrate } = await import('../migrations/apply.js')
  const { applied } = await migrate({ databaseUrl: config.database.url, known, coreVersion, logger })
  return applied
}
