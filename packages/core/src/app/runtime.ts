/** A running app: everything that was opened for it, in the order in which it was opened, and how it is closed again. */
import { ServiceContainer } from '../container/container.js'
import type { Database } from '../database/database.js'
import { ErrorReports } from '../error-reports.js'
import type { Gauges } from '../gauges.js'
import { createHealthServer } from '../http/health-server.js'
import { closeServer, listen, urlOf } from '../http/listen.js'
import { createHttpClient, type OwnedHttpClient } from '../http-client.js'
import type { Jobs } from '../jobs/jobs.js'
import { createLogger, type Logger } from '../logger.js'
import type { KnownPlugin } from '../migrations/order.js'
import type { AppJobs } from '../plugin/app-jobs.js'
import { createSecretRedactor, type SecretRedactor } from '../secrets.js'
import { servicesOf } from '../telegram/plugin-services.js'
import { createUnitRunner } from '../telegram/session.js'
import type { BotTelegram } from '../telegram/transport.js'
import { FailureFollowUp } from '../updates/failure-follow-up.js'
import { Inbox } from '../updates/inbox.js'
import type { OutboxSender } from '../updates/outbox-sender.js'
import { UpdateAdmin, type UpdateAdministration } from '../updates/update-admin.js'
import type { AppAddresses } from './app.js'
import { createAppDatabase, createAppTelegram } from './connections.js'
import { contributionsOf } from './contributed.js'
import { logFaults } from './fault-log.js'
import { Health } from './health.js'
import { assertNotStopped, introduce } from './introduce.js'
import { createOutboxSender } from './open-outbox.js'
import { runPhase } from './plugin-life.js'
import { readGauges } from './read-gauges.js'
import type { RuntimeOptions } from './runtime-options.js'
import { bringSchemaUp } from './schema.js'
import type { Settings } from './settings.js'
import { Teardown } from './teardown.js'
import { unitServices } from './unit-services.js'
import { UpdateFlow } from './update-flow.js'

/**
 * Opens everything, in order: database, schema, services, Telegram, plugins, intake.
 *
 * @throws what stands against it, in plain words; what had been opened is closed.
 */
export async function startRuntime(
  settings: Settings,
  known: readonly KnownPlugin[],
  options: RuntimeOptions,
): Promise<Runtime> {
  const runtime = new Runtime(settings, options)
  try {
    await runtime.open(known)
    return runtime
  } catch (error) {
    await runtime.stop().catch((stopError: unknown) => {
      runtime.logger.error({ err: stopError }, 'What had started could not be stopped cleanly')
    })
    throw error
  }
}

/** See the file's purpose. */
export class Runtime {
  readonly logger: Logger
  readonly telegram: BotTelegram
  readonly updates: UpdateAdministration
  readonly #settings: Settings
  readonly #options: RuntimeOptions
  readonly #teardown = new Teardown()
  readonly #redactor: SecretRedactor
  readonly #database: Database
  readonly #http: OwnedHttpClient
  readonly #container: ServiceContainer
  readonly #inbox: Inbox
  readonly #outbox: OutboxSender
  readonly #botId: number
  #jobs: Jobs<Settings['plugins'][number]> | undefined
  readonly #followUp: FailureFollowUp
  readonly #reports: ErrorReports
  readonly #flow: UpdateFlow
  readonly #health: Health
  #healthUrl: string | undefined

  /** No I/O. */
  constructor(settings: Settings, options: RuntimeOptions) {
    this.#settings = settings
    this.#options = options
    const { config, plugins, secrets } = settings
    this.#redactor = options.redactor ?? createSecretRedactor()
    for (const secret of secrets) this.#redactor.add(secret)
    const { logDestination: destination } = options
    this.logger = createLogger({
      ...config.log,
      redactor: this.#redactor,
      context: () => this.#database.logFields(),
      ...(destination && { destination }),
    })
    this.#reports = new ErrorReports(options.onError, this.logger)
    const botId = Number.parseInt(config.telegram.token, 10)
    this.#botId = botId
    const connecting = {
      botId,
      config,
      redactor: this.#redactor,
      logger: this.logger,
      teardown: this.#teardown,
    }
    this.telegram = createAppTelegram(connecting, {
      refusesSendsInTransaction: options.refusesSendsInTransaction,
      currentUnit: () => this.#database.currentUnit,
    })
    this.#database = createAppDatabase(connecting, {
      models: plugins.flatMap(({ definition }) => definition.contract.models),
      onStored: (stored) => this.#outbox.push(stored),
      onDeferredError: this.#reports.ofDeferred({ in: 'unit' }),
    })
    const query = this.#database.query.bind(this.#database)
    this.#inbox = new Inbox(query, botId, this.logger)
    this.updates = new UpdateAdmin(query, botId)
    this.#http = createHttpClient({ unitSignal: () => this.#database.currentUnit?.signal })
    this.#container = new ServiceContainer(
      {
        logger: this.logger,
        telegram: this.telegram,
        database: createUnitRunner(this.#database),
        commands: options.commands,
        http: this.#http.client,
        gauges: { read: () => this.gauges() },
      },
      (plugin) => (language) => options.texts.translator(plugin, language),
    )
    this.#outbox = createOutboxSender({
      ...connecting,
      telegram: this.telegram,
      database: this.#database,
      container: this.#container,
      inbox: this.#inbox,
      plugins,
      reports: this.#reports,
      deadlineMs: config.updates.updateDeadlineMs,
    })
    this.#followUp = this.#createFollowUp()
    this.#flow = new UpdateFlow({
      ...connecting,
      settings,
      options,
      telegram: this.telegram,
      database: this.#database,
      container: this.#container,
      inbox: this.#inbox,
      outbox: this.#outbox,
      followUp: this.#followUp,
      reports: this.#reports,
      jobs: () => this.#jobs,
      onFatal: (error) => this.#fail(error),
    })
    this.#health = new Health({
      oldestUnsettledAgeMs: () => this.#inbox.oldestUnsettledAgeMs(),
      polling: () => this.#flow.polling,
      longPollSeconds: config.telegram.longPollSeconds,
      unsettledMaxMs: config.health?.unsettledMaxMs ?? 0,
    })
  }

  /** See {@link startRuntime}. */
  async open(known: readonly KnownPlugin[]): Promise<void> {
    logFaults(this.#database, this.logger, this.#teardown)
    for (const warning of this.#settings.warnings) this.logger.warn(warning)
    await this.#step(() => this.#planJobs())
    const { onMeasured } = this.#options
    if (onMeasured === undefined) await this.#step(() => this.#openHealth())
    await this.#step(() => this.#database.connect())
    await this.#step(() =>
      bringSchemaUp(this.#settings, known, this.logger, this.#options.signal, this.#options),
    )
    this.#health.isMigrated = true
    await this.#step(async () => this.#buildServices())
    if (onMeasured !== undefined) return this.#measureStarts(onMeasured)
    const me = await introduce(this.telegram, this.logger, this.#options.signal)
    this.#teardown.add(() => this.#flow.giveLeadBack())
    for (const plugin of this.#settings.plugins) await this.#step(() => this.#startPlugin(plugin))
    await this.#step(() => this.#flow.open(me))
    this.#health.isStarted = true
    this.logger.info(
      { bot: me.username, plugins: this.#settings.plugins.map(({ name }) => name) },
      'The bot is running',
    )
  }

  get addresses(): AppAddresses {
    const { httpUrl } = this.#flow
    return {
      ...(httpUrl !== undefined && { http: httpUrl }),
      ...(this.#healthUrl !== undefined && { health: this.#healthUrl }),
    }
  }

  /** Runs `work` in a unit of work with all services. */
  unit<T>(work: (services: object) => Promise<T>): Promise<T> {
    return this.#database.unitOf((unit) =>
      work(unitServices(this.#container, this.#database, this.#botId, unit, this.logger)),
    )
  }

  /** The jobs of the plugins; `undefined` where none has one. */
  get jobs(): AppJobs | undefined {
    return this.#jobs
  }

  /** See {@link Gauges}. */
  gauges(): Promise<Gauges> {
    return readGauges({
      botId: this.#botId,
      telegram: this.telegram,
      engine: this.#flow.engine,
      polling: this.#flow.polling,
      pool: this.#database.poolUsage,
      query: (query) => this.#database.query(query),
    })
  }

  /** Resolves when every update taken in is handled and everything in the outbox is sent. */
  async idle(): Promise<void> {
    await this.#flow.engine?.idle()
    await this.#followUp.idle()
    await this.#outbox.idle()
    await this.#reports.idle()
  }

  /** Closes everything in reverse. */
  async stop(): Promise<void> {
    this.#health.isDraining = true
    await this.#teardown.run()
  }

  async #step(open: () => Promise<void>): Promise<void> {
    const { signal } = this.#options
    assertNotStopped(signal)
    try {
      await open()
    } catch (error) {
      // What fails when the app is stopped is no news; the stop is.
      assertNotStopped(signal, error)
      throw error
    }
    assertNotStopped(signal)
  }

  /** Loaded only where a plugin has a job. @throws PluginError JOB_INVALID: before anything is opened. */
  async #planJobs(): Promise<void> {
    const { plugins } = this.#settings
    if (plugins.every(({ behaviour }) => behaviour.jobs === undefined)) return
    const { Jobs } = await import('../jobs/jobs.js')
    this.#jobs = new Jobs({
      owners: plugins,
      botId: this.#botId,
      database: this.#database,
      logger: this.logger,
      servicesOf: ({ reach }, unit, logger) =>
        servicesOf(unitServices(this.#container, this.#database, this.#botId, unit, logger), reach),
      onStored: (stored) => this.#outbox.push(stored),
      redact: (text) => this.#redactor.redact(text),
      reports: this.#reports,
    })
  }

  /** Opened first and closed last: who asks hears of the start and of the stop. */
  async #openHealth(): Promise<void> {
    const { health } = this.#settings.config
    if (health === undefined) return
    const server = createHealthServer(this.#health, this.logger)
    await listen(server, health.port, health.host)
    this.#teardown.add(() => closeServer(server))
    this.#healthUrl = urlOf(server)
    this.logger.debug({ url: this.#healthUrl }, 'The health checks can be asked')
  }

  #buildServices(): void {
    // A plugin may still call others while it stops.
    this.#teardown.add(() => this.#http.close())
    this.#teardown.add(() => this.#container.dispose())
    for (const { name, reach, options, behaviour, definition } of this.#settings.plugins) {
      const { appServices, updateServices } = definition.contract
      const contributions = contributionsOf(name, behaviour)
      this.#container.add({ name, reach, options, appServices, updateServices, contributions })
    }
    this.#container.complete()
  }

  #createFollowUp(): FailureFollowUp {
    const { texts, apologises } = this.#options
    const plugins = new Map(this.#settings.plugins.map((plugin) => [plugin.name, plugin]))
    return new FailureFollowUp({
      telegram: this.telegram,
      logger: this.logger,
      texts,
      apologises,
      store: (call) => this.#database.unitOf(async (unit) => unit.send(call)),
      errorTextOf: (name) => {
        const { behaviour, options } = plugins.get(name) ?? {}
        return behaviour?.errorText && { text: (failure) => behaviour.errorText?.(failure), options }
      },
    })
  }

  async #measureStarts(onMeasured: (plugin: string, durationMs: number) => void): Promise<void> {
    for (const plugin of this.#settings.plugins) {
      const beganAtMs = performance.now()
      await this.#step(() => this.#startPlugin(plugin))
      onMeasured(plugin.name, performance.now() - beganAtMs)
    }
  }

  async #startPlugin(plugin: Settings['plugins'][number]): Promise<void> {
    const services = this.#container.appServicesOf(plugin.reach)
    await runPhase(plugin, 'start', services, this.#options, this.#options.signal)
    this.#teardown.add(() => runPhase(plugin, 'stop', services, this.#options))
  }

  #fail(error: Error): void {
    this.logger.fatal({ err: error }, error.message)
    this.#options.onFatal?.(error)
  }
}
