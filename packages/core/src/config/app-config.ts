/** What an app is configured with, checked and with its defaults: the units are in the names. */

import type { LogLevel } from '../logger.js'

/** Where an app runs. `production` is the strict one. */
export type RunEnvironment = 'development' | 'production' | 'test'

/** The config of one app, made by `parseConfig`. Plain data; it holds secrets, so it is never logged as a whole. */
export interface AppConfig {
  /** ENVIRONMENT. @default 'development' */
  readonly environment: RunEnvironment
  /** DEBUG: more is logged. @default false */
  readonly debug: boolean
  readonly telegram: TelegramConfig
  /** Present where WEBHOOK_URL is set; the bot polls where it is not. */
  readonly webhook?: WebhookConfig
  readonly http: HttpConfig
  /** Absent where there are no health checks. */
  readonly health?: HealthConfig
  readonly log: LogConfig
  readonly database: DatabaseConfig
  readonly updates: UpdatesConfig
  /** SHUTDOWN_DEADLINE: how long a stop waits for running updates. 0 to 599 000. @default 25_000 */
  readonly shutdownDeadlineMs: number
  /** Every secret of this config, for the redactor. */
  readonly secrets: readonly string[]
  /** What the operator should hear once at start; nothing in them is secret. */
  readonly warnings: readonly string[]
}

/** How Telegram is reached. */
export interface TelegramConfig {
  /** BOT_TOKEN. Secret. */
  readonly token: string
  /** TELEGRAM_API_ROOT: a URL without a slash at its end. @default 'https://api.telegram.org' */
  readonly apiRoot: string
  /** LONG_POLL: how long Telegram holds `getUpdates` open. 1 to 50. @default 50 */
  readonly longPollSeconds: number
  /** CONFLICT_DEADLINE: how long a second poller is borne. 1 000 to 86 400 000. @default 300_000 */
  readonly conflictDeadlineMs: number
}

/** Where Telegram delivers updates. */
export interface WebhookConfig {
  /** WEBHOOK_URL with its path: what `setWebhook` is given. */
  readonly url: string
  /** The exact path that is answered. @default '/webhook' */
  readonly path: string
  /** WEBHOOK_SECRET: 16 to 256 of A-Z a-z 0-9 _ -. Secret. */
  readonly secret: string
  /** WEBHOOK_MAX_CONNECTIONS: how many updates Telegram may deliver at once. 1 to 100. @default 40 */
  readonly maxConnections: number
}

/** The HTTP server of the webhook and of the routes of plugins. */
export interface HttpConfig {
  /** PORT. 0, a free one, in tests alone. @default 8080 */
  readonly port: number
  /** HOST: the address it is opened on. @default all, of IPv4 and IPv6 */
  readonly host?: string
  /** Largest body that is taken; a route may say otherwise. @default 1_048_576 */
  readonly bodyLimitBytes: number
  /** REQUEST_DEADLINE: a request to a route is cancelled. 100 to 600 000. @default 20_000 */
  readonly requestDeadlineMs: number
}

/** The HTTP server of the health checks. */
export interface HealthConfig {
  /** HEALTH_PORT, never that of `http`. 0, a free one, in tests alone. @default 8081 in production; elsewhere there is no such server */
  readonly port: number
  /** HEALTH_HOST: the address it is opened on. @default '127.0.0.1' */
  readonly host: string
  /** HEALTH_UNSETTLED_MAX: how long the oldest update may wait. 1 000 to 86 400 000. @default 120_000 */
  readonly unsettledMaxMs: number
}

/** How much is logged, and in which form. */
export interface LogConfig {
  /** LOG_LEVEL. @default 'info', or 'debug' where DEBUG is on */
  readonly level: LogLevel
  /** Readable lines in place of JSON: true in development. */
  readonly pretty: boolean
}

/** How the database is reached and how long it is waited for. */
export interface DatabaseConfig {
  /** DATABASE_URL. Holds a secret. */
  readonly url: string
  /** MIGRATE: `auto` applies pending migrations at start, `check` refuses to start with any. @default 'check' in production, else 'auto' */
  readonly migrate: 'auto' | 'check'
  /** DATABASE_POOL_SIZE: connections of the pool; one more stands beside it. 3 to 100. @default 5 */
  readonly poolSize: number
  /** Units of work with an open transaction at once: one less than the pool, so that what runs beside them never waits. @default 4 */
  readonly unitsMax: number
  /** DATABASE_STATEMENT_TIMEOUT: PostgreSQL cancels a statement. 100 to 600 000. @default 15_000 */
  readonly statementTimeoutMs: number
  /** DATABASE_QUERY_TIMEOUT: the bot gives a query up. More than `statementTimeoutMs`, to 600 000. @default 18_000 */
  readonly queryTimeoutMs: number
  /** DATABASE_LOCK_TIMEOUT: PostgreSQL stops waiting for a lock. 10 to 600 000. @default 5_000 */
  readonly lockTimeoutMs: number
  /** DATABASE_IDLE_IN_TRANSACTION_TIMEOUT: PostgreSQL ends an idle transaction. 1 000 to 600 000. @default 30_000 */
  readonly idleInTransactionTimeoutMs: number
}

/** How updates are handled. */
export interface UpdatesConfig {
  /** UPDATE_DEADLINE: handling is cancelled and recorded as failed. 100 to 600 000. @default 20_000 */
  readonly updateDeadlineMs: number
  /** UPDATES_IN_FLIGHT: updates handled at once, over all chats. 1 to 10 000. @default 100 */
  readonly updatesInFlight: number
  /** SETTLED_KEPT: how long handled updates are kept to recognise doubles. 24 to 8 760. @default 48 */
  readonly settledKeptHours: number
  /** FAILED_KEPT: how long failed updates are kept. From `settledKeptHours` to 87 600. @default 720, or `settledKeptHours` where that is more */
  readonly failedKeptHours: number
}
