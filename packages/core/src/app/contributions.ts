/** Finds what plugins bring that cannot be used, and what two of them both claim: a service, a command, a prefix of buttons, a table. Pure. */
import { getModelName, getOptions, Model } from 'sequelize-typescript'
import { type ErrorCode, PluginError } from '../errors.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import { behaviourFaults } from './behaviour-faults.js'
import { conversationFaults } from './conversation-faults.js'
import { stateFaults } from './state-faults.js'

/** All faults of what the plugins bring, together. */
export function contributionFaults(
  definitions: readonly PluginDefinition[],
  reservedServiceNames: ReadonlySet<string>,
): PluginError[] {
  return [
    ...conflicts(definitions, 'SERVICE_CONFLICT', 'the service', (definition) =>
      servicesOf(definition).map(([name]) => name),
    ),
    ...reservedFaults(definitions, reservedServiceNames),
    ...definitions.flatMap(serviceFaults),
    ...definitions.flatMap(stateFaults),
    ...conflicts(definitions, 'COMMAND_CONFLICT', 'the command', ({ behaviour }) =>
      Object.keys(behaviour.commands ?? {}).map((name) => `/${name}`),
    ),
    ...conflicts(definitions, 'CALLBACK_CONFLICT', 'the button prefix', ({ behaviour }) =>
      Object.keys(behaviour.callbacks ?? {}),
    ),
    ...definitions.flatMap(behaviourFaults),
    ...definitions.flatMap(conversationFaults),
    ...conflicts(definitions, 'MODEL_CONFLICT', 'the table', (definition) =>
      modelsOf(definition).flatMap((model) => tableOf(model) ?? []),
    ),
    // Sequelize knows a model by its name, and the second would take the place of the first.
    ...conflicts(definitions, 'MODEL_CONFLICT', 'the model', (definition) =>
      modelsOf(definition).map((model) => getModelName(model.prototype) ?? model.name),
    ),
    ...definitions.flatMap(modelFaults),
  ]
}

type ModelClass = { readonly prototype: object; readonly name: string }

const servicesOf = ({ contract }: PluginDefinition): [string, unknown][] => [
  ...Object.entries(contract.appServices),
  ...Object.entries(contract.updateServices),
]

const isModel = (value: unknown): value is ModelClass =>
  typeof value === 'function' && value.prototype instanceof Model

const modelsOf = ({ contract }: PluginDefinition): ModelClass[] =>
  (contract.models as readonly unknown[]).filter(isModel)

const tableOf = (model: ModelClass): string | undefined => getOptions(model.prototype)?.tableName

function conflicts(
  definitions: readonly PluginDefinition[],
  code: ErrorCode,
  what: string,
  namesOf: (definition: PluginDefinition) => readonly string[],
): PluginError[] {
  const owners = new Map<string, string>()
  const faults: PluginError[] = []
  for (const definition of definitions) {
    const plugin: string = definition.contract.name
    for (const name of namesOf(definition)) {
      const owner = owners.get(name)
      if (owner === undefined) owners.set(name, plugin)
      else {
        const whose =
          owner === plugin ? `Plugin "${plugin}" has twice` : `Plugins "${owner}" and "${plugin}" both have`
        faults.push(new PluginError(code, `${whose} ${what} "${name}". Rename one of them.`))
      }
    }
  }
  return faults
}

function serviceFaults(definition: PluginDefinition): PluginError[] {
  return servicesOf(definition).flatMap(([name, registration]) => {
    if (isClass(registration) || isResolver(registration)) return []
    const isFunction = typeof registration === 'function'
    const found = isFunction ? 'a function' : registration === null ? 'null' : typeof registration
    const fix = isFunction ? `Write: ${name}: asFunction(…)` : 'Give a class, or asFunction(…), asValue(…).'
    return new PluginError(
      'SERVICE_INVALID',
      `Plugin "${definition.contract.name}": its service "${name}" is ${found}, neither a class nor a resolver of Awilix. ${fix}`,
    )
  })
}

// Arrow functions and methods have no prototype and cannot be built with `new`.
const isClass = (value: unknown): boolean => typeof value === 'function' && value.prototype !== undefined

const isResolver = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as { resolve?: unknown }).resolve === 'function'

const coreTablePrefix = 'hello_'

function modelFaults(definition: PluginDefinition): PluginError[] {
  const plugin: string = definition.contract.name
  return (definition.contract.models as readonly unknown[]).flatMap((model, index) => {
    const where = `Plugin "${plugin}", models[${index}]`
    if (!isModel(model)) {
      const found = typeof model === 'function' ? `${model.name || 'a function'}, not a model` : String(model)
      return new PluginError(
        'MODEL_INVALID',
        `${where} is ${found}: expected a class that extends Model of @hello/core/models. Where it is undefined, two files import each other.`,
      )
    }
    const table = tableOf(model)
    if (table === undefined) {
      return new PluginError(
        'MODEL_INVALID',
        `${where} (${model.name}) does not name its table, and a guessed name may be another plugin's. Write: @Table({ tableName: '${plugin.replaceAll('-', '_')}_…' })`,
      )
    }
    if (!table.startsWith(coreTablePrefix)) return []
    return new PluginError(
      'MODEL_CONFLICT',
      `${where} (${model.name}) has the table "${table}"; tables that begin with ${coreTablePrefix} are core's. Rename it.`,
    )
  })
}

function reservedFaults(
  definitions: readonly PluginDefinition[],
  reserved: ReadonlySet<string>,
): PluginError[] {
  return definitions.flatMap((definition) =>
    servicesOf(definition)
      .filter(([name]) => reserved.has(name))
      .map(
        ([name]) =>
          new PluginError(
            'SERVICE_CONFLICT',
            `Plugin "${definition.contract.name}" gives a service "${name}", a name that core itself gives. Rename it (core's: ${[...reserved].join(', ')}).`,
          ),
      ),
  )
}
