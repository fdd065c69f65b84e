/** Finds what two plugins both claim: a service, a command, a prefix of buttons, a table. Pure. */
import { getModelName, getOptions } from 'sequelize-typescript'
import { type ErrorCode, PluginError } from '../errors.js'
import type { PluginDefinition } from '../plugin/plugin.js'

/** All faults of what the plugins bring, together. */
export function contributionFaults(
  definitions: readonly PluginDefinition[],
  reservedServiceNames: ReadonlySet<string>,
): PluginError[] {
  return [
    ...conflicts(definitions, 'SERVICE_CONFLICT', 'the service', ({ contract }) => [
      ...Object.keys(contract.appServices),
      ...Object.keys(contract.updateServices),
    ]),
    ...reservedFaults(definitions, reservedServiceNames),
    ...conflicts(definitions, 'COMMAND_CONFLICT', 'the command', ({ behaviour }) =>
      Object.keys(behaviour.commands ?? {}).map((name) => `/${name}`),
    ),
    ...definitions.flatMap(commandFaults),
    ...conflicts(definitions, 'CALLBACK_CONFLICT', 'the button prefix', ({ behaviour }) =>
      Object.keys(behaviour.callbacks ?? {}),
    ),
    ...definitions.flatMap(callbackFaults),
    ...conflicts(definitions, 'MODEL_CONFLICT', 'the table', ({ contract }) => contract.models.map(tableOf)),
  ]
}

/** The table of a model before it is bound to an app: as declared, else from its class's name. */
function tableOf(model: { prototype: object; name: string }): string {
  return getOptions(model.prototype)?.tableName ?? getModelName(model.prototype) ?? model.name
}

function conflicts(
  definitions: readonly PluginDefinition[],
  code: ErrorCode,
  what: string,
  namesOf: (definition: PluginDefinition) => readonly string[],
): PluginError[] {
  const owners = new Map<string, string>()
  const faults: PluginError[] = []
  for (const definition of definitions) {
    for (const name of namesOf(definition)) {
      const owner = owners.get(name)
      if (owner === undefined) owners.set(name, definition.contract.name)
      else {
        faults.push(
          new PluginError(
            code,
            `Plugins "${owner}" and "${definition.contract.name}" both have ${what} "${name}". Rename one of them.`,
          ),
        )
      }
    }
  }
  return faults
}

function reservedFaults(
  definitions: readonly PluginDefinition[],
  reserved: ReadonlySet<string>,
): PluginError[] {
  return definitions.flatMap(({ contract }) =>
    [...Object.keys(contract.appServices), ...Object.keys(contract.updateServices)]
      .filter((name) => reserved.has(name))
      .map(
        (name) =>
          new PluginError(
            'SERVICE_CONFLICT',
            `Plugin "${contract.name}" gives a service "${name}", a name that core itself gives. Rename it (core's: ${[...reserved].join(', ')}).`,
          ),
      ),
  )
}

// Bot API, BotCommand: 1–32 of lower-case English letters, digits and underscores; description of 1–256 characters.
function commandFaults({ contract, behaviour }: PluginDefinition): PluginError[] {
  return Object.entries(behaviour.commands ?? {}).flatMap(([name, command]) => {
    const where = `Plugin "${contract.name}", command "${name}"`
    if (!/^[a-z0-9_]{1,32}$/.test(name)) {
      return new PluginError(
        'COMMAND_INVALID',
        `${where}: a name is 1–32 of a–z, 0–9 and _, without the slash and in lower case.`,
      )
    }
    const { length } = command.description ?? ''
    if (length >= 1 && length <= 256) return []
    return new PluginError(
      'COMMAND_INVALID',
      `${where}: a description has 1–256 characters, this one ${length}.`,
    )
  })
}

function callbackFaults({ contract, behaviour }: PluginDefinition): PluginError[] {
  return Object.keys(behaviour.callbacks ?? {})
    .filter((prefix) => !/^[a-z0-9_-]{1,32}$/.test(prefix))
    .map(
      (prefix) =>
        new PluginError(
          'CALLBACK_INVALID',
          `Plugin "${contract.name}", callback "${prefix}": a prefix is 1–32 of a–z, 0–9, _ and -.`,
        ),
    )
}
