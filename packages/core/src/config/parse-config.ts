/** Makes the config of an app from its environment: every variable is checked, and all that is wrong is said at once. */

import type { z } from 'zod'
import { ConfigError, type ErrorCode, throwAll } from '../errors.js'
import { shortestSecretLength } from '../secrets.js'
import type { AppConfig, RunEnvironment } from './app-config.js'
import { missingBotToken } from './bot-token.js'
import { databasePasswords, missingDatabaseUrl, trustsAnyServer } from './database-url.js'
import { type Environment, readVariable } from './environment.js'
import { noPort } from './plain-values.js'
import { type Fault, quote, sentence } from './rule.js'
import { type VariableRule, variables } from './variables.js'
import { isLoopbackHttp, missingWebhookSecret } from './webhook.js'

/**
 * The config of an app. Reads the given variables and the files that `…_FILE` ones name, nothing else.
 * @throws ConfigError for one fault, an AggregateError of ConfigErrors for several: CONFIG_API_ROOT, CONFIG_DATABASE_URL,
 * CONFIG_DURATION, CONFIG_HOST, CONFIG_POOL, CONFIG_PORT, CONFIG_SECRET_CONFLICT, CONFIG_SECRET_FILE, CONFIG_TOKEN_INVALID,
 * CONFIG_TOKEN_MISSING, CONFIG_VALUE, CONFIG_WEBHOOK_SECRET, CONFIG_WEBHOOK_URL.
 */
export function parseConfig(env: Environment): AppConfig {
  const reading = readAll(env)
  checkTogether(reading)
  throwAll(reading.faults, 'The configuration has several faults:')
  return assemble(reading.values as CompleteValues, reading.warnings)
}

type Name = keyof typeof variables
type Values = { [N in Name]?: z.output<(typeof variables)[N]['schema']> }
// What is there once no fault was found: all that is needed, and all that has a default.
type CompleteValues = Required<Omit<Values, Optional>> & Pick<Values, Optional>
type Optional = 'WEBHOOK_URL' | 'WEBHOOK_SECRET' | 'LOG_LEVEL' | 'MIGRATE' | 'HOST' | 'HEALTH_PORT'

interface Reading {
  values: Values
  faults: ConfigError[]
  warnings: string[]
  /** Variables that are set, rightly or not. */
  given: Set<Name>
}

function readAll(env: Environment): Reading {
  const reading: Reading = { values: {}, faults: [], warnings: [], given: new Set() }
  for (const [name, variable] of Object.entries<VariableRule>(variables) as [Name, VariableRule][]) {
    try {
      readOne(reading, env, name, variable)
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error
      reading.given.add(name)
      reading.faults.push(error)
    }
  }
  return reading
}

function readOne(reading: Reading, env: Environment, name: Name, variable: VariableRule): void {
  const { text, where, warning } = readVariable(env, name, variable)
  if (warning !== undefined) reading.warnings.push(warning)
  if (text !== undefined) reading.given.add(name)
  const meant = text ?? variable.default
  if (meant === undefined) return
  const result = variable.schema.safeParse(meant)
  if (result.success) {
    Object.assign(reading.values, { [name]: result.data })
    return
  }
  for (const issue of result.error.issues) {
    const code = issue.code === 'custom' ? (issue.params?.code as ErrorCode) : 'CONFIG_VALUE'
    throw new ConfigError(code, `${where} ${issue.message}`)
  }
}

/** What no variable can tell alone. A variable that is wrong by itself is not blamed twice. */
function checkTogether({ values, faults, warnings, given }: Reading): void {
  const blame = (name: Name, { code, ...parts }: Fault) => {
    faults.push(new ConfigError(code, `${name} ${sentence(parts)}`))
  }
  if (!given.has('BOT_TOKEN')) blame('BOT_TOKEN', missingBotToken)
  if (!given.has('DATABASE_URL')) blame('DATABASE_URL', missingDatabaseUrl)
  checkWebhook(values, given, warnings, blame)
  checkPorts(values, blame)
  const { DATABASE_STATEMENT_TIMEOUT: statement, DATABASE_QUERY_TIMEOUT: query } = values
  if (statement !== undefined && query !== undefined && query <= statement) {
    // The other way round the bot leaves while its statement still runs and holds its locks.
    blame('DATABASE_QUERY_TIMEOUT', {
      code: 'CONFIG_DURATION',
      problem: 'is not longer than DATABASE_STATEMENT_TIMEOUT',
      got: `${query}ms`,
      expected: `more than ${statement}ms`,
      fix: 'Raise it, or lower DATABASE_STATEMENT_TIMEOUT.',
    })
  }
  const { SETTLED_KEPT: settledKept, FAILED_KEPT: failedKept } = values
  if (given.has('FAILED_KEPT') && failedKept !== undefined && failedKept < (settledKept ?? 0)) {
    // A failed row is what tells a repetition of its update, as every other row is.
    blame('FAILED_KEPT', {
      code: 'CONFIG_DURATION',
      problem: 'is shorter than SETTLED_KEPT',
      got: `${failedKept / 3_600_000}h`,
      expected: `${(settledKept ?? 0) / 3_600_000}h or more`,
      fix: 'Raise it, or lower SETTLED_KEPT.',
    })
  }
  if ((values.UPDATE_DEADLINE ?? 0) > (values.SHUTDOWN_DEADLINE ?? Number.POSITIVE_INFINITY)) {
    warnings.push(
      'UPDATE_DEADLINE is longer than SHUTDOWN_DEADLINE: a stop may cut an update short, which then runs again.',
    )
  }
}

const defaultHealthPort = 8081

function checkPorts(values: Values, blame: (name: Name, fault: Fault) => void): void {
  const { ENVIRONMENT: environment, PORT: port } = values
  const healthPort = values.HEALTH_PORT ?? (environment === 'production' ? defaultHealthPort : 'off')
  for (const name of ['PORT', 'HEALTH_PORT'] as const) {
    if (values[name] === 0 && environment !== 'test') blame(name, { ...noPort, got: '"0"' })
  }
  if (port === undefined || port === 0 || port !== healthPort) return
  blame('HEALTH_PORT', {
    code: 'CONFIG_PORT',
    problem: 'is the same as PORT',
    got: String(port),
    expected: 'another port',
    fix: 'Change one of them.',
  })
}

function checkWebhook(
  values: Values,
  given: ReadonlySet<Name>,
  warnings: string[],
  blame: (name: Name, fault: Fault) => void,
): void {
  if (!given.has('WEBHOOK_URL')) {
    if (given.has('WEBHOOK_SECRET'))
      warnings.push('WEBHOOK_SECRET is set and WEBHOOK_URL is not: the bot polls.')
    return
  }
  if (!given.has('WEBHOOK_SECRET')) blame('WEBHOOK_SECRET', missingWebhookSecret)
  const url = values.WEBHOOK_URL
  if (url === undefined || values.ENVIRONMENT !== 'production' || !isLoopbackHttp(url)) return
  blame('WEBHOOK_URL', {
    code: 'CONFIG_WEBHOOK_URL',
    problem: 'is http in production',
    got: quote(url.href),
    expected: 'https://bot.example.com/webhook',
    fix: 'Use https and the public name of the host, or set ENVIRONMENT to development.',
  })
}

function assemble(values: CompleteValues, warnings: string[]): AppConfig {
  const environment: RunEnvironment = values.ENVIRONMENT
  const passwords = databasePasswords(values.DATABASE_URL)
  if (passwords.some((password) => password.length < shortestSecretLength)) {
    warnings.push(
      `The password in DATABASE_URL is shorter than ${shortestSecretLength} characters: it cannot be hidden in logs.`,
    )
  }
  if (environment === 'production' && trustsAnyServer(values.DATABASE_URL)) {
    warnings.push(
      "DATABASE_URL does not have the server's certificate checked: whoever stands on the way can read and change everything. Use sslmode=verify-full, with sslrootcert where the certificate is of an authority of your own.",
    )
  }
  return {
    environment,
    debug: values.DEBUG,
    telegram: {
      token: values.BOT_TOKEN,
      apiRoot: values.TELEGRAM_API_ROOT,
      longPollSeconds: values.LONG_POLL / 1000,
      conflictDeadlineMs: values.CONFLICT_DEADLINE,
    },
    ...webhookOf(values),
    http: {
      port: values.PORT,
      ...(values.HOST !== undefined && { host: values.HOST }),
      bodyLimitBytes: 1_048_576,
      requestDeadlineMs: values.REQUEST_DEADLINE,
    },
    ...healthOf(values),
    log: {
      level: values.LOG_LEVEL ?? (values.DEBUG ? 'debug' : 'info'),
      pretty: environment === 'development',
    },
    database: {
      url: values.DATABASE_URL,
      migrate: values.MIGRATE ?? (environment === 'production' ? 'check' : 'auto'),
      poolSize: values.DATABASE_POOL_SIZE,
      unitsMax: Math.max(1, values.DATABASE_POOL_SIZE - 1),
      statementTimeoutMs: values.DATABASE_STATEMENT_TIMEOUT,
      queryTimeoutMs: values.DATABASE_QUERY_TIMEOUT,
      lockTimeoutMs: values.DATABASE_LOCK_TIMEOUT,
      idleInTransactionTimeoutMs: values.DATABASE_IDLE_IN_TRANSACTION_TIMEOUT,
    },
    updates: {
      updateDeadlineMs: values.UPDATE_DEADLINE,
      updatesInFlight: values.UPDATES_IN_FLIGHT,
      settledKeptHours: values.SETTLED_KEPT / 3_600_000,
      failedKeptHours: Math.max(values.FAILED_KEPT, values.SETTLED_KEPT) / 3_600_000,
    },
    shutdownDeadlineMs: values.SHUTDOWN_DEADLINE,
    secrets: secretsOf(values, passwords),
    warnings,
  }
}

function webhookOf(values: CompleteValues): Pick<AppConfig, 'webhook'> {
  const { WEBHOOK_URL: url, WEBHOOK_SECRET: secret, WEBHOOK_MAX_CONNECTIONS: maxConnections } = values
  if (url === undefined || secret === undefined) return {}
  return { webhook: { url: url.href, path: url.pathname, secret, maxConnections } }
}

function healthOf(values: CompleteValues): Pick<AppConfig, 'health'> {
  const port = values.HEALTH_PORT ?? (values.ENVIRONMENT === 'production' ? defaultHealthPort : 'off')
  if (port === 'off') return {}
  return { health: { port, host: values.HEALTH_HOST, unsettledMaxMs: values.HEALTH_UNSETTLED_MAX } }
}

function secretsOf(
  { BOT_TOKEN: token, WEBHOOK_SECRET: secret }: CompleteValues,
  passwords: string[],
): string[] {
  // The part after the colon is what must stay hidden, also where somebody prints it alone.
  return [token, token.slice(token.indexOf(':') + 1), ...passwords, ...(secret === undefined ? [] : [secret])]
}
