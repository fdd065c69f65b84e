/** The migrations of an app: core's first, then those of its plugins. Pure. */
import type { KnownPlugin } from '../migrations/order.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import { coreMigrations, coreMigrationsOwner } from '../updates/core-migrations.js'
import { requiredNames } from './order-plugins.js'

/** @param definitions in the order of `requires` */
export function knownMigrations(definitions: readonly PluginDefinition[]): KnownPlugin[] {
  return [
    { plugin: coreMigrationsOwner, requires: [], migrations: coreMigrations },
    ...definitions.map(({ contract }) => ({
      plugin: contract.name as string,
      requires: [coreMigrationsOwner, ...requiredNames(contract)],
      migrations: contract.migrations,
    })),
  ]
}
