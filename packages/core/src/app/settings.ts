/** What a start is given, checked: config, the options of every plugin, and all faults of both at once. */
import type { AppConfig } from '../config/app-config.js'
import type { Environment } from '../config/environment.js'
import { resolveOptions } from '../config/from-environment.js'
import { parseConfig } from '../config/parse-config.js'
import { ConfigError, throwAll } from '../errors.js'
import { defaultOpenApiPath, type HttpOptions } from '../http/http-options.js'
import { type PluginRoute, type ReservedPath, readRoutes } from '../http/route-table.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import type { DispatchedPlugin } from './dispatcher.js'
import { reachOf } from './service-reach.js'

/** Config and plugins, ready to be started. */
export interface Settings {
  readonly config: AppConfig
  /** In the order of `requires`, with their options. */
  readonly plugins: readonly (DispatchedPlugin & { readonly definition: PluginDefinition })[]
  /** The routes of all plugins, in the order of `requires`. */
  readonly routes: readonly PluginRoute[]
  readonly secrets: readonly string[]
  readonly warnings: readonly string[]
}

/** @throws ConfigError, PluginError ROUTE_INVALID or ROUTE_CONFLICT, or an AggregateError of all faults. Nothing has been opened. */
export function readSettings(
  definitions: readonly PluginDefinition[],
  env: Environment,
  http: HttpOptions = {},
): Settings {
  const faults: Error[] = []
  const collect = <T>(read: () => T): T | undefined => {
    try {
      return read()
    } catch (error) {
      faults.push(...(error instanceof AggregateError ? (error.errors as Error[]) : [error as Error]))
      return undefined
    }
  }
  const config = collect(() => parseConfig(env))
  const resolved = definitions.map((definition) =>
    collect(() => ({ ...resolvePlugin(definition, env), reach: reachOf(definition, definitions) })),
  )
  throwAll(faults, 'The configuration has several faults:')
  const plugins = resolved as Exclude<(typeof resolved)[number], undefined>[]
  const { routes, faults: routeFaults } = readRoutes(plugins, reservedPaths(config as AppConfig, http))
  throwAll(routeFaults, 'The routes of the plugins have several faults:')
  return {
    config: config as AppConfig,
    plugins,
    routes,
    secrets: [...(config?.secrets ?? []), ...plugins.flatMap(({ secrets }) => secrets)],
    warnings: [...(config?.warnings ?? []), ...plugins.flatMap(({ warnings }) => warnings)],
  }
}

function reservedPaths({ webhook }: AppConfig, { openApi }: HttpOptions): ReservedPath[] {
  return [
    ...(webhook ? [{ path: webhook.path, owner: 'the webhook' }] : []),
    ...(openApi ? [{ path: openApi.path ?? defaultOpenApiPath, owner: 'the OpenAPI document' }] : []),
  ]
}

function resolvePlugin(definition: PluginDefinition, env: Environment) {
  const { contract, behaviour, givenOptions } = definition
  if (contract.options === undefined && givenOptions !== undefined) {
    throw new ConfigError(
      'CONFIG_OPTIONS',
      `Plugin "${contract.name}" takes no options, and is given some. Write: ${contract.name}()`,
    )
  }
  const { options, secrets, warnings } =
    contract.options === undefined
      ? { options: undefined, secrets: [], warnings: [] }
      : resolveOptions(contract.name, contract.options, givenOptions, env)
  return { name: contract.name as string, options, behaviour, definition, secrets, warnings }
}
