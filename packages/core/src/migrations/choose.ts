/** Takes a part of what is pending: up to one migration, or one plugin with what it needs. Pure: no I/O. */
import { MigrationError } from '../errors.js'
import { type KnownPlugin, orderMigrations, type PlannedMigration } from './order.js'

/** Which of the pending migrations. Both absent: all. */
export interface MigrationChoice {
  /** `plugin/name`: nothing that comes after it in the plan. */
  readonly to?: string
  /** Those of this plugin, and those that must come before them. */
  readonly plugin?: string
}

/**
 * The chosen ones, in the order of the plan.
 *
 * @throws MigrationError MIGRATION_TARGET: no plugin of the app has this migration, or the app has no such plugin.
 */
export function choosePending(
  known: readonly KnownPlugin[],
  pending: readonly PlannedMigration[],
  { to, plugin }: MigrationChoice = {},
): readonly PlannedMigration[] {
  if (plugin !== undefined) assertPlugin(known, plugin)
  const ordered = orderMigrations(known)
  const last = to === undefined ? ordered.length - 1 : ordered.findIndex(({ id }) => id === to)
  if (last === -1 && to !== undefined) throw unknownTarget(known, to)
  const before = new Set(ordered.slice(0, last + 1).map(({ id }) => id))
  const needed = plugin === undefined ? undefined : neededBy(known, plugin)
  return pending.filter((one) => before.has(one.id) && (needed?.has(one.plugin) ?? true))
}

/** @throws MigrationError MIGRATION_TARGET: the app has no such plugin. */
export function assertPlugin(known: readonly KnownPlugin[], plugin: string): void {
  if (known.some((one) => one.plugin === plugin)) return
  throw new MigrationError(
    'MIGRATION_TARGET',
    `The app has no plugin "${plugin}" (found: ${known.map((one) => one.plugin).join(', ')}).`,
  )
}

/** The plugin, those that it requires, and those that its migrations wait for. */
function neededBy(known: readonly KnownPlugin[], plugin: string): ReadonlySet<string> {
  const needed = new Set([plugin])
  for (const name of needed) {
    const one = known.find((candidate) => candidate.plugin === name)
    for (const required of one?.requires ?? []) needed.add(required)
    for (const { after } of one?.migrations ?? []) {
      for (const id of after) needed.add(id.slice(0, id.indexOf('/')))
    }
  }
  return needed
}

function unknownTarget(known: readonly KnownPlugin[], to: string): MigrationError {
  const [plugin] = to.split('/')
  const names = known.find((one) => one.plugin === plugin)?.migrations.map(({ name }) => `${plugin}/${name}`)
  const found = names === undefined ? 'no such plugin' : names.join(', ') || 'nothing'
  return new MigrationError(
    'MIGRATION_TARGET',
    `No plugin of the app has the migration "${to}" (found for "${plugin}": ${found}). Give one as plugin/name.`,
  )
}
