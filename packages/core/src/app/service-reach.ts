/** What the compiler refuses by types, said again at run time: a plugin reaches its own services, those of the plugins it requires, and core's. Pure. */
import { reservedServiceNames } from '../container/container.js'
import { PluginError } from '../errors.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import type { ServiceReach } from '../telegram/plugin-services.js'
import { requiredNames } from './order-plugins.js'

/** The reach of one plugin of an app. */
export function reachOf(definition: PluginDefinition, all: readonly PluginDefinition[]): ServiceReach {
  const plugin: string = definition.contract.name
  const required = new Set([plugin, ...requiredNames(definition.contract)])
  const owners = new Map(
    all.flatMap((other) => namesOf(other).map((name) => [name, other.contract.name as string])),
  )
  const reachable = new Set([
    ...reservedServiceNames,
    ...[...owners].filter(([, owner]) => required.has(owner)).map(([name]) => name),
  ])
  return {
    plugin,
    refusalOf(service) {
      if (reachable.has(service)) return undefined
      const owner = owners.get(service)
      if (owner === undefined) return notFound(plugin, service, [...reachable])
      return new PluginError(
        'SERVICE_NOT_REQUIRED',
        `Plugin "${plugin}" asks for the service "${service}" of plugin "${owner}", which it does not require. Add ${owner} to the requires of its contract.`,
      )
    },
  }
}

function notFound(plugin: string, service: string, known: readonly string[]): PluginError {
  return new PluginError(
    'SERVICE_NOT_FOUND',
    `Plugin "${plugin}" asks for a service "${service}", which no plugin of the app gives. Within its reach: ${known.join(', ')}.`,
  )
}

function namesOf({ contract }: PluginDefinition): string[] {
  return [...Object.keys(contract.appServices), ...Object.keys(contract.updateServices)]
}
