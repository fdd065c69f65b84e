/** What an app is made of, for those who look at it from outside: `hello plugins`, `hello routes`, `hello webhook`. Opens nothing. */
import type { AppConfig } from '../config/app-config.js'
import type { AnyContract } from '../plugin/contract.js'
import { allowedUpdatesOf } from './dispatcher.js'
import { requiredNames } from './order-plugins.js'
import type { Settings } from './settings.js'

/** A plugin of an app, in the order in which they start. */
export interface PluginOverview {
  readonly name: string
  readonly version: string | undefined
  /** Names of the plugins that it requires. */
  readonly requires: readonly string[]
}

/** A route of a plugin. */
export interface RouteOverview {
  readonly method: string
  readonly path: string
  readonly plugin: string
  /** How it knows who asks; `undefined`: everybody may. */
  readonly auth: string | undefined
}

/** What an app is configured to be, with these variables. */
export interface AppOverview {
  readonly config: AppConfig
  readonly routes: readonly RouteOverview[]
  /** The kinds of update that Telegram is asked for. */
  readonly allowedUpdates: readonly string[]
}

/** Of one plugin. */
export function overviewOf(contract: AnyContract): PluginOverview {
  return { name: contract.name, version: contract.version, requires: requiredNames(contract) }
}

/** Of the whole. */
export function overviewOfApp({ config, plugins, routes }: Settings): AppOverview {
  return {
    config,
    routes: routes.map(({ method, path, plugin, definition }) => ({
      method,
      path,
      plugin: plugin.name,
      auth: definition.auth,
    })),
    allowedUpdates: allowedUpdatesOf(plugins.map(({ behaviour }) => behaviour)),
  }
}
