/** Extension points: a plugin collects what others contribute, typed, and needs no list of them. */
import { PluginError } from '../errors.js'

/** When a contribution is built: once, of app services, or anew for each unit of work, of update services too. */
export type ExtensionScope = 'app' | 'update'

/** A point at which plugins contribute a value of type `T`. Made by {@link defineExtension}. */
export interface Extension<T, S extends ExtensionScope = ExtensionScope> {
  /** `plugin/name`: of the plugin that collects, and what it collects. */
  readonly name: string
  /** When a contribution is built. */
  readonly scope: S
  /** Only for the compiler. @internal */
  readonly '~value'?: T
}

/** What one plugin contributed. */
export interface Contributed<T> {
  /** The plugin's name. */
  readonly plugin: string
  readonly value: T
}

/** The contributions that can be asked for anywhere, from the `start` of the first plugin on. */
export interface AppExtensions {
  /**
   * What the plugins of the app contribute, in the order in which they start; empty where none does.
   *
   * @throws PluginError EXTENSION_FAILED: a contribution could not be built; names its plugin.
   * @throws PluginError EXTENSION_EARLY: asked while the services are being built.
   */
  of<T>(extension: Extension<T, 'app'>): readonly Contributed<T>[]
}

/** The contributions that can be asked for in an update, or another unit of work with services. */
export interface UpdateExtensions {
  /** As {@link AppExtensions.of}; contributions of the scope `update` are built of the services of this unit of work. */
  of<T>(extension: Extension<T>): readonly Contributed<T>[]
}

/** A contribution of one plugin. Made by the function that `contributions` is given. */
export interface Contribution {
  readonly extension: Extension<unknown>
  build(services: object, options: unknown): unknown
}

const namePattern = /^[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*$/

/**
 * Defines an extension point. The plugin that collects exports it; plugins that contribute import it, and need not
 * require that plugin: where it is not in the app, nobody asks.
 *
 * @param name `plugin/name`, lower-case words joined by hyphens; it tells extension points apart
 * @example
 * ```ts
 * export interface AdminPage { readonly title: string; readonly path: string }
 * export const adminPages = defineExtension<AdminPage>('admin/pages')
 * ```
 * @throws PluginError EXTENSION_INVALID: the name has another form.
 */
export function defineExtension<T>(name: string): Extension<T, 'app'>
export function defineExtension<T, S extends ExtensionScope = 'app'>(
  name: string,
  options: { readonly scope: S },
): Extension<T, S>
export function defineExtension(name: string, { scope }: { scope: ExtensionScope } = { scope: 'app' }) {
  if (namePattern.test(name)) return Object.freeze({ name, scope })
  throw new PluginError(
    'EXTENSION_INVALID',
    `"${name}" cannot be the name of an extension point: expected the name of a plugin, a slash and a word, such as "admin/pages".`,
  )
}
