/** Puts the migrations of all plugins into one order: by `requires`, then by name, with `after` honoured. Pure: no I/O. */
import { MigrationError, throwAll } from '../errors.js'
import { assertMigration, defineMigration, type Migration } from './migration.js'

/** A plugin as the plan sees it. The list of plugins is in the order of `requires`. */
export interface KnownPlugin {
  readonly plugin: string
  /** Names of the plugins whose tables it may refer to. */
  readonly requires: readonly string[]
  readonly migrations: readonly Migration[]
}

/** A migration with its place among all plugins. */
export interface PlannedMigration {
  /** `plugin/name`, unique in a database. */
  readonly id: string
  readonly plugin: string
  readonly name: string
  readonly migration: Migration
}

/** `users/0001-create-users` of a plugin and the name of its migration. */
export function migrationId(of: { readonly plugin: string; readonly name: string }): string {
  return `${of.plugin}/${of.name}`
}

/**
 * All known migrations in the order in which an empty database gets them.
 *
 * @throws MigrationError MIGRATION_NAME, MIGRATION_SHAPE, MIGRATION_DUPLICATE, MIGRATION_AFTER_UNKNOWN,
 * MIGRATION_CYCLE: an author's mistake; several come as an `AggregateError`.
 */
export function orderMigrations(known: readonly KnownPlugin[]): PlannedMigration[] {
  const nodes = known.flatMap(({ plugin, migrations }) =>
    migrations.map((migration) => planned(plugin, migration)).sort((a, b) => compareNames(a.name, b.name)),
  )
  throwAll([...findDuplicates(nodes), ...findUnknownAfter(nodes)], 'The migrations cannot be ordered:')
  return sortByReasons(nodes, reasonsToWait(known, nodes))
}

/** Plain code-unit order, the same on every machine. */
export function compareNames(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Checked and completed here once more, since plain JavaScript may pass what no `defineMigration` has seen. */
function planned(plugin: string, value: unknown): PlannedMigration {
  assertMigration(value, plugin)
  const migration = defineMigration(value)
  return { id: migrationId({ plugin, name: migration.name }), plugin, name: migration.name, migration }
}

function findDuplicates(nodes: readonly PlannedMigration[]): MigrationError[] {
  const repeated = nodes.filter(({ id }, index) => nodes.findIndex((other) => other.id === id) < index)
  return [...new Set(repeated.map(({ id }) => id))].map(
    (id) =>
      new MigrationError(
        'MIGRATION_DUPLICATE',
        `Two migrations are called "${id}". Give the newer one the next free number.`,
      ),
  )
}

function findUnknownAfter(nodes: readonly PlannedMigration[]): MigrationError[] {
  const ids = new Set(nodes.map(({ id }) => id))
  return nodes.flatMap(({ id, migration }) =>
    migration.after
      .filter((wanted) => !ids.has(wanted))
      .map((wanted) => {
        const plugin = wanted.split('/')[0]
        const found = nodes.filter((node) => node.plugin === plugin).map(({ name }) => name)
        return new MigrationError(
          'MIGRATION_AFTER_UNKNOWN',
          `Migration "${id}" says after "${wanted}", which no installed plugin has (found for "${plugin}": ${found.join(', ') || 'nothing'}). Correct the id, or add the plugin.`,
        )
      }),
  )
}

/** For each id the ids that come first, each with the reason that an error shows. */
type Reasons = ReadonlyMap<string, ReadonlyMap<string, string>>

function reasonsToWait(known: readonly KnownPlugin[], nodes: readonly PlannedMigration[]): Reasons {
  const reasons = new Map(nodes.map(({ id }) => [id, new Map<string, string>()]))
  const ofPlugin = (plugin: string) => nodes.filter((node) => node.plugin === plugin)
  for (const { plugin, requires } of known) {
    const own = ofPlugin(plugin)
    own.slice(1).forEach(({ id }, index) => {
      reasons.get(id)?.set(own[index]?.id ?? '', 'by name')
    })
    const [first] = own
    if (first === undefined) continue
    for (const required of withTheirRequires(known, requires)) {
      const last = ofPlugin(required).at(-1)
      if (last !== undefined) reasons.get(first.id)?.set(last.id, `${plugin} requires ${required}`)
    }
  }
  for (const { id, migration } of nodes) {
    for (const wanted of migration.after) reasons.get(id)?.set(wanted, 'after')
  }
  return reasons
}

/** A required plugin may have no migrations of its own, and what it requires must still come first. */
function withTheirRequires(known: readonly KnownPlugin[], requires: readonly string[]): Set<string> {
  const all = new Set<string>(requires)
  for (const name of all) {
    for (const next of known.find(({ plugin }) => plugin === name)?.requires ?? []) all.add(next)
  }
  return all
}

/** Takes, again and again, the first migration in the order of plugins and names that waits for nothing. */
function sortByReasons(nodes: readonly PlannedMigration[], reasons: Reasons): PlannedMigration[] {
  const ordered: PlannedMigration[] = []
  const placed = new Set<string>()
  const waiting = [...nodes]
  while (waiting.length > 0) {
    const index = waiting.findIndex(({ id }) =>
      [...(reasons.get(id)?.keys() ?? [])].every((other) => placed.has(other)),
    )
    const [next] = waiting.splice(index === -1 ? waiting.length : index, 1)
    if (next === undefined) throw describeRing(waiting, reasons, placed)
    ordered.push(next)
    placed.add(next.id)
  }
  return ordered
}

function describeRing(
  waiting: readonly PlannedMigration[],
  reasons: Reasons,
  placed: ReadonlySet<string>,
): MigrationError {
  const path: string[] = []
  let id = waiting[0]?.id ?? ''
  while (!path.includes(id)) {
    path.push(id)
    id = [...(reasons.get(id)?.keys() ?? [])].find((other) => !placed.has(other)) ?? ''
  }
  const ring = [...path.slice(path.indexOf(id)), id]
  const steps = ring.slice(1).map((next, index) => `${next} (${reasons.get(ring[index] ?? '')?.get(next)})`)
  return new MigrationError(
    'MIGRATION_CYCLE',
    `Migrations wait for each other: ${ring[0]} → ${steps.join(' → ')}. Remove one "after" of this ring.`,
  )
}
