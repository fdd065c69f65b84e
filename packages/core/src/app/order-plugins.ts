/** Orders plugins so that each starts after those it requires, and refuses a list that cannot be an app. Pure: no I/O, no container. */
import semver from 'semver'
import { nearestName } from '../config/nearest-name.js'
import { reservedServiceNames } from '../container/container.js'
import { PluginError, throwAll } from '../errors.js'
import { behaviourParts } from '../plugin/behaviour.js'
import { definitionOf, type PluginDefinition, thisCore } from '../plugin/plugin.js'
import { contributionFaults } from './contributions.js'

/**
 * Checks everything that can be checked without I/O and gives the plugins in the order in which they start:
 * by `requires`, else as they stand in the list.
 *
 * @throws PluginError, or an AggregateError of all of them. Nothing has been started.
 */
export function orderPlugins(plugins: readonly unknown[], coreVersion: string): PluginDefinition[] {
  const definitions = plugins.map((plugin, index) => readDefinition(plugin, index, coreVersion))
  const faults = definitions.filter((definition) => definition instanceof PluginError)
  throwAll(faults, 'The list of plugins cannot be used:')
  const known = definitions as PluginDefinition[]
  throwAll(
    [
      ...known.flatMap(shapeFaults),
      ...duplicateFaults(known),
      ...missingFaults(known),
      ...versionFaults(known, coreVersion),
    ],
    'The list of plugins cannot be used:',
  )
  const ordered = sortByRequires(known)
  throwAll(contributionFaults(ordered, reservedServiceNames), 'The plugins do not fit together:')
  return ordered
}

function readDefinition(plugin: unknown, index: number, coreVersion: string): PluginDefinition | PluginError {
  const definition = definitionOf(plugin)
  if (definition === undefined) {
    return new PluginError(
      'PLUGIN_SHAPE',
      `plugins[${index}] of createApp() is not a plugin but ${describe(plugin)}. Put there what definePlugin() made, called: users().`,
    )
  }
  if (definition.madeBy !== thisCore) {
    return new PluginError(
      'PLUGIN_CORE_COPY',
      `Plugin "${definition.contract.name}" was made with another installed copy of @hello/core than this app (${coreVersion}). Let every package take core as a peer and install it once: npm ls @hello/core.`,
    )
  }
  return definition
}

function describe(value: unknown): string {
  if (typeof value === 'function' && 'pluginName' in value)
    return `the factory of "${value.pluginName}", not called`
  if (typeof value === 'object' && value !== null && 'default' in value)
    return 'a module; take its default export'
  return value === null ? 'null' : `a value of type ${typeof value}`
}

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

function shapeFaults({ contract, behaviour }: PluginDefinition): PluginError[] {
  const faults: PluginError[] = []
  const { name } = contract as { name: unknown }
  if (typeof name !== 'string' || name.length > 40 || !namePattern.test(name)) {
    faults.push(
      new PluginError(
        'PLUGIN_NAME',
        `"${String(name)}" cannot be the name of a plugin: lower-case words joined by hyphens, at most 40 characters, such as "daily-news".`,
      ),
    )
  }
  for (const [part, value] of Object.entries(behaviour)) {
    if (!(behaviourParts as readonly string[]).includes(part)) {
      const meant = nearestName(part, behaviourParts)
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
      faults.push(
        new PluginError(
          'PLUGIN_HOOK',
          `Plugin "${contract.name}" has a part "${part}" that core does not know.${hint} Known: ${behaviourParts.join(', ')}.`,
        ),
      )
    } else if (['start', 'drain', 'stop'].includes(part) && typeof value !== 'function') {
      faults.push(
        new PluginError(
          'PLUGIN_HOOK',
          `Plugin "${contract.name}": "${part}" is ${typeof value}, but must be a function.`,
        ),
      )
    }
  }
  return faults
}

function duplicateFaults(definitions: readonly PluginDefinition[]): PluginError[] {
  const names = definitions.map(({ contract }) => contract.name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  return [...twice].map(
    (name) =>
      new PluginError(
        'PLUGIN_DUPLICATE',
        `The list has two plugins of the name "${name}". Each may stand there once.`,
      ),
  )
}

function missingFaults(definitions: readonly PluginDefinition[]): PluginError[] {
  const names = definitions.map(({ contract }) => contract.name)
  return definitions.flatMap(({ contract }) =>
    requiredNames(contract)
      .filter((required) => !names.includes(required))
      .map(
        (required) =>
          new PluginError(
            'PLUGIN_DEPENDENCY_MISSING',
            `Plugin "${contract.name}" requires "${required}", which is not in the plugins list (found: ${names.join(', ')}). Add ${required}() to the plugins of createApp().`,
          ),
      ),
  )
}

function versionFaults(definitions: readonly PluginDefinition[], coreVersion: string): PluginError[] {
  return definitions.flatMap(({ contract }) => {
    if (contract.core === undefined) return []
    if (semver.validRange(contract.core) !== null && semver.satisfies(coreVersion, contract.core)) return []
    return new PluginError(
      'PLUGIN_CORE_VERSION',
      `Plugin "${contract.name}" works with @hello/core ${contract.core}, and this is ${coreVersion}. Install versions that fit.`,
    )
  })
}

function sortByRequires(definitions: readonly PluginDefinition[]): PluginDefinition[] {
  const byName = new Map(definitions.map((definition) => [definition.contract.name as string, definition]))
  const ordered: PluginDefinition[] = []
  const visit = (definition: PluginDefinition, path: readonly string[]): void => {
    const name: string = definition.contract.name
    if (ordered.includes(definition)) return
    if (path.includes(name)) {
      const ring = [...path.slice(path.indexOf(name)), name].join(' → ')
      throw new PluginError(
        'PLUGIN_CYCLE',
        `Plugins require each other in a ring: ${ring}. Nothing has been started.`,
      )
    }
    for (const required of requiredNames(definition.contract)) {
      visit(byName.get(required) as PluginDefinition, [...path, name])
    }
    ordered.push(definition)
  }
  for (const definition of definitions) visit(definition, [])
  return ordered
}

/** The names of the plugins that a contract requires. */
export function requiredNames(contract: PluginDefinition['contract']): string[] {
  return (contract.requires as readonly { pluginName: string }[]).map(({ pluginName }) => pluginName)
}
