/** Looks after the schema of an app's database: what it has, what it lacks, and how it is changed. Each call opens a connection of its own; what a call needs is loaded when it is made. */
import type { AppConfig } from '../config/app-config.js'
import type { MigrationError } from '../errors.js'
import { createLogger, type LogDestination } from '../logger.js'
import type { MigrationChoice } from '../migrations/choose.js'
import type { MigrationRecord } from '../migrations/log.js'
import type { KnownPlugin, PlannedMigration } from '../migrations/order.js'
import type { PlanOptions } from '../migrations/plan.js'
import type { MigratorOptions } from '../migrations/with-lock.js'
import { createSecretRedactor } from '../secrets.js'
import { coreVersion } from '../version.js'
import type { OwnedModel } from './compare-models.js'

/** What a database has, beside what the code has. */
export interface SchemaStatus {
  /** In the order in which they were applied. */
  readonly applied: readonly Pick<MigrationRecord, 'plugin' | 'name' | 'appliedAt' | 'durationMs'>[]
  /** Ids as `plugin/name`, in the order in which they will be applied. */
  readonly pending: readonly string[]
  /** Ids of plugins that are no longer installed; their tables stay. */
  readonly orphaned: readonly string[]
  /** What would be refused. */
  readonly problems: readonly MigrationError[]
}

/** A step that would be taken. */
export interface SchemaStep {
  /** `plugin/name` */
  readonly id: string
  /** What it would send, with `$1 …` for values; absent where that depends on the data. */
  readonly statements: readonly { readonly text: string; readonly values: readonly unknown[] }[] | undefined
}

/** Which migrations are to be undone. Both absent: the last one that was applied. */
export interface UndoChoice {
  /** `plugin/name`: this one stays, and later ones of its plugin go. `plugin/0`: all of the plugin. */
  readonly to?: string
  /** Without `to`: the last one of this plugin. */
  readonly plugin?: string
}

/** Looks after the schema of an app's database. Every call: DatabaseError, and MigrationError as `hello migrate` shows it. */
export interface SchemaAdministration {
  status(options?: PlanOptions): Promise<SchemaStatus>
  /** What `up` would do. */
  plan(options?: PlanOptions & MigrationChoice): Promise<readonly SchemaStep[]>
  /** What `down` would do. */
  planDown(choice?: UndoChoice): Promise<readonly SchemaStep[]>
  /** Applies what is pending, and gives the ids. */
  up(options?: PlanOptions & MigrationChoice): Promise<readonly string[]>
  /** Undoes, and gives the ids, the newest first. */
  down(choice?: UndoChoice): Promise<readonly string[]>
  /** Accepts changed migrations as they are now, and gives the ids. */
  repair(): Promise<readonly string[]>
  /** Takes pending migrations as applied without running them, and gives the ids. */
  baseline(choice?: Pick<MigrationChoice, 'to'>): Promise<readonly string[]>
  /** Says where the models of the plugins and the tables differ, a sentence each. */
  compareModels(): Promise<readonly string[]>
}

/** What it needs to know of an app. */
export interface SchemaSettings {
  readonly config: Pick<AppConfig, 'database' | 'log' | 'secrets'>
  readonly models: readonly OwnedModel[]
}

/** Opens nothing; its calls do. */
export function createSchemaAdministration(
  { config, models }: SchemaSettings,
  known: readonly KnownPlugin[],
  logDestination?: LogDestination,
): SchemaAdministration {
  const databaseUrl = config.database.url
  const migrator = (): MigratorOptions => ({
    databaseUrl,
    known,
    coreVersion,
    logger: loggerOf(config, logDestination),
    lockTimeoutMs: config.database.lockTimeoutMs,
  })
  const readLog = async (options: PlanOptions = {}) => {
    const { migrationStatus } = await import('../migrations/status.js')
    return migrationStatus({ ...options, databaseUrl, known })
  }
  return {
    async status(options) {
      const { records, applied, pending, orphaned, problems } = await readLog(options)
      const ids = new Set(applied)
      const isApplied = (one: MigrationRecord) => ids.has(`${one.plugin}/${one.name}`)
      return { applied: records.filter(isApplied), pending, orphaned, problems }
    },
    async plan(options = {}) {
      const [{ planMigrations }, { choosePending }, { recordApplied }] = await Promise.all([
        import('../migrations/plan.js'),
        import('../migrations/choose.js'),
        import('../migrations/record-migration.js'),
      ])
      const { records } = await readLog(options)
      const recorded = await recordApplied(known, records)
      const { pending } = planMigrations(known, records, options, recorded)
      return stepsOf(choosePending(known, pending, options), 'up')
    },
    async planDown({ to, plugin } = {}) {
      const { planDown } = await import('../migrations/plan-down.js')
      const { records } = await readLog()
      return stepsOf(planDown(known, records, to, plugin), 'down')
    },
    async up({ to, plugin, ...options } = {}) {
      const { migrate } = await import('../migrations/apply.js')
      const choice = { ...(to !== undefined && { to }), ...(plugin !== undefined && { plugin }) }
      return (await migrate({ ...migrator(), ...options, choice })).applied
    },
    async down(choice = {}) {
      const { migrateDown } = await import('../migrations/apply.js')
      return (await migrateDown({ ...migrator(), ...choice })).undone
    },
    async repair() {
      const { repairMigrations } = await import('../migrations/correct-log.js')
      return repairMigrations(migrator())
    },
    async baseline(choice = {}) {
      const { baselineMigrations } = await import('../migrations/correct-log.js')
      return baselineMigrations({ ...migrator(), ...choice })
    },
    async compareModels() {
      const { compareModels } = await import('./compare-models.js')
      return compareModels(databaseUrl, models)
    },
  }
}

async function stepsOf(
  planned: readonly PlannedMigration[],
  direction: 'up' | 'down',
): Promise<readonly SchemaStep[]> {
  const { recordStatements } = await import('../migrations/record-migration.js')
  const steps: SchemaStep[] = []
  for (const one of planned) steps.push({ id: one.id, statements: await recordStatements(one, direction) })
  return steps
}

function loggerOf({ log, secrets }: SchemaSettings['config'], destination?: LogDestination) {
  const redactor = createSecretRedactor()
  for (const secret of secrets) redactor.add(secret)
  return createLogger({ ...log, redactor, ...(destination && { destination }) })
}
