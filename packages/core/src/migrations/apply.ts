/** Brings a database to the code and back. Umzug is the engine; its resolver and storage carry our plan, our transaction and our log. The one file that loads Umzug: import it when there is something to apply. */
import type pg from 'pg'
import { Umzug, MigrationError as UmzugError } from 'umzug'
import { withClient } from '../database/client.js'
import { choosePending, type MigrationChoice } from './choose.js'
import { findMigrationLog } from './log.js'
import { MigrationStep, type StepTools } from './migration-step.js'
import { migrationId, orderMigrations, type PlannedMigration } from './order.js'
import { inspectMigrations, type PlanOptions, planMigrations } from './plan.js'
import { planDown } from './plan-down.js'
import { recordApplied } from './record-migration.js'
import { type MigratorOptions, migratorConnection, withMigrationLock } from './with-lock.js'

/** Options of {@link migrate}. */
export interface MigrateOptions extends MigratorOptions, PlanOptions {
  /** Which of them: the whole plan, or `plugin/name` as its last, or those of one plugin and what they need. */
  readonly choice?: MigrationChoice
}

/** What {@link migrate} did. */
export interface MigrateResult {
  /** Ids that this call applied, in order; empty where another process did it or nothing was pending. */
  readonly applied: readonly string[]
  /** Ids of plugins that are no longer installed. */
  readonly orphaned: readonly string[]
}

/** Options of {@link migrateDown}. */
export interface MigrateDownOptions extends MigratorOptions {
  /** `plugin/name`: this one stays and later ones of its plugin go; `plugin/0`: all of it. Absent: the last applied goes. */
  readonly to?: string
  /** Without `to`: the last applied one of this plugin goes. */
  readonly plugin?: string
}

/**
 * Applies what is pending. Safe to call from any number of processes at once: one applies, the others wait and
 * find it done.
 *
 * @throws DatabaseError the database cannot be reached or used (see {@link connectClient}), or DB_FORBIDDEN.
 * Nothing was done.
 * @throws MigrationError what {@link planMigrations} throws, MIGRATION_LOCKED, MIGRATION_POOLER: nothing was
 * done. MIGRATION_FAILED, MIGRATION_TX_CONTROL, MIGRATION_NOT_AWAITED: that migration is undone, earlier ones
 * are kept.
 */
export async function migrate(options: MigrateOptions): Promise<MigrateResult> {
  const { known, databaseUrl } = options
  orderMigrations(known)
  // What was chosen is checked where nothing is pending, too.
  choosePending(known, [], options.choice)
  return withClient(databaseUrl, migratorConnection, async (client) => {
    const upToDate = await findUpToDate(client, options)
    if (upToDate !== undefined) return upToDate
    return withMigrationLock(client, options, async (tools) => {
      // Read again: another process may have applied it while we waited.
      const records = await tools.log.read()
      const recorded = await recordApplied(known, records)
      const { pending, orphaned } = planMigrations(known, records, options, recorded)
      const chosen = choosePending(known, pending, options.choice)
      const done = await runWithUmzug(tools, chosen, 'up', options.logger)
      return { applied: done, orphaned }
    })
  })
}

/**
 * Undoes migrations, the newest first.
 *
 * @returns ids that were undone, in this order.
 * @throws MigrationError what {@link planDown} throws, and as {@link migrate}.
 */
export async function migrateDown(
  options: MigrateDownOptions,
): Promise<{ readonly undone: readonly string[] }> {
  return withClient(options.databaseUrl, migratorConnection, (client) =>
    withMigrationLock(client, options, async (tools) => {
      const targets = planDown(options.known, await tools.log.read(), options.to, options.plugin)
      return { undone: await runWithUmzug(tools, targets, 'down', options.logger) }
    }),
  )
}

const notComparable =
  'a later change of this migration will not be noticed: its SQL depends on more than its code. Say so with checksum: false'

/** The usual start: nothing pending and nothing wrong, known without taking the lock. */
async function findUpToDate(client: pg.Client, options: MigrateOptions): Promise<MigrateResult | undefined> {
  const log = await findMigrationLog(client)
  if (log === undefined) return undefined
  const records = await log.read()
  const recorded = await recordApplied(options.known, records)
  const { pending, problems, orphaned } = inspectMigrations(options.known, records, options, recorded)
  return pending.length === 0 && problems.length === 0 ? { applied: [], orphaned } : undefined
}

/** Umzug calls `up`, then `logMigration`, one migration after the other, and stops at the first error. */
async function runWithUmzug(
  tools: StepTools,
  targets: readonly PlannedMigration[],
  direction: 'up' | 'down',
  logger: MigratorOptions['logger'],
): Promise<string[]> {
  const steps = new Map(targets.map(({ id }) => [id, undefined as MigrationStep | undefined]))
  const start = (planned: PlannedMigration) => async () => {
    const step = new MigrationStep(tools, planned, direction)
    steps.set(planned.id, step)
    await step.start()
  }
  const finish = async ({ name: id }: { name: string }) => {
    const step = steps.get(id)
    await step?.finish()
    const { durationMs, isComparable } = step ?? {}
    logger?.info({ migration: id, durationMs }, direction === 'up' ? 'migration applied' : 'migration undone')
    if (isComparable === false) logger?.info({ migration: id }, notComparable)
  }
  const umzug = new Umzug({
    migrations: targets.map((planned) => ({ name: planned.id, up: start(planned), down: start(planned) })),
    storage: {
      logMigration: finish,
      unlogMigration: finish,
      executed: async () => (await tools.log.read()).map(migrationId),
    },
    // Umzug would print to the console; our own logger has said it.
    logger: undefined,
  })
  try {
    const ids = targets.map(({ id }) => id)
    const done = direction === 'up' ? await umzug.up() : await umzug.down({ migrations: ids })
    return done.map(({ name }) => name)
  } catch (error) {
    throw error instanceof UmzugError ? error.cause : error
  }
}
