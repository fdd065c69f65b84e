/** An app: its plugins, checked and ordered; started, stopped and migrated. Making one does no I/O. */
import type { Telegram } from 'telegraf'
import type { Environment } from '../config/environment.js'
import { PluginError } from '../errors.js'
import type { LogDestination } from '../logger.js'
import { type KnownPlugin, orderMigrations } from '../migrations/order.js'
import type { Plugin } from '../plugin/contract.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import type { AppServices, UpdateServices } from '../plugin/services.js'
import { coreMigrations, coreMigrationsOwner } from '../updates/core-migrations.js'
import { coreVersion } from '../version.js'
import { orderPlugins, requiredNames } from './order-plugins.js'
import { type Runtime, startRuntime } from './runtime.js'
import { readSettings } from './settings.js'

type AnyPlugin = Plugin<any, any, any, any>

type Missing<P extends readonly AnyPlugin[]> = Exclude<
  P[number] extends infer X ? (X extends Plugin<any, infer D, any, any> ? D : never) : never,
  P[number]['name']
>

type Intersect<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never
type Given<P extends readonly AnyPlugin[]> = Intersect<
  { [K in keyof P]: P[K] extends Plugin<any, any, infer A, infer U> ? A & U : never }[number]
>

/** All services of an app: core's and those of its plugins. */
export type ServicesOf<P extends readonly AnyPlugin[]> = AppServices &
  UpdateServices &
  (P extends readonly [] ? {} : Given<P>)

/** What `createApp` takes. */
export interface AppDefinition<P extends readonly AnyPlugin[]> {
  /** The plugins, in any order; each is started after those it requires. */
  readonly plugins: [Missing<P>] extends [never] ? P : { missing: `add the plugin "${Missing<P>}"` }
}

/** What a start may be given. */
export interface StartOptions {
  /** Where the config is read from. @default process.env */
  readonly env?: Environment
  /** Where log lines go. @default standard output */
  readonly logDestination?: LogDestination
  /** Told once when the running app cannot go on, such as when Telegram refuses the token. Stop it then. */
  readonly onFatal?: (error: Error) => void
}

/** A bot made of plugins. */
export interface App<P extends readonly AnyPlugin[] = readonly AnyPlugin[]> {
  /** The names of the plugins in the order in which they start. */
  readonly pluginNames: readonly string[]
  /** The ids of all migrations, core's among them, in the order in which they are applied. */
  readonly migrationIds: readonly string[]
  /** The Bot API of the running app. @throws PluginError APP_NOT_RUNNING */
  readonly telegram: Telegram
  /**
   * Opens the database, brings its schema up (or checks it, in production), starts the plugins and takes updates in.
   * Asked again while it starts or runs, it gives the same promise. After `stop` it may start anew.
   *
   * @throws ConfigError, DatabaseError, MigrationError, PluginError, TelegramRefusal. What had started is stopped.
   */
  start(options?: StartOptions): Promise<void>
  /**
   * Closes the intake, waits for running updates, stops the plugins in reverse and closes every connection; nothing of
   * the app then keeps the process alive. Asked again it gives the same promise; asked during `start`, it waits for it.
   *
   * @throws the error of what could not be stopped, or an AggregateError of all; everything was tried.
   */
  stop(): Promise<void>
  /** Brings the schema of the database up to the code, without starting anything else. Gives the ids that were applied. */
  migrate(options?: Pick<StartOptions, 'env' | 'logDestination'>): Promise<readonly string[]>
  /**
   * Runs `work` in a unit of work with the services of all plugins, where no update is: a script, a test.
   *
   * @throws PluginError APP_NOT_RUNNING: nothing was done. UnitError as `database.unit`.
   */
  unit<T>(work: (services: ServicesOf<P>) => Promise<T>): Promise<T>
  /** Resolves when every update that was taken in is handled and everything in the outbox is sent. */
  idle(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

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
  return new PluginApp(orderPlugins(definition.plugins as readonly unknown[], coreVersion)) as App<P>
}

/** The plugins of an app with their migrations, core's first. @internal */
export function knownMigrations(definitions: readonly PluginDefinition[]): KnownPlugin[] {
  return [
    { plugin: coreMigrationsOwner, requires: [], migrations: coreMigrations },
    ...definitions.map(({ contract }) => ({
      plugin: contract.name as string,
      requires: [coreMigrationsOwner, ...requiredNames(contract)],
      migrations: contract.migrations,
    })),
  ]
}

class PluginApp implements App {
  readonly pluginNames: readonly string[]
  readonly #definitions: readonly PluginDefinition[]
  #starting: Promise<Runtime> | undefined
  #stopping: Promise<void> | undefined
  #runtime: Runtime | undefined
  #abort = new AbortController()

  constructor(definitions: readonly PluginDefinition[]) {
    this.#definitions = definitions
    this.pluginNames = definitions.map(({ contract }) => contract.name)
  }

  get migrationIds(): readonly string[] {
    return orderMigrations(knownMigrations(this.#definitions)).map(({ id }) => id)
  }

  get telegram(): Telegram {
    return this.#running().telegram
  }

  async start(options: StartOptions = {}): Promise<void> {
    await this.#stopping
    this.#starting ??= this.#start(options)
    await this.#starting
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop().finally(() => {
      this.#stopping = undefined
    })
    return this.#stopping
  }

  async migrate({ env, logDestination }: StartOptions = {}): Promise<readonly string[]> {
    const { applyPending } = await import('./schema.js')
    const settings = readSettings(this.#definitions, env ?? defaultEnvironment())
    return applyPending(settings, knownMigrations(this.#definitions), logDestination)
  }

  async unit<T>(work: (services: never) => Promise<T>): Promise<T> {
    return this.#running().unit(work as (services: object) => Promise<T>)
  }

  async idle(): Promise<void> {
    await this.#runtime?.idle()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  async #start({ env, ...options }: StartOptions): Promise<Runtime> {
    this.#abort = new AbortController()
    try {
      const settings = readSettings(this.#definitions, env ?? defaultEnvironment())
      const runtime = await startRuntime(settings, knownMigrations(this.#definitions), {
        ...options,
        signal: this.#abort.signal,
      })
      this.#runtime = runtime
      return runtime
    } catch (error) {
      this.#starting = undefined
      throw error
    }
  }

  async #stop(): Promise<void> {
    const starting = this.#starting
    if (starting === undefined) return
    this.#abort.abort()
    const runtime = await starting.catch(() => undefined)
    this.#runtime = undefined
    try {
      await runtime?.stop()
    } finally {
      this.#starting = undefined
    }
  }

  #running(): Runtime {
    if (this.#runtime !== undefined) return this.#runtime
    throw new PluginError(
      'APP_NOT_RUNNING',
      'The app does not run. Await app.start() before, and do not use it after stop().',
    )
  }
}

/** The one place besides the CLI that looks at the process: a script that calls `app.start()` means its own environment. */
const defaultEnvironment = (): Environment => process.env
