/** A running app: everything that was opened for it, in the order in which it was opened, and how it is closed again. */
import type pg from 'pg'
import type { UserFromGetMe } from 'telegraf/types'
import { ServiceContainer } from '../container/container.js'
import { connectClient } from '../database/client.js'
import type { Database } from '../database/database.js'
import { type ErrorReporter, ErrorReports } from '../error-reports.js'
import type { HelloError } from '../errors.js'
import type { Gauges } from '../gauges.js'
import { createHealthServer } from '../http/health-server.js'
import type { HttpOptions } from '../http/http-options.js'
import { closeServer, listen, urlOf } from '../http/listen.js'
import { createHttpClient, type OwnedHttpClient } from '../http-client.js'
import type { Jobs } from '../jobs/jobs.js'
import { createLogger, type LogDestination, type Logger } from '../logger.js'
import type { KnownPlugin } from '../migrations/order.js'
import type { AppJobs } from '../plugin/app-jobs.js'
import type { CommandEntry } from '../plugin/services.js'
import { createSecretRedactor, type SecretRedactor } from '../secrets.js'
import { pruneExpiredState } from '../state/state-table.js'
import { servicesOf } from '../telegram/plugin-services.js'
import { createUnitRunner } from '../telegram/session.js'
import type { BotTelegram } from '../telegram/transport.js'
import type { AppTexts } from '../texts/app-texts.js'
import { FailureFollowUp } from '../updates/failure-follow-up.js'
import { GroupCommit } from '../updates/group-commit.js'
import { Inbox } from '../updates/inbox.js'
import { pruneSettled } from '../updates/inbox-table.js'
import type { OutboxSender } from '../updates/outbox-sender.js'
import { pruneClosed } from '../updates/outbox-table.js'
import { Pruner } from '../updates/pruner.js'
import { UpdateAdmin, type UpdateAdministration } from '../updates/update-admin.js'
import { UpdateEngine } from '../updates/update-engine.js'
import { UpdateHandler } from '../updates/update-handler.js'
import type { AppAddresses } from './app.js'
import { planCommandMenus } from './command-menus.js'
import { createAppDatabase, createAppTelegram } from './connections.js'
import { contributionsOf } from './contributed.js'
import { createDispatcher } from './dispatcher.js'
import { addDrain, DrainClock } from './drain.js'
import { logFaults } from './fault-log.js'
import { Health } from './health.js'
import { createHelpPlugin } from './help.js'
import { type Duty, type Intake, openIntake } from './intake.js'
import { assertNotStopped, introduce } from './introduce.js'
import { MenuKeeper } from './menu-keeper.js'
import { openHttp } from './open-http.js'
import { createOutboxSender } from './open-outbox.js'
import { type PhaseTimeouts, runPhase } from './plugin-life.js'
import { readGauges } from './read-gauges.js'
import { bringSchemaUp } from './schema.js'
import type { Settings } from './settings.js'
import { Teardown } from './teardown.js'
import { unitServices } from './unit-services.js'

/** What the author of an app has chosen in `createApp`. */
export interface AppChoices extends PhaseTimeouts {
  readonly texts: AppTexts
  readonly commands: readonly CommandEntry[]
  /** Whether the menus of commands are kept. */
  readonly hasMenus: boolean
  readonly http: HttpOptions
  readonly apologises: boolean
  readonly refusesSendsInTransaction: boolean
  readonly onError?: ErrorReporter
}

/** What a start is given besides its settings. */
export interface RuntimeOptions extends AppChoices {
  readonly logDestination?: LogDestination
  readonly redactor?: SecretRedactor
  readonly allowAhead?: boolean
  readonly onFatal?: (error: Error) => void
  /** Aborted when the app is stopped while it starts. */
  readonly signal: AbortSignal
  /** With it the start goes no further than the plugins, asks nothing of Telegram and opens no port. Told how long each start hook took. */
  readonly onMeasured?: (plugin: string, durationMs: number) => void
}

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
  #engine: UpdateEngine | undefined
  #intake: Intake | undefined
  #leaderConnection: pg.Client | undefined
  readonly #health: Health
  #httpUrl: string | undefined
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
    this.#health = new Health({
      oldestUnsettledAgeMs: () => this.#inbox.oldestUnsettledAgeMs(),
      polling: () => this.#intake?.polling,
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
    // Given back after everything else has stopped: whoever leads next must find nothing of ours under way.
    this.#teardown.add(() => this.#giveLeadBack())
    for (const plugin of this.#settings.plugins) await this.#step(() => this.#startPlugin(plugin))
    await this.#step(() => this.#takeUpdates(me))
    this.#health.isStarted = true
    this.logger.info(
      { bot: me.username, plugins: this.#settings.plugins.map(({ name }) => name) },
      'The bot is running',
    )
  }

  get addresses(): AppAddresses {
    return {
      ...(this.#httpUrl !== undefined && { http: this.#httpUrl }),
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
      engine: this.#engine,
      polling: this.#intake?.polling,
      pool: this.#database.poolUsage,
      query: (query) => this.#database.query(query),
    })
  }

  /** Resolves when every update taken in is handled and everything in the outbox is sent. */
  async idle(): Promise<void> {
    await this.#engine?.idle()
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

  async #takeUpdates(me: UserFromGetMe): Promise<void> {
    const { config, plugins } = this.#settings
    const answering = [...plugins, ...createHelpPlugin(this.#options.commands, plugins)]
    const handler = new UpdateHandler({
      database: this.#database,
      inbox: this.#inbox,
      groupCommit: new GroupCommit(this.#database, this.#inbox),
      outbox: this.#outbox,
      followUp: this.#followUp,
      reports: this.#reports,
      container: this.#container,
      texts: this.#options.texts,
      telegram: this.telegram,
      me,
      dispatch: createDispatcher(answering, me.username),
      logger: this.logger,
      deadlineMs: config.updates.updateDeadlineMs,
      redact: (text) => this.#redactor.redact(text),
    })
    const engine = new UpdateEngine({
      inbox: this.#inbox,
      handler,
      botId: me.id,
      updatesInFlight: config.updates.updatesInFlight,
      logger: this.logger,
    })
    this.#engine = engine
    const clock = new DrainClock(config.shutdownDeadlineMs)
    addDrain(this.#teardown, {
      engine,
      jobs: this.#jobs,
      followUp: this.#followUp,
      reports: this.#reports,
      outbox: this.#outbox,
      logger: this.logger,
      clock,
      drains: plugins.map(
        (plugin) => () =>
          runPhase(plugin, 'drain', this.#container.appServicesOf(plugin.reach), this.#options),
      ),
    })
    // A long recovery ends with the start that it belongs to.
    this.#options.signal.addEventListener('abort', () => engine.follow(), { once: true })
    this.#intake = await openIntake({
      config,
      behaviours: answering.map(({ behaviour }) => behaviour),
      engine,
      jobs: this.#jobs,
      outbox: this.#outbox,
      duties: this.#createDuties(me.id),
      telegram: this.telegram,
      botId: me.id,
      logger: this.logger,
      teardown: this.#teardown,
      query: (query) => this.#database.query(query),
      openServer: async () => {
        this.#httpUrl = await openHttp({
          config,
          http: this.#options.http,
          routes: this.#settings.routes,
          engine,
          database: this.#database,
          container: this.#container,
          reports: this.#reports,
          botId: me.id,
          logger: this.logger,
          teardown: this.#teardown,
          clock,
        })
      },
      connect: async () => {
        const applicationName = `hello ${me.id} leader`
        this.#leaderConnection = await connectClient(config.database.url, { applicationName })
        return this.#leaderConnection
      },
      onFatal: (error) => this.#fail(error),
    })
  }

  /** What the leader does beside handling updates. */
  #createDuties(botId: number): Duty[] {
    const { logger, telegram } = this
    const query = this.#database.query.bind(this.#database)
    const { commands, hasMenus } = this.#options
    const { updates } = this.#settings.config
    const pruner = new Pruner({
      statements: [pruneSettled(botId, updates), pruneClosed(botId, updates), pruneExpiredState],
      query,
      logger,
    })
    if (!hasMenus) return [pruner]
    const menus = planCommandMenus(commands)
    return [pruner, new MenuKeeper({ menus, telegram, botId, logger, query })]
  }

  async #giveLeadBack(): Promise<void> {
    await this.#intake?.leader.stop()
    // Of an intake that did not open there is no leader to stop; it has retired, and ends with its connection.
    await this.#leaderConnection?.end().catch(() => undefined)
  }

  #fail(error: HelloError): void {
    this.logger.fatal({ err: error }, error.message)
    this.#options.onFatal?.(error)
  }
}
