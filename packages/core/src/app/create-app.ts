/** Makes an app of plugins, checked and ordered. No I/O. */
import { nearestName } from '../config/nearest-name.js'
import { PluginError, throwAll } from '../errors.js'
import { assertHttpOptions } from '../http/http-options.js'
import { readAppTexts } from '../texts/app-texts.js'
import { coreVersion } from '../version.js'
import type { AnyPlugin, App, AppDefinition } from './app.js'
import { readCommands } from './command-entries.js'
import { orderPlugins } from './order-plugins.js'
import { PluginApp } from './plugin-app.js'

/**
 * Makes an app of plugins. No I/O.
 *
 * @example
 * ```ts
 * export default createApp({ plugins: [users(), analytics(), greeting()] })
 * ```
 * @throws PluginError, or an AggregateError of all that is wrong with the list.
 */
export function createApp<const P extends readonly AnyPlugin[]>(definition: AppDefinition<P>): App<P> {
  const {
    plugins,
    startTimeoutMs = 30_000,
    stopTimeoutMs = 5_000,
    texts: overrides,
    defaultLanguage,
    http = {},
    onError,
    apologises = true,
    refusesSendsInTransaction = false,
    help = true,
    menus = true,
  } = (definition ?? {}) as AppDefinition<P>
  if (!Array.isArray(plugins)) {
    throw new PluginError(
      'APP_SHAPE',
      `createApp() needs a list of plugins, got ${typeof plugins}. Write: createApp({ plugins: [users()] })`,
    )
  }
  assertKnown(definition)
  assertTimeout('startTimeoutMs', startTimeoutMs)
  assertTimeout('stopTimeoutMs', stopTimeoutMs)
  assertHttpOptions(http)
  assertFlag('help', help)
  assertFlag('menus', menus)
  assertFlag('refusesSendsInTransaction', refusesSendsInTransaction)
  const definitions = orderPlugins(plugins, coreVersion)
  const { texts, faults } = readAppTexts({
    plugins: definitions.map(({ contract: { name, texts } }) => ({ name, texts })),
    overrides,
    ...(defaultLanguage !== undefined && { defaultLanguage }),
  })
  throwAll(faults, 'The texts of the app have several faults:')
  const commands = readCommands(definitions, texts, help)
  throwAll(commands.faults, 'The commands of the plugins have several faults:')
  return new PluginApp(definitions, {
    startTimeoutMs,
    stopTimeoutMs,
    texts,
    commands: commands.entries,
    hasMenus: menus,
    http,
    apologises,
    refusesSendsInTransaction,
    ...(onError && { onError }),
  }) as App<P>
}

// A timer of Node holds 31 bits: a longer one would fire at once.
const longestTimeoutMs = 2 ** 31 - 1

function assertTimeout(name: string, value: unknown): void {
  if (Number.isInteger(value) && (value as number) > 0 && (value as number) <= longestTimeoutMs) return
  throw new PluginError(
    'APP_SHAPE',
    `createApp(): ${name} is ${String(value)}, expected a whole number of milliseconds from 1 to ${longestTimeoutMs}.`,
  )
}

const knownParts = Object.keys({
  plugins: true,
  help: true,
  menus: true,
  startTimeoutMs: true,
  stopTimeoutMs: true,
  onError: true,
  apologises: true,
  refusesSendsInTransaction: true,
  texts: true,
  defaultLanguage: true,
  http: true,
} satisfies Record<keyof AppDefinition<[]>, true>)

function assertKnown(definition: object): void {
  const unknown = Object.keys(definition).find((key) => !knownParts.includes(key))
  if (unknown === undefined) return
  const near = nearestName(unknown, knownParts)
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`
  throw new PluginError(
    'APP_SHAPE',
    `createApp() does not know "${unknown}".${hint} Known: ${knownParts.join(', ')}.`,
  )
}

function assertFlag(name: string, value: unknown): void {
  if (typeof value === 'boolean') return
  throw new PluginError('APP_SHAPE', `createApp(): ${name} is ${String(value)}, expected true or false.`)
}
