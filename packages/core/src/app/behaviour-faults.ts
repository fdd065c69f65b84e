/** Finds what in a plugin's behaviour core or Telegram cannot use: unknown parts, parts of a wrong type, names of a wrong form. Pure. */
import { nearestName } from '../config/nearest-name.js'
import { type ErrorCode, PluginError } from '../errors.js'
import { behaviourParts, commandUpdates } from '../plugin/behaviour.js'
import { callbackPrefixPattern } from '../plugin/callback-data.js'
import { commandScopes } from '../plugin/command-scope.js'
import type { PluginFactory } from '../plugin/contract.js'
import { deliveryEventNames } from '../plugin/delivery-events.js'
import { isGuard } from '../plugin/guard.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import { coreCallbackPrefix } from '../telegram/core-callbacks.js'

/** All faults of one plugin's behaviour. */
export function behaviourFaults({ contract, behaviour }: PluginDefinition): PluginError[] {
  const blame: Blame = Object.assign(
    (code: ErrorCode, text: string) => new PluginError(code, `Plugin "${contract.name}"${text}`),
    {
      reach: new Set<string>([
        contract.name,
        ...contract.requires.map((one: PluginFactory) => one.pluginName),
      ]),
    },
  )
  return Object.entries(behaviour).flatMap(([part, value]) => partFaults(part, value, blame))
}

interface Blame {
  (code: ErrorCode, text: string): PluginError
  /** The plugin itself and those that it requires. */
  readonly reach: ReadonlySet<string>
}

function partFaults(part: string, value: unknown, blame: Blame): PluginError[] {
  if (!(behaviourParts as readonly string[]).includes(part)) {
    // `onStart` is what other frameworks call it.
    const meant = nearestName(part, behaviourParts) ?? nearestName(part.replace(/^on/, ''), behaviourParts)
    const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
    const known = behaviourParts.join(', ')
    return [blame('PLUGIN_HOOK', ` has a part "${part}" that core does not know.${hint} Known: ${known}.`)]
  }
  // A list, and checked with all that is in it elsewhere.
  if (value === undefined || part === 'conversations') return []
  if (isHook(part)) {
    if (typeof value === 'function') return []
    return [blame('PLUGIN_HOOK', `: "${part}" is ${nameOf(value)}, but must be a function.`)]
  }
  if (!isRecord(value))
    return [blame('PLUGIN_HOOK', `: "${part}" is ${nameOf(value)}, but must be an object.`)]
  if (part === 'events') return eventFaults(value, blame)
  if (part === 'commands')
    return Object.entries(value).flatMap(([name, one]) => commandFaults(name, one, blame))
  if (part === 'callbacks')
    return Object.entries(value).flatMap(([name, one]) => callbackFaults(name, one, blame))
  if (part === 'jobs') return Object.entries(value).flatMap(([name, one]) => jobFaults(name, one, blame))
  return installationFaults(part, value, blame)
}

const isHook = (part: string): boolean =>
  ['routes', 'cli', 'errorText', 'contributions', 'start', 'drain', 'stop'].includes(part)

function eventFaults(value: Record<string, unknown>, blame: Blame): PluginError[] {
  return Object.entries(value).flatMap(([name, listen]) => {
    if (!(deliveryEventNames as readonly string[]).includes(name)) {
      const meant = nearestName(name, deliveryEventNames)
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`
      const known = deliveryEventNames.join(', ')
      return [blame('PLUGIN_HOOK', `: there is no event "${name}".${hint} Known: ${known}.`)]
    }
    if (listen === undefined || typeof listen === 'function') return []
    return [blame('PLUGIN_HOOK', `: "events['${name}']" is ${nameOf(listen)}, but must be a function.`)]
  })
}

function installationFaults(part: string, value: Record<string, unknown>, blame: Blame): PluginError[] {
  const { updates, install, guards } = value
  const isList = Array.isArray(updates) && updates.every((kind) => typeof kind === 'string')
  return [
    ...(typeof install === 'function'
      ? []
      : [blame('PLUGIN_HOOK', `: "${part}.install" is ${nameOf(install)}, but must be a function.`)]),
    // Middleware may look at what others ask for; handlers that name nothing would never be called.
    ...(isList || (part === 'middleware' && updates === undefined)
      ? []
      : [
          blame(
            'PLUGIN_HOOK',
            `: "${part}.updates" is ${nameOf(updates)}, but must be a list such as ['message'].`,
          ),
        ]),
    ...guardFaults(`, ${part}`, guards, blame),
  ]
}

// Bot API, BotCommand: 1–32 of lower-case English letters, digits and underscores.
function commandFaults(name: string, command: unknown, blame: Blame): PluginError[] {
  const where = `, command "${name}"`
  if (!isRecord(command))
    return [blame('COMMAND_INVALID', `${where} is ${nameOf(command)}, but must be an object.`)]
  const { description, updates = [], scopes, hidden, guards, handle } = command
  const unknown = Array.isArray(updates)
    ? updates.filter((kind) => !commandUpdates.includes(kind))
    : [updates]
  return [
    ...(/^[a-z0-9_]{1,32}$/.test(name)
      ? []
      : [
          blame(
            'COMMAND_INVALID',
            `${where}: a name is 1–32 of a–z, 0–9 and _, without the slash and in lower case.`,
          ),
        ]),
    // What a description says is checked with the texts of the app.
    ...(['string', 'function'].includes(typeof description) || isRecord(description)
      ? []
      : [
          blame(
            'COMMAND_INVALID',
            `${where}: "description" is ${nameOf(description)}, but must be a text, texts by language or a function.`,
          ),
        ]),
    ...scopeFaults(where, scopes, blame),
    ...(hidden === undefined || typeof hidden === 'boolean'
      ? []
      : [blame('COMMAND_INVALID', `${where}: "hidden" is ${nameOf(hidden)}, but must be true or false.`)]),
    ...unknown.map((kind) =>
      blame(
        'COMMAND_INVALID',
        `${where}: a command does not come in ${JSON.stringify(kind)}. Possible: ${commandUpdates.join(', ')}.`,
      ),
    ),
    ...guardFaults(where, guards, blame),
    ...handleFaults(where, handle, blame),
  ]
}

function scopeFaults(where: string, scopes: unknown, blame: Blame): PluginError[] {
  if (scopes === undefined) return []
  const known: readonly unknown[] = commandScopes
  const isUsable =
    Array.isArray(scopes) && scopes.length > 0 && scopes.every((scope) => known.includes(scope))
  if (isUsable) return []
  const text = `${where}: "scopes" is ${JSON.stringify(scopes)}, but must be a list of ${commandScopes.join(', ')}. For none of them write: hidden: true.`
  return [blame('COMMAND_INVALID', text)]
}

function callbackFaults(prefix: string, callback: unknown, blame: Blame): PluginError[] {
  const where = `, callback "${prefix}"`
  const { data, guards, handle } = isRecord(callback) ? callback : {}
  return [
    ...(callbackPrefixPattern.test(prefix)
      ? []
      : [blame('CALLBACK_INVALID', `${where}: a prefix is 1–32 of a–z, 0–9, _ and -.`)]),
    ...(prefix.startsWith(coreCallbackPrefix)
      ? [
          blame(
            'CALLBACK_INVALID',
            `${where}: prefixes that begin with ${coreCallbackPrefix} are core's. Rename it.`,
          ),
        ]
      : []),
    ...callbackDataFaults(where, prefix, data, blame),
    ...guardFaults(where, guards, blame),
    ...handleFaults(where, handle, blame),
  ]
}

function callbackDataFaults(where: string, prefix: string, data: unknown, blame: Blame): PluginError[] {
  if (data === undefined) return []
  if (!isRecord(data) || typeof data.read !== 'function')
    return [
      blame(
        'CALLBACK_INVALID',
        `${where}: "data" is ${nameOf(data)}, but must be what defineCallbackData made.`,
      ),
    ]
  if (data.prefix === prefix) return []
  return [
    blame(
      'CALLBACK_INVALID',
      `${where}: its data has the prefix "${String(data.prefix)}". A callback stands under the prefix of its data.`,
    ),
  ]
}

function guardFaults(where: string, guards: unknown, blame: Blame): PluginError[] {
  if (guards === undefined) return []
  if (!Array.isArray(guards))
    return [blame('GUARD_INVALID', `${where}: "guards" is ${nameOf(guards)}, but must be a list.`)]
  return guards.flatMap((guard: unknown, index) => {
    if (!isGuard(guard))
      return [
        blame(
          'GUARD_INVALID',
          `${where}, guards[${index}] is ${nameOf(guard)}, but must be what defineGuard made.`,
        ),
      ]
    if (guard.plugin === undefined || blame.reach.has(guard.plugin)) return []
    return [
      blame(
        'GUARD_NOT_REQUIRED',
        `${where} uses the guard "${guard.name}" of plugin "${guard.plugin}", which it does not require. Add ${guard.plugin} to the requires of its contract.`,
      ),
    ]
  })
}

function jobFaults(name: string, job: unknown, blame: Blame): PluginError[] {
  const where = `, job "${name}"`
  if (!isRecord(job)) return [blame('JOB_INVALID', `${where} is ${nameOf(job)}, but must be an object.`)]
  return [
    ...(/^[a-z][a-z0-9-]{0,39}$/.test(name)
      ? []
      : [blame('JOB_INVALID', `${where}: a name is 1–40 of a–z, 0–9 and -, from a letter on.`)]),
    ...(typeof job.run === 'function'
      ? []
      : [blame('PLUGIN_HOOK', `${where}: "run" is ${nameOf(job.run)}, but must be a function.`)]),
  ]
}

function handleFaults(where: string, handle: unknown, blame: Blame): PluginError[] {
  if (typeof handle === 'function') return []
  return [blame('PLUGIN_HOOK', `${where}: "handle" is ${nameOf(handle)}, but must be a function.`)]
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  return value === null || value === undefined ? String(value) : `of type ${typeof value}`
}
