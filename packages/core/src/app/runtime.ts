/** A running app: everything that was opened for it, in the order in which it was opened, and how it is closed again. */
import type pg from 'pg'
import type { UserFromGetMe } from 'telegraf/types'
import { ServiceContainer } from '../container/container.js'
import { connectClient } from '../database/client.js'
import { Database } from '../database/database.js'
import { createSession } from '../database/session.js'
import { type HelloError, PluginError } from '../errors.js'
import { createLogger, type LogDestination, type Logger } from '../logger.js'
import type { KnownPlugin } from '../migrations/order.js'
import { createSecretRedactor, type SecretRedactor } from '../secrets.js'
import { createOutbox } from '../telegram/outbox.js'
import { type BotTelegram, createTelegram } from '../telegram/transport.js'
import { traceChannels } from '../trace.js'
import { Inbox } from '../updates/inbox.js'
import type { Leader } from '../updates/leader.js'
import { OutboxSender } from '../updates/outbox-sender.js'
import { storeOutgoing } from '../updates/outbox-table.js'
import { UpdateEngine } from '../updates/update-engine.js'
import { UpdateHandler } from '../updates/update-handler.js'
import { beforeDeadline } from './deadline.js'
import { commandEntriesOf, createDispatcher } from './dispatcher.js'
import { openIntake } from './intake.js'
import { assertNotStopped, introduce } from './introduce.js'
import { type PhaseTimeouts, runPhase } from './plugin-life.js'
import { bringSchemaUp } from './schema.js'
import type { Settings } from './settings.js'
import { Teardown } from './teardown.js'

/** What a start is given besides its settings. */
export interface RuntimeOptions extends PhaseTimeouts {
  readonly logDestination?: LogDestination
  readonly redactor?: SecretRedactor
  readonly onFatal?: (error: Error) => void
  /** Aborted when the app is stopped while it starts. */
  readonly signal: AbortSignal
}

/** Longest wait for connections to be given back; only a handler that hangs keeps one. */
const closeTimeoutMs = 5_000

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
  readonly #settings: Settings
  readonly #options: RuntimeOptions
  readonly #teardown = new Teardown()
  readonly #redactor: SecretRedactor
  readonly #database: Database
  readonly #container: ServiceContainer
  readonly #inbox: Inbox
  readonly #outbox: OutboxSender
  #engine: UpdateEngine | undefined
  #leader: Leader | undefined
  #leaderConnection: pg.Client | undefined

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
      ...(destination && { destination }),
    })
    const botId = Number.parseInt(config.telegram.token, 10)
    this.telegram = this.#createTelegram(botId)
    this.#database = this.#createDatabase(botId)
    const query = this.#database.query.bind(this.#database)
    this.#inbox = new Inbox(query, botId, this.logger)
    this.#outbox = new OutboxSender({ telegram: this.telegram, botId, logger: this.logger, query })
    this.#container = new ServiceContainer({
      logger: this.logger,
      telegram: this.telegram,
      database: this.#database,
      commands: commandEntriesOf(plugins),
    })
  }

  /** See {@link startRuntime}. */
  async open(known: readonly KnownPlugin[]): Promise<void> {
    for (const warning of this.#settings.warnings) this.logger.warn(warning)
    await this.#step(() => this.#database.connect())
    await this.#step(() => bringSchemaUp(this.#settings, known, this.logger, this.#options.signal))
    await this.#step(async () => this.#buildServices())
    const me = await introduce(this.telegram, this.logger, this.#options.signal)
    // Given back after everything else has stopped: whoever leads next must find nothing of ours under way.
    this.#teardown.add(() => this.#giveLeadBack())
    for (const plugin of this.#settings.plugins) await this.#step(() => this.#startPlugin(plugin))
    await this.#step(() => this.#takeUpdates(me))
    this.logger.info(
      { bot: me.username, plugins: this.#settings.plugins.map(({ name }) => name) },
      'The bot is running',
    )
  }

  /** Runs `work` in a unit of work with all services. */
  unit<T>(work: (services: object) => Promise<T>): Promise<T> {
    return this.#database.unitOf((unit) =>
      work(
        this.#container.createScope({
          session: createSession(unit, this.#database.sequelize),
          outbox: createOutbox(unit.outgoing, () => undefined),
          logger: () => this.logger,
        }),
      ),
    )
  }

  /** Resolves when every update taken in is handled and everything in the outbox is sent. */
  async idle(): Promise<void> {
    await this.#engine?.idle()
    await this.#outbox.idle()
  }

  /** Closes everything in reverse. */
  async stop(): Promise<void> {
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

  #createTelegram(botId: number): BotTelegram {
    const { token, apiRoot } = this.#settings.config.telegram
    const telegram = createTelegram({
      token,
      apiRoot,
      redactor: this.#redactor,
      onCall: (call) => {
        if (traceChannels.apiCall.hasSubscribers) traceChannels.apiCall.publish({ botId, ...call })
      },
    })
    this.#teardown.add(() => telegram.disconnect())
    return telegram
  }

  #createDatabase(botId: number): Database {
    const { config, plugins } = this.#settings
    const database = new Database({
      ...config.database,
      applicationName: `hello ${botId}`,
      models: plugins.flatMap(({ definition }) => definition.contract.models),
      logger: this.logger,
      storeOutgoing: (connection, outgoing) => storeOutgoing(connection, botId, outgoing),
      onStored: (stored) => this.#outbox.push(stored),
    })
    this.#teardown.add(() =>
      beforeDeadline(
        database.close(),
        closeTimeoutMs,
        () =>
          new PluginError(
            'APP_STOP_DEADLINE',
            `A handler still had a connection to the database after ${closeTimeoutMs} ms; it ends with the handler, or with the process.`,
          ),
      ),
    )
    return database
  }

  #buildServices(): void {
    this.#teardown.add(() => this.#container.dispose())
    for (const { name, options, definition } of this.#settings.plugins) {
      const { appServices, updateServices } = definition.contract
      this.#container.add({ name, options, appServices, updateServices })
    }
  }

  async #startPlugin(plugin: Settings['plugins'][number]): Promise<void> {
    const services = this.#container.appServicesOf(plugin.name)
    await runPhase(plugin, 'start', services, this.#options, this.#options.signal)
    this.#teardown.add(() => runPhase(plugin, 'stop', services, this.#options))
  }

  async #takeUpdates(me: UserFromGetMe): Promise<void> {
    const { config, plugins } = this.#settings
    const handler = new UpdateHandler({
      database: this.#database,
      inbox: this.#inbox,
      outbox: this.#outbox,
      container: this.#container,
      telegram: this.telegram,
      me,
      dispatch: createDispatcher(plugins, me.username),
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
    this.#addDrain(engine)
    // A long recovery ends with the start that it belongs to.
    this.#options.signal.addEventListener('abort', () => engine.follow(), { once: true })
    this.#leader = await openIntake({
      config,
      behaviours: plugins.map(({ behaviour }) => behaviour),
      engine,
      outbox: this.#outbox,
      telegram: this.telegram,
      botId: me.id,
      logger: this.logger,
      teardown: this.#teardown,
      connect: async () => {
        const applicationName = `hello ${me.id} leader`
        this.#leaderConnection = await connectClient(config.database.url, { applicationName })
        return this.#leaderConnection
      },
      onFatal: (error) => this.#fail(error),
    })
  }

  async #giveLeadBack(): Promise<void> {
    await this.#leader?.stop()
    // Of an intake that did not open there is no leader to stop; it has retired, and ends with its connection.
    await this.#leaderConnection?.end().catch(() => undefined)
  }

  /** When the intake is closed: updates under way are finished, plugins drain in reverse, and what all of them sent leaves. */
  #addDrain(engine: UpdateEngine): void {
    const { shutdownDeadlineMs } = this.#settings.config
    let drainUntilMs = 0
    this.#teardown.add(() => this.#outbox.stop())
    this.#teardown.add(() => this.#flushOutbox(drainUntilMs - performance.now()))
    for (const plugin of this.#settings.plugins) {
      const services = this.#container.appServicesOf(plugin.name)
      this.#teardown.add(() => runPhase(plugin, 'drain', services, this.#options))
    }
    this.#teardown.add(() => {
      drainUntilMs = performance.now() + shutdownDeadlineMs
      return beforeDeadline(
        engine.stop(),
        shutdownDeadlineMs,
        () =>
          new PluginError(
            'APP_STOP_DEADLINE',
            `Updates were still being handled after ${shutdownDeadlineMs} ms; the next start handles them again.`,
          ),
      )
    })
  }

  /** What does not leave in time stays in the outbox, and the next start sends it: no error. */
  async #flushOutbox(withinMs: number): Promise<void> {
    const late = new PluginError('APP_STOP_DEADLINE', 'Messages are left in the outbox.')
    await beforeDeadline(this.#outbox.idle(), Math.max(0, withinMs), () => late).catch((error: unknown) => {
      if (error !== late) throw error
      this.logger.warn('Not every message has left in time; the next start sends the rest')
    })
  }

  #fail(error: HelloError): void {
    this.logger.fatal({ err: error }, error.message)
    this.#options.onFatal?.(error)
  }
}
