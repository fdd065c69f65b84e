/** The two that an app talks to: Telegram and the database. Making them does no I/O; the teardown closes them. */
import type { AppConfig } from '../config/app-config.js'
import { Database, type DatabaseOptions } from '../database/database.js'
import { PluginError } from '../errors.js'
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
export function createAppTelegram({ botId, config, redactor, teardown }: ConnectionOptions): BotTelegram {
  const { token, apiRoot } = config.telegram
  const telegram = createTelegram({
    token,
    apiRoot,
    redactor,
    onCall: (call) => {
      if (traceChannels.apiCall.hasSubscribers) traceChannels.apiCall.publish({ botId, ...call })
    },
  })
  teardown.add(() => telegram.disconnect())
  return telegram
}

/** The database of one app, with the models of its plugins. */
export function createAppDatabase(
  { botId, config, logger, teardown }: ConnectionOptions,
  { models, onStored }: Pick<DatabaseOptions, 'models' | 'onStored'>,
): Database {
  const database = new Database({
    ...config.database,
    applicationName: `hello ${botId}`,
    models,
    logger,
    keepsPlaces: config.environment !== 'production',
    storeOutgoing: (connection, outgoing) => storeOutgoing(connection, botId, outgoing),
    onStored,
  })
  const late = () =>
    new PluginError(
      'APP_STOP_DEADLINE',
      `A handler still had a connection to the database after ${closeTimeoutMs} ms; it ends with the handler, or with the process.`,
    )
  teardown.add(() => beforeDeadline(database.close(), closeTimeoutMs, late))
  return database
}
