/** What an app is to those who make and run one. */
import type { Telegram } from 'telegraf'
import type { VariableGroup } from '../config/env-example.js'
import type { Environment } from '../config/environment.js'
import type { ErrorReporter } from '../error-reports.js'
import type { Gauges } from '../gauges.js'
import type { HttpOptions } from '../http/http-options.js'
import type { LogDestination } from '../logger.js'
import type { AppJobs } from '../plugin/app-jobs.js'
import type { CliCommand } from '../plugin/cli.js'
import type { Plugin } from '../plugin/contract.js'
import type { AppServices, UpdateServices } from '../plugin/services.js'
import type { SecretRedactor } from '../secrets.js'
import type { CoreVariables } from '../texts/core-texts.js'
import type { PluralForm } from '../texts/define-texts.js'
import type { UpdateAdministration } from '../updates/update-admin.js'
import type { AppOverview, PluginOverview } from './app-overview.js'
import type { CliCall } from './cli-call.js'
import type { SchemaAdministration } from './migration-administration.js'

/** Any plugin, whatever it gives. */
export type AnyPlugin = Plugin<any, any, any, any, any>

type Missing<P extends readonly AnyPlugin[]> = Exclude<
  P[number] extends infer X ? (X extends Plugin<any, infer D, any, any, any> ? D : never) : never,
  P[number]['name']
>

type Intersect<U> = (U extends unknown ? (u: U) => void : never) extends (i: infer I) => void ? I : never
type Given<P extends readonly AnyPlugin[]> = Intersect<
  { [K in keyof P]: P[K] extends Plugin<any, any, infer A, infer U, any> ? A & U : never }[number]
>

/** All services of an app: core's and those of its plugins. */
export type ServicesOf<P extends readonly AnyPlugin[]> = AppServices &
  UpdateServices &
  (P extends readonly [] ? {} : Given<P>)

type OwnWords<V> = Readonly<
  Record<string, { readonly [K in keyof V & string as K | `${K}_${PluralForm}`]?: string }>
>

/** An app's own words in place of those of its plugins and of core: by plugin (or `core`), language and full key. */
export type TextOverrides<P extends readonly AnyPlugin[]> = {
  readonly [X in P[number] as X['name']]?: X extends Plugin<any, any, any, any, infer V> ? OwnWords<V> : never
} & { readonly core?: OwnWords<CoreVariables> }

/** What `createApp` takes. */
export interface AppDefinition<P extends readonly AnyPlugin[]> {
  /** The plugins, in any order; each is started after those it requires. */
  readonly plugins: [Missing<P>] extends [never] ? P : { missing: `add the plugin "${Missing<P>}"` }
  /** Whether core answers `/help`, with the commands that a person may use, where no plugin does. @default true */
  readonly help?: boolean
  /** Whether the menus of commands in Telegram are kept as the plugins state them. @default true */
  readonly menus?: boolean
  /** Longest start of one plugin. Integer > 0. @default 30_000 */
  readonly startTimeoutMs?: number
  /** Longest drain, and longest stop, of one plugin. Integer > 0. @default 5_000 */
  readonly stopTimeoutMs?: number
  /** Told once of each update, job, request and piece of deferred work that failed, for a service that collects errors. Not awaited; what it throws is logged. */
  readonly onError?: ErrorReporter
  /** Whether people are told that their update failed, in the words of the plugin's `errorText` or of core. @default true */
  readonly apologises?: boolean
  /**
   * Whether a call of the Bot API that does something is refused (UNIT_SEND_IN_TX) while the transaction of the running
   * unit of work is open: it could not be undone with it. What only asks (`get…`) passes. @default false: it is logged at debug
   */
  readonly refusesSendsInTransaction?: boolean
  /** What the app says in other words than its plugins, or in a further language: `{ greeting: { ru: { hello: '…' } } }`. */
  readonly texts?: TextOverrides<NoInfer<P>>
  /** The language of people who speak none of those in which there are texts (BCP 47). @default 'en' */
  readonly defaultLanguage?: string
  /** Browsers that may ask the routes of plugins, and the OpenAPI document of them. @default neither */
  readonly http?: HttpOptions
}

/** What a start may be given. */
export interface StartOptions {
  /** Where the config is read from. @default process.env */
  readonly env?: Environment
  /** Where log lines go. @default standard output */
  readonly logDestination?: LogDestination
  /** Learns the secrets of config and plugins, so that whoever prints errors of the process can hide them. @default one of its own */
  readonly redactor?: SecretRedactor
  /** Lets it run on a database that has newer migrations than the code (MIGRATION_AHEAD). @default false */
  readonly allowAhead?: boolean
  /** Told once when the running app cannot go on, such as when Telegram refuses the token. Stop it then. */
  readonly onFatal?: (error: Error) => void
}

/** What a measured start is given. */
export interface MeasureOptions extends Pick<StartOptions, 'env' | 'logDestination' | 'redactor'> {
  readonly signal: AbortSignal
}

/** Where an app listens. */
export interface AppAddresses {
  /** The webhook and the routes of plugins, such as `http://127.0.0.1:8080`. Absent where there is neither. */
  readonly http?: string
  /** The health checks, such as `http://127.0.0.1:8081`. Absent where there are none. */
  readonly health?: string
}

/** A bot made of plugins. */
export interface App<P extends readonly AnyPlugin[] = readonly AnyPlugin[]> {
  /** The names of the plugins in the order in which they start. */
  readonly pluginNames: readonly string[]
  /** The plugins with their versions and what they require, in the same order. */
  readonly plugins: readonly PluginOverview[]
  /** The ids of all migrations, core's among them, in the order in which they are applied. */
  readonly migrationIds: readonly string[]
  /** Another one where the migrations are others, in their ids or in their code: 16 hexadecimal digits. */
  readonly schemaKey: string
  /** The variables that it reads: core's first, then those of each plugin's options. */
  readonly variables: readonly VariableGroup[]
  /** Where the running app can be asked from this machine. @throws PluginError APP_NOT_RUNNING */
  readonly addresses: AppAddresses
  /** The Bot API of the running app. @throws PluginError APP_NOT_RUNNING */
  readonly telegram: Telegram
  /**
   * Reads and checks variables and options as a start does; nothing is opened. Gives what an operator should know.
   *
   * @throws ConfigError, or an AggregateError of all faults
   */
  checkConfig(options?: Pick<StartOptions, 'env'>): readonly string[]
  /**
   * Opens the database, brings its schema up (or checks it, in production), starts the plugins and takes updates in.
   * Asked again while it starts or runs, it gives the same promise. After `stop` it may start anew.
   *
   * @throws ConfigError, DatabaseError, MigrationError, PluginError, TelegramRefusal. What had started is stopped.
   */
  start(options?: StartOptions): Promise<void>
  /**
   * Closes the intake, waits for running updates, stops the plugins in reverse and closes every connection; nothing of
   * the app then keeps the process alive. Asked again it gives the same promise. Asked during `start`, it ends it: the
   * start is refused with APP_STOPPED, and what it had opened is closed.
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
  /**
   * Looks after what is in the inbox, above all what failed. Of an app that runs it uses the connection; of one that
   * does not, each call opens one, to the database of `env`.
   *
   * @param env where the config is read from, where the app does not run. @default process.env
   * @throws ConfigError; each call: DatabaseError, MigrationError MIGRATION_PENDING, and what {@link UpdateAdministration} says.
   */
  updates(env?: Environment): UpdateAdministration
  /**
   * Looks after the schema of the database, as `hello migrate` does. The app need not run.
   *
   * @throws ConfigError; and what each call of {@link SchemaAdministration} throws.
   */
  schema(options?: Pick<StartOptions, 'env' | 'logDestination'>): SchemaAdministration
  /** What it is configured to be. @throws as `checkConfig`. @internal */
  overview(env: Environment): AppOverview
  /**
   * Starts the plugins and stops them again, without Telegram and without taking updates in; gives how long each start
   * hook took, in milliseconds. Ended by `signal`, it is refused with APP_STOPPED.
   *
   * @throws what `start` throws; everything opened is closed.
   * @internal
   */
  measureStarts(options: MeasureOptions): Promise<ReadonlyMap<string, number>>
  /**
   * The commands that plugins add to `hello`, by plugin.
   *
   * @throws PluginError CLI_INVALID
   * @internal
   */
  cliCommands(): Promise<ReadonlyMap<string, readonly CliCommand[]>>
  /** Runs one of them, without starting anything; gives its exit code. @internal */
  runCli(call: CliCall): Promise<number>
  /** The jobs of the plugins. @throws PluginError APP_NOT_RUNNING: of both methods */
  readonly jobs: AppJobs
  /** What the running app measures of itself at this moment. A plugin asks `services.gauges`. @throws PluginError APP_NOT_RUNNING */
  gauges(): Promise<Gauges>
  /** Resolves when every update that was taken in is handled and everything in the outbox is sent. */
  idle(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}
