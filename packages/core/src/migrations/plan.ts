/** Says what must be done to bring a database to the code, and refuses where the two do not fit. Pure: no I/O. */
import { MigrationError, throwAll } from '../errors.js'
import { isChecksumOf, type RecordedChecksums } from './checksum.js'
import {
  compareNames,
  type KnownPlugin,
  migrationId,
  orderMigrations,
  type PlannedMigration,
} from './order.js'

/** A row of the log, as far as the plan needs it. */
export interface AppliedMigration {
  readonly plugin: string
  readonly name: string
  /** `started`: one outside of a transaction that has not come to its end. */
  readonly state: 'started' | 'done'
  /** Of the statements that `up` sent, in hex; empty while `started`, and where they cannot be compared. */
  readonly checksum: string
  readonly appliedAt: Date
}

/** What a person may allow by a flag. */
export interface PlanOptions {
  /** Lets a pending migration run that sorts before an applied one of its plugin. @default false */
  readonly allowOutOfOrder?: boolean
  /** Lets the code run on a database that has newer migrations. @default false */
  readonly allowAhead?: boolean
}

/** What to do, in order. */
export interface MigrationPlan {
  readonly pending: readonly PlannedMigration[]
  /** Ids of plugins that are no longer installed; their tables stay. */
  readonly orphaned: readonly string[]
}

/** Code and database side by side, with what does not fit as errors that are not thrown. */
export interface MigrationInspection extends MigrationPlan {
  /** Ids that are applied and known, in the order of the log. */
  readonly applied: readonly string[]
  /** MIGRATION_DIRTY, MIGRATION_MISSING, MIGRATION_AHEAD, MIGRATION_CHANGED, MIGRATION_OUT_OF_ORDER. */
  readonly problems: readonly MigrationError[]
}

/**
 * The migrations to apply, in order.
 *
 * @param recorded - present checksums of what is applied.
 * @throws MigrationError MIGRATION_DIRTY, MIGRATION_MISSING, MIGRATION_AHEAD, MIGRATION_CHANGED,
 * MIGRATION_OUT_OF_ORDER, and what {@link orderMigrations} throws; several come as an `AggregateError`.
 */
export function planMigrations(
  known: readonly KnownPlugin[],
  applied: readonly AppliedMigration[],
  options: PlanOptions = {},
  recorded: RecordedChecksums = new Map(),
): MigrationPlan {
  const { pending, orphaned, problems } = inspectMigrations(known, applied, options, recorded)
  throwAll(problems, 'The database and the code do not fit:')
  return { pending, orphaned }
}

/**
 * Compares without refusing: for a status that shows everything.
 *
 * @param recorded - present checksums of what is applied.
 * @throws MigrationError what {@link orderMigrations} throws: the code by itself is wrong.
 */
export function inspectMigrations(
  known: readonly KnownPlugin[],
  applied: readonly AppliedMigration[],
  options: PlanOptions = {},
  recorded: RecordedChecksums = new Map(),
): MigrationInspection {
  const ordered = orderMigrations(known)
  const installed = new Set(known.map(({ plugin }) => plugin))
  const ofInstalled = applied.filter(({ plugin }) => installed.has(plugin))
  const appliedIds = new Set(applied.map(migrationId))
  const knownIds = new Set(ordered.map(({ id }) => id))
  const pending = ordered.filter(({ id }) => !appliedIds.has(id))
  return {
    pending,
    orphaned: applied.filter(({ plugin }) => !installed.has(plugin)).map(migrationId),
    applied: ofInstalled
      .filter((row) => row.state === 'done' && knownIds.has(migrationId(row)))
      .map(migrationId),
    problems: [
      ...findDirty(ofInstalled),
      ...findUnknown(known, ofInstalled, options),
      ...findChanged(ofInstalled, recorded),
      ...(options.allowOutOfOrder ? [] : findOutOfOrder(pending, ofInstalled)),
    ],
  }
}

/** The two ways out are given as SQL, since only a person can know which of them is true. */
export function findDirty(applied: readonly AppliedMigration[]): MigrationError[] {
  return applied
    .filter(({ state }) => state === 'started')
    .map((row) => {
      const where = `WHERE plugin = '${row.plugin}' AND name = '${row.name}'`
      return new MigrationError(
        'MIGRATION_DIRTY',
        `Migration "${migrationId(row)}" runs outside of a transaction, was started and has not come to its end. Unless it is running right now, look at what it did, then either finish it by hand and run: UPDATE hello_migrations SET state = 'done' ${where}; or undo it by hand and run: DELETE FROM hello_migrations ${where}; after which it is applied again.`,
      )
    })
}

/** Applied and not in the code: newer than all of the code means another release was here; in between means a file is lost. */
function findUnknown(
  known: readonly KnownPlugin[],
  applied: readonly AppliedMigration[],
  options: PlanOptions,
): MigrationError[] {
  return known.flatMap(({ plugin, migrations }) => {
    const names = migrations.map(({ name }) => name).sort(compareNames)
    const unknown = applied.filter((row) => row.plugin === plugin && !names.includes(row.name))
    const newest = names.at(-1)
    const isAhead = ({ name }: AppliedMigration) => newest === undefined || compareNames(name, newest) > 0
    const ahead = unknown.filter(isAhead).map(migrationId)
    const missing = unknown.filter((row) => !isAhead(row)).map(migrationId)
    return [
      ...(ahead.length === 0 || options.allowAhead ? [] : [aheadError(plugin, ahead, newest)]),
      ...(missing.length === 0 ? [] : [missingError(plugin, missing, names)]),
    ]
  })
}

function aheadError(plugin: string, ahead: readonly string[], newest: string | undefined): MigrationError {
  return new MigrationError(
    'MIGRATION_AHEAD',
    `The database is ahead of the code: it has ${ahead.join(', ')}, and the newest migration that plugin "${plugin}" brings is ${newest ?? 'none'}. Deploy the newer release, or pass --allow-ahead if this one can live with that schema.`,
  )
}

function missingError(plugin: string, missing: readonly string[], names: readonly string[]): MigrationError {
  return new MigrationError(
    'MIGRATION_MISSING',
    `The database has ${missing.join(', ')}, which plugin "${plugin}" no longer brings (found: ${names.join(', ')}). Bring back the migration under its old name: one that was applied is never renamed or removed.`,
  )
}

function findChanged(applied: readonly AppliedMigration[], recorded: RecordedChecksums): MigrationError[] {
  return applied.flatMap((row) => {
    const now = recorded.get(migrationId(row))
    return now === undefined || isChecksumOf(row.checksum, now) ? [] : [changedError(row, now.plain)]
  })
}

function changedError(row: AppliedMigration, now: string): MigrationError {
  const short = (checksum: string) => checksum.slice(0, 12)
  return new MigrationError(
    'MIGRATION_CHANGED',
    `The SQL of migration "${migrationId(row)}" has changed since it was applied (applied: ${short(row.checksum)}, ${row.appliedAt.toISOString()}; now: ${short(now)}). Take the change back and write a new migration instead, or, if the database is as it should be, accept it: hello migrate repair. In development, where the data are your own, remove the folder .hello (embedded database) and start again. If nobody has changed it, its SQL depends on something else: set checksum: false.`,
  )
}

function findOutOfOrder(
  pending: readonly PlannedMigration[],
  applied: readonly AppliedMigration[],
): MigrationError[] {
  return pending.flatMap(({ id, plugin, name }) => {
    const later = applied
      .filter((row) => row.plugin === plugin && compareNames(row.name, name) > 0)
      .map(migrationId)
    if (later.length === 0) return []
    return [
      new MigrationError(
        'MIGRATION_OUT_OF_ORDER',
        `Migration "${id}" is pending and sorts before ${later.join(', ')}, which the database already has. Give it a higher number, or pass --allow-out-of-order if it does not mind.`,
      ),
    ]
  })
}
