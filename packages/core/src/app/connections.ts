/** The two that an app talks to: Telegram and the database. Making them does no I/O; the teardown closes them. */
import type { AppConfig } from '../config/app-config.js'
import { Database, type DatabaseOptions } from '../database/database.js'
import type { Unit } from '../database/unit.js'
import { PluginError, UnitError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { SecretRedactor } from '../secrets.js'
import { type BotTelegram, createTelegram } from '../telegram/transport.js'
import { traceChannels } from '../trace.js'
import { storeOutgoing } from '../updates/outbox-table.js'
import { beforeDeadline } from './deadline.js'
import type { Teardown } from './teardown.js'

/** What both are made of. */
export interface ConnectionOptions {
  readonly botId: number
  readonly config: AppConfig
  readonly redactor: SecretRedactor
  readonly logger: Logger
  readonly teardown: Teardown
}

/** Longest wait for connections to be given back; only a handler that hangs keeps one. */
const closeTimeoutMs = 5_000

/** The Bot API of one app, whose calls are traced. */
export function createAppTelegram(
  { botId, config, redactor, logger, teardown }: ConnectionOptions,
  place: SendPlace,
): BotTelegram {
  const { token, apiRoot } = config.telegram
  const telegram = createTelegram({
    token,
    apiRoot,
    redactor,
    beforeCall: (method) => watchSend(method, place, logger),
    isObserved: () => traceChannels.apiCall.hasSubscribers,
    onCall: (call) =>
      traceChannels.apiCall.publish({ botId, updateId: place.currentUnit()?.traced?.updateId, ...call }),
  })
  teardown.add(() => telegram.disconnect())
  return telegram
}

/** Where a call is made, and what is thought of one that is made while a transaction is open. */
export interface SendPlace {
  readonly refusesSendsInTransaction: boolean
  /** The unit of work that the running code is in. */
  currentUnit(): Unit | undefined
}

/** What is sent now can not be undone with the transaction. @throws UnitError UNIT_SEND_IN_TX: nothing was sent. */
function watchSend(
  method: string,
  { refusesSendsInTransaction, currentUnit }: SendPlace,
  logger: Logger,
): void {
  const unit = currentUnit()
  if (unit === undefined || /^get[A-Z]/.test(method)) return
  if (!unit.isOpen || !refusesSendsInTransaction) unit.hasSent = true
  if (!unit.isOpen) return
  if (!refusesSendsInTransaction) {
    logger.debug({ method }, 'A call was made while a transaction was open; it is not undone with it')
    return
  }
  throw new UnitError(
    'UNIT_SEND_IN_TX',
    `${method} was called while the transaction of the unit of work was open, so that it could not be undone with it. Use ctx.outbox, or ctx.afterCommit(() => …); or leave refusesSendsInTransaction out of createApp().`,
  )
}

/** The database of one app, with the models of its plugins. */
export function createAppDatabase(
  { botId, config, logger, teardown }: ConnectionOptions,
  options: Pick<DatabaseOptions, 'models' | 'onStored' | 'onDeferredError'>,
): Database {
  const database = new Database({
    ...config.database,
    ...options,
    applicationName: `hello ${botId}`,
    logger,
    keepsPlaces: config.environment !== 'production',
    storeOutgoing: (connection, outgoing) => storeOutgoing(connection, botId, outgoing),
  })
  const late = () =>
    new PluginError(
      'APP_STOP_DEADLINE',
      `A handler still had a connection to the database after ${closeTimeoutMs} ms; it ends with the handler, or with the process.`,
    )
  teardown.add(() => beforeDeadline(database.close(), closeTimeoutMs, late))
  return database
}
