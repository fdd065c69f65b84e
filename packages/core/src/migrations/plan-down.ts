/** Says which migrations to undo to come back to one of them, and refuses where that would break what stays. Pure: no I/O. */
import { MigrationError, throwAll } from '../errors.js'
import { assertPlugin } from './choose.js'
import {
  compareNames,
  type KnownPlugin,
  migrationId,
  orderMigrations,
  type PlannedMigration,
} from './order.js'
import { type AppliedMigration, findDirty } from './plan.js'

/**
 * The migrations to undo, the newest first.
 *
 * @param applied - in the order in which they were applied.
 * @param to - `plugin/name`: this one stays, and later ones of its plugin go. `plugin/0`: all of the plugin go.
 * Absent: the one that was applied last goes.
 * @param only - without `to`: the last of this plugin goes.
 * @throws MigrationError MIGRATION_TARGET, MIGRATION_NO_DOWN, MIGRATION_DEPENDENTS, MIGRATION_DIRTY,
 * MIGRATION_MISSING, and what {@link orderMigrations} throws; several come as an `AggregateError`.
 */
export function planDown(
  known: readonly KnownPlugin[],
  applied: readonly AppliedMigration[],
  to?: string,
  only?: string,
): PlannedMigration[] {
  const ordered = orderMigrations(known)
  const rows = rowsToUndo(known, applied, to, only)
  throwAll(findDirty(rows), 'Nothing can be undone:')
  const undone = rows.map((row) => ordered.find(({ id }) => id === migrationId(row)) ?? migrationId(row))
  const targets = undone
    .filter((target) => typeof target !== 'string')
    .sort((a, b) => compareNames(b.name, a.name))
  throwAll(
    [
      ...undone.filter((target) => typeof target === 'string').map(lostError),
      ...targets.filter(({ migration }) => migration.down === undefined).map(noDownError),
      ...findDependents(known, ordered, applied, targets),
    ],
    'Nothing can be undone:',
  )
  return targets
}

function rowsToUndo(
  known: readonly KnownPlugin[],
  applied: readonly AppliedMigration[],
  to?: string,
  only?: string,
): AppliedMigration[] {
  if (to === undefined) {
    if (only !== undefined) assertPlugin(known, only)
    const last = applied.findLast(({ plugin }) =>
      only === undefined ? known.some((candidate) => candidate.plugin === plugin) : plugin === only,
    )
    return last === undefined ? [] : [last]
  }
  const [plugin, name] = to.split('/')
  const own = applied.filter((row) => row.plugin === plugin)
  if (name === '0' && known.some((candidate) => candidate.plugin === plugin)) return own
  const target = own.find((row) => row.name === name)
  if (target === undefined) throw targetError(to, applied)
  return own.filter((row) => compareNames(row.name, target.name) > 0)
}

/** What stays and says `after` one that goes; and, where a plugin goes altogether, what stays of those that require it. */
function findDependents(
  known: readonly KnownPlugin[],
  ordered: readonly PlannedMigration[],
  applied: readonly AppliedMigration[],
  targets: readonly PlannedMigration[],
): MigrationError[] {
  const appliedIds = new Set(applied.map(migrationId))
  const staying = ordered.filter((node) => appliedIds.has(node.id) && !targets.includes(node))
  const emptied = new Set(
    targets.map(({ plugin }) => plugin).filter((name) => staying.every(({ plugin }) => plugin !== name)),
  )
  return targets.flatMap((target) => {
    const dependents = staying.filter(
      ({ plugin, migration }) =>
        migration.after.includes(target.id) ||
        (emptied.has(target.plugin) &&
          known.find((one) => one.plugin === plugin)?.requires.includes(target.plugin)),
    )
    return dependents.length === 0 ? [] : [dependentsError(target.id, dependents)]
  })
}

function dependentsError(id: string, dependents: readonly PlannedMigration[]): MigrationError {
  return new MigrationError(
    'MIGRATION_DEPENDENTS',
    `Migration "${id}" cannot be undone: ${dependents.map((node) => node.id).join(', ')} depends on it and is applied. Undo that first.`,
  )
}

function noDownError({ id }: PlannedMigration): MigrationError {
  return new MigrationError(
    'MIGRATION_NO_DOWN',
    `Migration "${id}" has no down, so it cannot be undone. Write one, or add a new migration that corrects it.`,
  )
}

function lostError(id: string): MigrationError {
  return new MigrationError(
    'MIGRATION_MISSING',
    `Migration "${id}" is applied and the code does not have it, so it cannot be undone. Run the release that has it.`,
  )
}

function targetError(to: string, applied: readonly AppliedMigration[]): MigrationError {
  return new MigrationError(
    'MIGRATION_TARGET',
    `"${to}" is not an applied migration (applied: ${applied.map(migrationId).join(', ') || 'none'}). Give one of these, or "plugin/0" for the state before the first.`,
  )
}
