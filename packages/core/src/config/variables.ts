/** Every variable that core reads: the one list that parsing, `.env.example` and the reference page are made from. */

import type { z } from 'zod'
import { logLevels } from '../logger.js'
import { apiRoot } from './api-root.js'
import { botToken } from './bot-token.js'
import { databaseUrl } from './database-url.js'
import { duration } from './duration.js'
import { flag, host, oneOf, port, portOrOff, wholeNumber } from './plain-values.js'
import { webhookSecret, webhookUrl } from './webhook.js'

/** One variable, as it is documented. */
export interface EnvironmentVariable {
  /** Its name. `<name>_FILE` names a file to read it from. */
  name: string
  /** What it is for, in a sentence. */
  description: string
  /** What it is when it is not set, as it would be written; undefined where there is none. */
  default?: string
  /** Whether it must not be shown. */
  secret: boolean
  /** Whether the bot does not start without it. @default false */
  needed?: boolean
}

/** How core reads each variable, in the order in which they are documented. */
export const variables = {
  BOT_TOKEN: {
    description: 'The token that @BotFather gave for the bot. Needed.',
    secret: true,
    needed: true,
    schema: botToken,
  },
  DATABASE_URL: {
    description: 'The PostgreSQL database of the bot: postgres://user:password@host:5432/database. Needed.',
    secret: true,
    needed: true,
    schema: databaseUrl,
  },
  ENVIRONMENT: {
    description:
      'Where the bot runs: development, production or test. hello start, config check and doctor take it for production where it is not set.',
    default: 'development',
    schema: oneOf(['development', 'production', 'test']),
  },
  DEBUG: {
    description: 'Whether more is logged: LOG_LEVEL is then debug where it is not set.',
    default: 'false',
    schema: flag,
  },
  WEBHOOK_URL: {
    description:
      'Where Telegram delivers updates: https, a host name, port 443, 80, 88 or 8443; its path is the exact path (/webhook where it has none). Not set: the bot polls.',
    schema: webhookUrl,
  },
  WEBHOOK_SECRET: {
    description:
      'What Telegram proves itself with: 16 to 256 of A-Z a-z 0-9 _ -. Needed where WEBHOOK_URL is set.',
    secret: true,
    schema: webhookSecret,
  },
  WEBHOOK_MAX_CONNECTIONS: {
    description: 'How many updates Telegram may deliver at once, 1 to 100.',
    default: '40',
    schema: wholeNumber({ code: 'CONFIG_VALUE', least: 1, most: 100, fix: 'Leave it out for 40.' }),
  },
  PORT: {
    description: 'The port of the webhook and of the routes of plugins; not opened where there is neither.',
    default: '8080',
    schema: port,
  },
  HOST: {
    description: 'The address that PORT is opened on. Not set: all addresses, of IPv4 and IPv6.',
    schema: host,
  },
  HEALTH_PORT: {
    description: 'The port of the health checks, or off. Not set: 8081 in production, else off.',
    schema: portOrOff,
  },
  HEALTH_HOST: {
    description:
      'The address that HEALTH_PORT is opened on. Who asks from another machine or container needs 0.0.0.0 or ::.',
    default: '127.0.0.1',
    schema: host,
  },
  HEALTH_UNSETTLED_MAX: {
    description: 'The bot is not ready while an update has waited for longer than this.',
    default: '2m',
    schema: duration({ least: '1s', most: '24h' }),
  },
  REQUEST_DEADLINE: {
    description: 'After this a request to a route of a plugin is cancelled and answered with 503.',
    default: '20s',
    schema: duration({ least: '100ms', most: '10m' }),
  },
  LOG_LEVEL: {
    description: `How much is logged: ${logLevels.join(', ')}. Not set: info, or debug where DEBUG is on.`,
    schema: oneOf(logLevels),
  },
  TELEGRAM_API_ROOT: {
    description: 'The Bot API server: https, or http on this machine.',
    default: 'https://api.telegram.org',
    schema: apiRoot,
  },
  MIGRATE: {
    description:
      'At start, auto applies pending migrations and check refuses to start with any. Not set: check in production, else auto.',
    schema: oneOf(['auto', 'check']),
  },
  DATABASE_POOL_SIZE: {
    description: 'Connections to the database, 3 to 100; one more stands beside the pool.',
    default: '5',
    schema: wholeNumber({
      code: 'CONFIG_POOL',
      least: 3,
      most: 100,
      fix: 'One is kept for what runs beside the updates.',
    }),
  },
  DATABASE_STATEMENT_TIMEOUT: {
    description: 'After this PostgreSQL cancels a statement.',
    default: '15s',
    schema: duration({ least: '100ms', most: '10m' }),
  },
  DATABASE_QUERY_TIMEOUT: {
    description: 'After this the bot gives a query up; longer than DATABASE_STATEMENT_TIMEOUT.',
    default: '18s',
    schema: duration({ least: '100ms', most: '10m' }),
  },
  DATABASE_LOCK_TIMEOUT: {
    description: 'After this PostgreSQL gives up waiting for a lock.',
    default: '5s',
    schema: duration({ least: '10ms', most: '10m' }),
  },
  DATABASE_IDLE_IN_TRANSACTION_TIMEOUT: {
    description: 'After this PostgreSQL ends a connection whose transaction does nothing.',
    default: '30s',
    schema: duration({ least: '1s', most: '10m' }),
  },
  UPDATE_DEADLINE: {
    description: 'After this the handling of an update is cancelled and recorded as failed.',
    default: '20s',
    schema: duration({ least: '100ms', most: '10m' }),
  },
  SHUTDOWN_DEADLINE: {
    description: 'How long a stop waits for running updates; shorter than the grace of the container.',
    default: '25s',
    schema: duration({ least: '0s', most: '599s' }),
  },
  UPDATES_IN_FLIGHT: {
    description: 'Updates handled at once, 1 to 10000; of one chat always one.',
    default: '100',
    schema: wholeNumber({ code: 'CONFIG_VALUE', least: 1, most: 10_000, fix: 'Leave it out for 100.' }),
  },
  LONG_POLL: {
    description: 'How long Telegram holds a request for updates open when there are none; whole seconds.',
    default: '50s',
    schema: duration({ least: '1s', most: '50s', step: '1s' }),
  },
  CONFLICT_DEADLINE: {
    description:
      'How long another program may poll with the same token before the bot ends, with exit code 1; until then it tries again.',
    default: '5m',
    schema: duration({ least: '1s', most: '24h' }),
  },
  SETTLED_KEPT: {
    description:
      'How long handled updates are kept, to recognise one that comes twice; whole hours, 24 or more.',
    default: '48h',
    schema: duration({ least: '24h', most: '8760h', step: '1h' }),
  },
  FAILED_KEPT: {
    description:
      'How long failed updates are kept, to be looked at and retried; whole hours, SETTLED_KEPT or more.',
    default: '720h',
    schema: duration({ least: '24h', most: '87600h', step: '1h' }),
  },
} as const satisfies Record<string, VariableRule>

/** The list as data: for `.env.example`, the reference page and anything else that documents it. */
export const environmentVariables: readonly EnvironmentVariable[] = Object.entries<VariableRule>(
  variables,
).map(([name, { schema: _, secret = false, ...documented }]) => ({ name, ...documented, secret }))

/** A variable with the schema that its text goes through. */
export interface VariableRule extends Omit<EnvironmentVariable, 'name' | 'secret'> {
  secret?: boolean
  schema: z.ZodType<unknown, string>
}
