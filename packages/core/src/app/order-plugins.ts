/** Orders plugins so that each starts after those it requires, and refuses a list that cannot be an app. Pure: no I/O, no container. */
import satisfies from 'semver/functions/satisfies.js'
import { z } from 'zod'
import { nearestName } from '../config/nearest-name.js'
import { reservedServiceNames } from '../container/container.js'
import { PluginError, throwAll } from '../errors.js'
import { contractParts } from '../plugin/contract.js'
import { definitionOf, type PluginDefinition, thisCore } from '../plugin/plugin.js'
import { coreTextsOwner } from '../texts/core-texts.js'
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
  const shapes = known.flatMap(shapeFaults)
  // What has not its form cannot be compared with the others.
  throwAll(shapes, 'The list of plugins cannot be used:')
  const duplicates = duplicateFaults(known)
  const missing = missingFaults(known)
  const rings = duplicates.length + missing.length > 0 ? [] : ringFaults(known)
  throwAll(
    [
      ...duplicates,
      ...missing,
      ...known.flatMap(selfFaults),
      ...rings,
      ...versionFaults(known, coreVersion),
      ...contributionFaults(firstOfEachName(known), reservedServiceNames),
    ],
    'The plugins do not fit together:',
  )
  return sortByRequires(known)
}

function readDefinition(plugin: unknown, index: number, coreVersion: string): PluginDefinition | PluginError {
  const definition = definitionOf(plugin)
  if (definition === undefined) {
    return new PluginError(
      'PLUGIN_SHAPE',
      `plugins[${index}] of createApp() is not a plugin but ${describe(plugin)}. Put there what definePlugin() made, called: ${callOf(plugin)}.`,
    )
  }
  if (definition.madeBy !== thisCore) {
    return new PluginError(
      'PLUGIN_CORE_COPY',
      `Plugin "${definition.contract.name}" was made with another installed copy of @hello/core than this app (${coreVersion}). Let every package take core as a peer and install it once: npm ls @hello/core. A package that is linked from a folder brings the copy of that folder: install what npm pack makes of it.`,
    )
  }
  return definition
}

function callOf(value: unknown): string {
  const isFactory = typeof value === 'function' && 'pluginName' in value
  return callByName(isFactory ? String(value.pluginName) : 'users')
}

/** What a factory is called by, as far as its plugin's name tells: `dailyNews()` for "daily-news". */
function callByName(pluginName: string): string {
  return `${pluginName.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}()`
}

function describe(value: unknown): string {
  if (typeof value === 'function' && 'pluginName' in value)
    return `the factory of "${value.pluginName}", not called`
  // A module namespace has no prototype, and no property of it tells what is meant but its names.
  if (
    typeof value === 'object' &&
    value !== null &&
    Object.prototype.toString.call(value) === '[object Module]'
  )
    return `a module with the exports ${Object.keys(value).join(', ')}; take one of them`
  if (definitionOf(value) !== undefined) return 'a plugin, called already'
  if (typeof value === 'object' && value !== null && 'default' in value)
    return 'an object with a "default", as a CommonJS module is imported; take its default'
  return value === null || value === undefined ? String(value) : `a value of type ${typeof value}`
}

const namePattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

function shapeFaults({ contract }: PluginDefinition): PluginError[] {
  const { name, requires, options } = contract as {
    name: unknown
    requires: readonly unknown[]
    options: unknown
  }
  const faults: PluginError[] = []
  if (typeof name !== 'string' || name.length > 40 || !namePattern.test(name)) {
    faults.push(
      new PluginError(
        'PLUGIN_NAME',
        `"${String(name)}" cannot be the name of a plugin: lower-case words joined by hyphens, at most 40 characters, such as "daily-news".`,
      ),
    )
  }
  if (name === coreTextsOwner) {
    const text = `A plugin cannot be named "${name}": migrations and texts of core have this name. Rename it.`
    faults.push(new PluginError('PLUGIN_NAME', text))
  }
  for (const [index, required] of requires.entries()) {
    if (typeof required === 'function' && 'pluginName' in required) continue
    faults.push(
      new PluginError(
        'PLUGIN_SHAPE',
        `Plugin "${String(name)}", requires[${index}] is ${describe(required)}: expected what definePlugin() made, not called. Where it is undefined, two files import each other.`,
      ),
    )
  }
  for (const part of Object.keys(contract)) {
    if (contractParts.includes(part)) continue
    const meant = nearestName(part, contractParts)
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    const known = contractParts.join(', ')
    const text = `The contract of plugin "${String(name)}" has a part "${part}" that core does not know.${hint} Known: ${known}.`
    faults.push(new PluginError('PLUGIN_HOOK', text))
  }
  if (options !== undefined && !(options instanceof z.ZodType)) {
    faults.push(
      new PluginError(
        'PLUGIN_SCHEMA',
        `Plugin "${String(name)}": its options are ${describe(options)}, not a schema of zod. Write: options: z.object({ … }), with z from @hello/core.`,
      ),
    )
  }
  return faults
}

function duplicateFaults(definitions: readonly PluginDefinition[]): PluginError[] {
  return definitions.flatMap(({ contract: { name } }, index) => {
    const first = definitions.findIndex(({ contract }) => contract.name === name)
    if (first === index) return []
    return new PluginError(
      'PLUGIN_DUPLICATE',
      `The list has two plugins of the name "${name}": plugins[${first}] and plugins[${index}]. Each may stand there once.`,
    )
  })
}

const firstOfEachName = (definitions: readonly PluginDefinition[]): PluginDefinition[] =>
  [
    ...new Map(definitions.toReversed().map((definition) => [definition.contract.name, definition])).values(),
  ].toReversed()

function selfFaults({ contract }: PluginDefinition): PluginError[] {
  if (!requiredNames(contract).includes(contract.name)) return []
  return [
    new PluginError('PLUGIN_SELF', `Plugin "${contract.name}" requires itself. Take it out of its requires.`),
  ]
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
            `Plugin "${contract.name}" requires "${required}", which is not in the plugins list (found: ${names.join(', ')}). Add ${callByName(required)} to the plugins of createApp().`,
          ),
      ),
  )
}

function versionFaults(definitions: readonly PluginDefinition[], coreVersion: string): PluginError[] {
  return definitions.flatMap(({ contract }) => {
    if (contract.core === undefined) return []
    // A prerelease of core is meant by the range that its release is in.
    if (satisfies(coreVersion, contract.core, { includePrerelease: true })) return []
    return new PluginError(
      'PLUGIN_CORE_VERSION',
      `Plugin "${contract.name}" works with @hello/core ${contract.core}, and this is ${coreVersion}. Install versions that fit.`,
    )
  })
}

/** The first ring that is found; a plugin that requires itself is told of elsewhere. */
function ringFaults(definitions: readonly PluginDefinition[]): PluginError[] {
  const byName = namesToDefinitions(definitions)
  const done = new Set<string>()
  const findRing = (name: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(name)) return [...path.slice(path.indexOf(name)), name]
    if (done.has(name)) return undefined
    for (const required of requiredNames(byName.get(name)?.contract)) {
      const ring = required === name ? undefined : findRing(required, [...path, name])
      if (ring !== undefined) return ring
    }
    done.add(name)
    return undefined
  }
  for (const name of byName.keys()) {
    const ring = findRing(name, [])
    if (ring === undefined) continue
    const text = `Plugins require each other in a ring: ${ring.join(' → ')}. Take one of these requires away.`
    return [new PluginError('PLUGIN_CYCLE', text)]
  }
  return []
}

function sortByRequires(definitions: readonly PluginDefinition[]): PluginDefinition[] {
  const byName = namesToDefinitions(definitions)
  const ordered = new Set<PluginDefinition>()
  const visit = (definition: PluginDefinition): void => {
    if (ordered.has(definition)) return
    for (const required of requiredNames(definition.contract)) visit(byName.get(required) as PluginDefinition)
    ordered.add(definition)
  }
  for (const definition of definitions) visit(definition)
  return [...ordered]
}

const namesToDefinitions = (definitions: readonly PluginDefinition[]): Map<string, PluginDefinition> =>
  new Map(definitions.map((definition) => [definition.contract.name as string, definition]))

/** The names of the plugins that a contract requires. */
export function requiredNames(contract: PluginDefinition['contract'] | undefined): string[] {
  return ((contract?.requires ?? []) as readonly { pluginName: string }[]).map(({ pluginName }) => pluginName)
}
