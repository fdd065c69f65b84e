/** The way of an update through one app: the intake, the engine with its lanes, the handler, and the lead that one instance has. */
import type pg from 'pg'
import type { UserFromGetMe } from 'telegraf/types'
import type { ServiceContainer } from '../container/container.js'
import { connectClient } from '../database/client.js'
import type { Database } from '../database/database.js'
import type { ErrorReports } from '../error-reports.js'
import type { Jobs } from '../jobs/jobs.js'
import type { Logger } from '../logger.js'
import type { SecretRedactor } from '../secrets.js'
import { pruneExpiredState } from '../state/state-table.js'
import type { BotTelegram } from '../telegram/transport.js'
import type { FailureFollowUp } from '../updates/failure-follow-up.js'
import { GroupCommit } from '../updates/group-commit.js'
import type { Inbox } from '../updates/inbox.js'
import { pruneSettled } from '../updates/inbox-table.js'
import type { OutboxSender } from '../updates/outbox-sender.js'
import { pruneClosed } from '../updates/outbox-table.js'
import type { PollingState } from '../updates/polling.js'
import { Pruner } from '../updates/pruner.js'
import { UpdateEngine } from '../updates/update-engine.js'
import { UpdateHandler } from '../updates/update-handler.js'
import { planCommandMenus } from './command-menus.js'
import { createDispatcher, type DispatchedPlugin } from './dispatcher.js'
import { addDrain, DrainClock } from './drain.js'
import { createHelpPlugin } from './help.js'
import { type Duty, type Intake, openIntake } from './intake.js'
import { MenuKeeper } from './menu-keeper.js'
import { openHttp } from './open-http.js'
import { runPhase } from './plugin-life.js'
import type { RuntimeOptions } from './runtime-options.js'
import type { Settings } from './settings.js'
import type { Teardown } from './teardown.js'

/** What an update meets on its way. */
export interface UpdateFlowParts {
  readonly settings: Settings
  readonly options: RuntimeOptions
  readonly botId: number
  readonly telegram: BotTelegram
  readonly database: Database
  readonly container: ServiceContainer
  readonly inbox: Inbox
  readonly outbox: OutboxSender
  readonly followUp: FailureFollowUp
  readonly reports: ErrorReports
  readonly redactor: SecretRedactor
  readonly logger: Logger
  /** Gets what closes each part. */
  readonly teardown: Teardown
  /** Those of the plugins, once they are planned; `undefined` where no plugin has one. */
  jobs(): Jobs<Settings['plugins'][number]> | undefined
  onFatal(error: Error): void
}

/** See the file's purpose. */
export class UpdateFlow {
  readonly #parts: UpdateFlowParts
  #engine: UpdateEngine | undefined
  #intake: Intake | undefined
  #leaderConnection: pg.Client | undefined
  #httpUrl: string | undefined

  /** No I/O. */
  constructor(parts: UpdateFlowParts) {
    this.#parts = parts
  }

  /** `undefined` until it is opened. */
  get engine(): UpdateEngine | undefined {
    return this.#engine
  }

  /** How the polling goes; `undefined` where this instance does not poll. */
  get polling(): PollingState | undefined {
    return this.#intake?.polling
  }

  /** Where the webhook and the routes of plugins answer; `undefined` where there are none. */
  get httpUrl(): string | undefined {
    return this.#httpUrl
  }

  /** Resolves when updates are taken in, or when this instance stands by. @throws as `openIntake` does */
  async open(me: UserFromGetMe): Promise<void> {
    const { settings, options, botId, database, outbox, logger, teardown, onFatal } = this.#parts
    const { config, plugins } = settings
    const answering = [...plugins, ...createHelpPlugin(options.commands, plugins)]
    const engine = this.#createEngine(me, answering)
    this.#engine = engine
    const clock = new DrainClock(config.shutdownDeadlineMs)
    this.#addDrain(engine, clock)
    // A long recovery ends with the start that it belongs to.
    options.signal.addEventListener('abort', () => engine.follow(), { once: true })
    this.#intake = await openIntake({
      config,
      behaviours: answering.map(({ behaviour }) => behaviour),
      engine,
      jobs: this.#parts.jobs(),
      outbox,
      duties: this.#createDuties(),
      telegram: this.#parts.telegram,
      botId,
      logger,
      teardown,
      query: (query) => database.query(query),
      openServer: () => this.#openServer(engine, clock),
      connect: () => this.#connectLeader(),
      onFatal,
    })
  }

  /** To be done after everything else has stopped: whoever leads next must find nothing of ours under way. */
  async giveLeadBack(): Promise<void> {
    await this.#intake?.leader.stop()
    // Of an intake that did not open there is no leader to stop; it has retired, and ends with its connection.
    await this.#leaderConnection?.end().catch(() => undefined)
  }

  #createEngine(me: UserFromGetMe, answering: readonly DispatchedPlugin[]): UpdateEngine {
    const { settings, options, botId, database, inbox, logger, redactor } = this.#parts
    const { updateDeadlineMs, updatesInFlight } = settings.config.updates
    const handler = new UpdateHandler({
      database,
      inbox,
      groupCommit: new GroupCommit(database, inbox),
      outbox: this.#parts.outbox,
      followUp: this.#parts.followUp,
      reports: this.#parts.reports,
      container: this.#parts.container,
      texts: options.texts,
      telegram: this.#parts.telegram,
      me,
      dispatch: createDispatcher(answering, me.username),
      logger,
      deadlineMs: updateDeadlineMs,
      redact: (text) => redactor.redact(text),
    })
    return new UpdateEngine({ inbox, handler, botId, updatesInFlight, logger })
  }

  #addDrain(engine: UpdateEngine, clock: DrainClock): void {
    const { settings, options, container, followUp, reports, outbox, logger, teardown } = this.#parts
    addDrain(teardown, {
      engine,
      jobs: this.#parts.jobs(),
      followUp,
      reports,
      outbox,
      logger,
      clock,
      drains: settings.plugins.map(
        (plugin) => () => runPhase(plugin, 'drain', container.appServicesOf(plugin.reach), options),
      ),
    })
  }

  async #openServer(engine: UpdateEngine, clock: DrainClock): Promise<void> {
    const { settings, options, botId, database, container, reports, logger, teardown } = this.#parts
    this.#httpUrl = await openHttp({
      config: settings.config,
      http: options.http,
      routes: settings.routes,
      engine,
      database,
      container,
      reports,
      botId,
      logger,
      teardown,
      clock,
    })
  }

  async #connectLeader(): Promise<pg.Client> {
    const { settings, botId } = this.#parts
    const applicationName = `hello ${botId} leader`
    this.#leaderConnection = await connectClient(settings.config.database.url, { applicationName })
    return this.#leaderConnection
  }

  /** What the leader does beside handling updates. */
  #createDuties(): Duty[] {
    const { settings, options, botId, database, telegram, logger } = this.#parts
    const { updates } = settings.config
    const query = database.query.bind(database)
    const pruner = new Pruner({
      statements: [pruneSettled(botId, updates), pruneClosed(botId, updates), pruneExpiredState],
      query,
      logger,
    })
    if (!options.hasMenus) return [pruner]
    const menus = planCommandMenus(options.commands)
    return [pruner, new MenuKeeper({ menus, telegram, botId, logger, query })]
  }
}
