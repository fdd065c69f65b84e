/** The life of an app: one run after the other, each started once and stopped once, whoever asks and however often. */
import { createHash } from 'node:crypto'
import type { Telegram } from 'telegraf'
import type { VariableGroup } from '../config/env-example.js'
import { type Environment, processEnvironment } from '../config/environment.js'
import { environmentFields } from '../config/option-fields.js'
import { parseConfig } from '../config/parse-config.js'
import { environmentVariables } from '../config/variables.js'
import { PluginError } from '../errors.js'
import type { Gauges } from '../gauges.js'
import { orderMigrations } from '../migrations/order.js'
import type { AppJobs } from '../plugin/app-jobs.js'
import type { CliCommand } from '../plugin/cli.js'
import type { PluginDefinition } from '../plugin/plugin.js'
import type { UpdateAdministration } from '../updates/update-admin.js'
import type { App, AppAddresses, MeasureOptions, StartOptions } from './app.js'
import { type AppOverview, overviewOf, overviewOfApp, type PluginOverview } from './app-overview.js'
import type { CliCall } from './cli-call.js'
import { knownMigrations } from './known-migrations.js'
import { createSchemaAdministration, type SchemaAdministration } from './migration-administration.js'
import { type Runtime, startRuntime } from './runtime.js'
import type { AppChoices } from './runtime-options.js'
import { readSettings } from './settings.js'
import { createUpdateAdministration } from './update-administration.js'

/** From one `start` to its `stop`. */
interface Run {
  readonly abort: AbortController
  readonly started: Promise<void>
}

/** See {@link App}. */
export class PluginApp implements App {
  readonly pluginNames: readonly string[]
  readonly #definitions: readonly PluginDefinition[]
  readonly #choices: AppChoices
  #run: Run | undefined
  #stopping: Promise<void> | undefined
  /** From the end of a start to the end of its stop: a plugin that drains still uses it. */
  #runtime: Runtime | undefined

  /** @param definitions in the order of `requires` */
  constructor(definitions: readonly PluginDefinition[], choices: AppChoices) {
    this.#definitions = definitions
    this.#choices = choices
    this.pluginNames = definitions.map(({ contract }) => contract.name)
  }

  get schemaKey(): string {
    // Two plugins of one name may stand in two apps of a test run.
    const parts = orderMigrations(knownMigrations(this.#definitions)).map(({ id, migration }) => [
      id,
      String(migration.up),
    ])
    return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
  }

  get migrationIds(): readonly string[] {
    return orderMigrations(knownMigrations(this.#definitions)).map(({ id }) => id)
  }

  get variables(): readonly VariableGroup[] {
    return [
      { owner: 'core', variables: environmentVariables },
      ...this.#definitions.map(({ contract: { name, options } }) => ({
        owner: name as string,
        variables: options === undefined ? [] : environmentFields(options),
      })),
    ]
  }

  get addresses(): AppAddresses {
    return this.#running().addresses
  }

  get telegram(): Telegram {
    return this.#running().telegram
  }

  checkConfig({ env }: Pick<StartOptions, 'env'> = {}): readonly string[] {
    return readSettings(this.#definitions, env ?? processEnvironment(), this.#choices.http).warnings
  }

  start(options: StartOptions = {}): Promise<void> {
    this.#run ??= this.#begin(options)
    return this.#run.started
  }

  stop(): Promise<void> {
    const run = this.#run
    if (run === undefined) return this.#stopping ?? Promise.resolve()
    this.#run = undefined
    run.abort.abort()
    const stopping = this.#end(run).finally(() => {
      if (this.#stopping === stopping) this.#stopping = undefined
    })
    this.#stopping = stopping
    return stopping
  }

  async migrate({ env, logDestination }: StartOptions = {}): Promise<readonly string[]> {
    const { applyPending } = await import('./schema.js')
    const settings = readSettings(this.#definitions, env ?? processEnvironment(), this.#choices.http)
    return applyPending(settings, knownMigrations(this.#definitions), logDestination)
  }

  async unit<T>(work: (services: never) => Promise<T>): Promise<T> {
    return this.#running().unit(work as (services: object) => Promise<T>)
  }

  updates(env?: Environment): UpdateAdministration {
    if (this.#runtime !== undefined) return this.#runtime.updates
    return createUpdateAdministration(readSettings(this.#definitions, env ?? processEnvironment()).config)
  }

  schema({ env, logDestination }: StartOptions = {}): SchemaAdministration {
    const config = parseConfig(withoutTelegram(env ?? processEnvironment()))
    const models = this.#definitions.flatMap(({ contract }) =>
      contract.models.map((model) => ({ plugin: contract.name as string, model })),
    )
    return createSchemaAdministration({ config, models }, knownMigrations(this.#definitions), logDestination)
  }

  get plugins(): readonly PluginOverview[] {
    return this.#definitions.map(({ contract }) => overviewOf(contract))
  }

  overview(env: Environment): AppOverview {
    return overviewOfApp(readSettings(this.#definitions, env, this.#choices.http))
  }

  async measureStarts({ env, ...options }: MeasureOptions): Promise<ReadonlyMap<string, number>> {
    const settings = readSettings(this.#definitions, env ?? processEnvironment(), this.#choices.http)
    const times = new Map<string, number>()
    const onMeasured = (plugin: string, durationMs: number) => void times.set(plugin, durationMs)
    const known = knownMigrations(this.#definitions)
    const runtime = await startRuntime(settings, known, { ...options, ...this.#choices, onMeasured })
    await runtime.stop()
    return times
  }

  async cliCommands(): Promise<ReadonlyMap<string, readonly CliCommand[]>> {
    const { cliCommandsOf } = await import('./cli-run.js')
    return new Map(
      this.#definitions.flatMap(({ contract, behaviour }) => {
        const commands = cliCommandsOf(contract.name, behaviour)
        return commands.length === 0 ? [] : [[contract.name as string, commands] as const]
      }),
    )
  }

  async runCli(call: CliCall): Promise<number> {
    const { runCliCommand } = await import('./cli-run.js')
    const settings = readSettings(this.#definitions, call.env, this.#choices.http)
    return runCliCommand(settings, knownMigrations(this.#definitions), this.#choices, call)
  }

  get jobs(): AppJobs {
    return {
      list: async () => (await this.#running().jobs?.list()) ?? [],
      run: async (id) => {
        const { jobs } = this.#running()
        if (jobs === undefined) throw new PluginError('JOB_UNKNOWN', 'No plugin of the app has a job.')
        await jobs.run(id)
      },
    }
  }

  async gauges(): Promise<Gauges> {
    return this.#running().gauges()
  }

  async idle(): Promise<void> {
    await this.#runtime?.idle()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #begin(options: StartOptions): Run {
    const abort = new AbortController()
    const run: Run = { abort, started: this.#start(options, abort.signal) }
    run.started.catch(() => {
      if (this.#run === run) this.#run = undefined
    })
    return run
  }

  async #start({ env, ...options }: StartOptions, signal: AbortSignal): Promise<void> {
    // An earlier run has its own caller to hear its errors.
    await this.#stopping?.catch(() => undefined)
    const settings = readSettings(this.#definitions, env ?? processEnvironment(), this.#choices.http)
    const known = knownMigrations(this.#definitions)
    this.#runtime = await startRuntime(settings, known, { ...options, ...this.#choices, signal })
  }

  async #end({ started }: Run): Promise<void> {
    // A start that fails has closed what it opened, and tells its own caller.
    await started.catch(() => undefined)
    const { logger } = this.#runtime ?? {}
    try {
      logger?.info('The bot is stopping')
      await this.#runtime?.stop()
      logger?.info('The bot has stopped')
    } finally {
      this.#runtime = undefined
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

/** Who looks after a schema need not be the one who has the bot's token, and Telegram is not asked. */
function withoutTelegram(env: Environment): Environment {
  const { WEBHOOK_URL: _url, WEBHOOK_SECRET: _secret, BOT_TOKEN_FILE: _file, ...others } = env
  return { ...others, BOT_TOKEN: `1000000:${'-'.repeat(35)}` }
}
