import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, expectTypeOf, test } from 'vitest'
import { ConfigError } from '../errors.js'
import type { AppConfig } from './app-config.js'
import { parseConfig } from './parse-config.js'
import { environmentVariables, variables } from './variables.js'

const token = '123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp_-1'
const webhookSecret = 'a-secret_of-more-than-16'
const minimal = { BOT_TOKEN: token, DATABASE_URL: 'postgres://bot:p%40ss-word@db:5432/hello' }

const folder = mkdtempSync(join(tmpdir(), 'hello-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

/** The faults of an environment, `CODE: message` each. */
function faultsOf(env: Record<string, string | undefined>): string[] {
  try {
    parseConfig(env)
  } catch (error) {
    const errors = error instanceof AggregateError ? error.errors : [error]
    return errors.map((fault) => {
      expect(fault).toBeInstanceOf(ConfigError)
      return `${fault.code}: ${fault.message}`
    })
  }
  return []
}

const faultOf = (env: Record<string, string | undefined>) => {
  const faults = faultsOf({ ...minimal, ...env })
  expect(faults).toHaveLength(1)
  return faults[0] ?? ''
}

test('needs a token and a database, and has a default for the rest', () => {
  expect(parseConfig(minimal)).toEqual({
    environment: 'development',
    debug: false,
    telegram: {
      token,
      apiRoot: 'https://api.telegram.org',
      longPollSeconds: 50,
      conflictDeadlineMs: 300_000,
    },
    http: { port: 8080, bodyLimitBytes: 1_048_576, requestDeadlineMs: 20_000 },
    log: { level: 'info', pretty: true },
    database: {
      url: minimal.DATABASE_URL,
      migrate: 'auto',
      poolSize: 5,
      unitsMax: 4,
      statementTimeoutMs: 15_000,
      queryTimeoutMs: 18_000,
      lockTimeoutMs: 5_000,
      idleInTransactionTimeoutMs: 30_000,
    },
    updates: { updateDeadlineMs: 20_000, updatesInFlight: 100, settledKeptHours: 48, failedKeptHours: 720 },
    shutdownDeadlineMs: 25_000,
    secrets: [token, token.slice(7), 'p%40ss-word', 'p@ss-word'],
    warnings: [],
  } satisfies AppConfig)
})

test('reads every variable', () => {
  const config = parseConfig({
    ...minimal,
    ENVIRONMENT: 'Production',
    DEBUG: '1',
    WEBHOOK_URL: 'https://bot.example.com:8443',
    WEBHOOK_SECRET: webhookSecret,
    PORT: '80',
    WEBHOOK_MAX_CONNECTIONS: '100',
    HOST: '::1',
    HEALTH_PORT: '9090',
    HEALTH_HOST: '0.0.0.0',
    HEALTH_UNSETTLED_MAX: '30s',
    REQUEST_DEADLINE: '5s',
    TELEGRAM_API_ROOT: 'http://127.0.0.1:8082/',
    DATABASE_POOL_SIZE: '12',
    DATABASE_STATEMENT_TIMEOUT: '1s',
    DATABASE_QUERY_TIMEOUT: '1.5s',
    DATABASE_LOCK_TIMEOUT: '500ms',
    DATABASE_IDLE_IN_TRANSACTION_TIMEOUT: '1m',
    UPDATE_DEADLINE: '2m',
    SHUTDOWN_DEADLINE: '3m',
    UPDATES_IN_FLIGHT: '7',
    LONG_POLL: '2s',
    SETTLED_KEPT: '72h',
    FAILED_KEPT: '100h',
    CONFLICT_DEADLINE: '1m',
  })
  expect(config).toMatchObject({
    environment: 'production',
    debug: true,
    telegram: { apiRoot: 'http://127.0.0.1:8082', longPollSeconds: 2, conflictDeadlineMs: 60_000 },
    webhook: {
      url: 'https://bot.example.com:8443/webhook',
      path: '/webhook',
      secret: webhookSecret,
      maxConnections: 100,
    },
    http: { port: 80, host: '::1', requestDeadlineMs: 5_000 },
    health: { port: 9090, host: '0.0.0.0', unsettledMaxMs: 30_000 },
    log: { level: 'debug', pretty: false },
    database: {
      migrate: 'check',
      poolSize: 12,
      unitsMax: 11,
      statementTimeoutMs: 1000,
      queryTimeoutMs: 1500,
      lockTimeoutMs: 500,
      idleInTransactionTimeoutMs: 60_000,
    },
    updates: { updateDeadlineMs: 120_000, updatesInFlight: 7, settledKeptHours: 72, failedKeptHours: 100 },
    shutdownDeadlineMs: 180_000,
  })
  expect(config.secrets).toContain(webhookSecret)
  expect(
    parseConfig({ ...minimal, ENVIRONMENT: 'production', MIGRATE: 'auto', LOG_LEVEL: 'WARN' }),
  ).toMatchObject({
    database: { migrate: 'auto' },
    log: { level: 'warn' },
  })
})

test('reads only what it is passed', () => {
  process.env.BOT_TOKEN = token
  expect(faultsOf({})).toHaveLength(2)
  delete process.env.BOT_TOKEN
})

test('says all faults at once', () => {
  const faults = faultsOf({
    PORT: '0',
    LOG_LEVEL: 'inof',
    WEBHOOK_URL: 'http://x.example',
    UPDATE_DEADLINE: '20',
  })
  expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
    'CONFIG_DATABASE_URL',
    'CONFIG_DURATION',
    'CONFIG_PORT',
    'CONFIG_TOKEN_MISSING',
    'CONFIG_VALUE',
    'CONFIG_WEBHOOK_SECRET',
    'CONFIG_WEBHOOK_URL',
  ])
})

describe('BOT_TOKEN', () => {
  for (const text of [undefined, '', '   ', 'undefined', 'null']) {
    test(`is missing when it is ${JSON.stringify(text)}`, () => {
      expect(faultOf({ BOT_TOKEN: text })).toBe(
        'CONFIG_TOKEN_MISSING: BOT_TOKEN is missing: expected the token of the bot. Ask @BotFather for it and set BOT_TOKEN, or BOT_TOKEN_FILE to a file that holds it.',
      )
    })
  }
  test('of a wrong form is shown by its length and the id of the bot alone', () => {
    const fault = faultOf({ BOT_TOKEN: '123456:too-short-for-one' })
    expect(fault).toBe(
      'CONFIG_TOKEN_INVALID: BOT_TOKEN is not a bot token: got 24 characters, bot id 123456, expected the id of the bot, a colon, and 30 or more of A-Z a-z 0-9 _ -. Copy the token from the message of @BotFather.',
    )
    expect(faultOf({ BOT_TOKEN: 'hunter2' })).toMatch(/^CONFIG_TOKEN_INVALID.* got 7 characters, expected/)
  })
  test('is found in a pasted message and not shown', () => {
    const fault = faultOf({ BOT_TOKEN: `Use this token to access the HTTP API:\n${token}\nKeep it secure.` })
    expect(fault).toMatch(/^CONFIG_TOKEN_INVALID.*bot id 123456.*copy the token alone/)
    expect(fault).not.toContain(token.slice(7))
    expect(faultOf({ BOT_TOKEN: ` ${token}` })).toMatch(/^CONFIG_TOKEN_INVALID.*without spaces/)
  })
})

test.each([
  ['production', 'sslmode=no-verify', 1],
  ['production', 'uselibpqcompat=true&sslmode=require', 1],
  ['production', 'sslmode=verify-full', 0],
  ['production', 'sslmode=disable', 0],
  ['production', '', 0],
  ['development', 'sslmode=no-verify', 0],
])('in %s an address with "%s" gives so many warnings of TLS: %d', (ENVIRONMENT, query, count) => {
  const DATABASE_URL = `${minimal.DATABASE_URL}?${query}`
  const { warnings } = parseConfig({ ...minimal, ENVIRONMENT, DATABASE_URL })
  expect(warnings.filter((text) => /certificate checked.*verify-full/.test(text))).toHaveLength(count)
  expect(warnings.join()).not.toContain('ss-word')
})

describe('_FILE', () => {
  const { BOT_TOKEN: _, ...withoutToken } = minimal
  test('is read, without the line feeds at its end', () => {
    const path = file('token', `${token}\r\n\n`)
    expect(parseConfig({ ...withoutToken, BOT_TOKEN_FILE: path })).toMatchObject({
      telegram: { token },
      warnings: [],
    })
    expect(parseConfig({ ...withoutToken, BOT_TOKEN_FILE: path, BOT_TOKEN: '' })).toMatchObject({
      telegram: { token },
    })
    expect(parseConfig({ ...minimal, PORT_FILE: file('port', '99\n', 0o644) })).toMatchObject({
      http: { port: 99 },
    })
  })
  test('and the variable itself are not both taken', () => {
    expect(faultOf({ BOT_TOKEN_FILE: file('token', token) })).toBe(
      'CONFIG_SECRET_CONFLICT: BOT_TOKEN and BOT_TOKEN_FILE are both set: expected one of them. Remove BOT_TOKEN, or remove BOT_TOKEN_FILE.',
    )
  })
  test('that is absent, a directory, unreadable or empty is a fault, once', () => {
    const faultOfFile = (path: string) => faultsOf({ ...withoutToken, BOT_TOKEN_FILE: path })
    const absent = join(folder, 'absent')
    expect(faultOfFile(absent)).toEqual([
      `CONFIG_SECRET_FILE: BOT_TOKEN_FILE (${absent}) does not exist (ENOENT): expected a text file that this user may read. Check the path and its permissions.`,
    ])
    expect(faultOfFile(folder)).toEqual([
      expect.stringMatching(/^CONFIG_SECRET_FILE.*is a directory \(EISDIR\)/),
    ])
    expect(faultOfFile(file('empty', ' \n'))).toEqual([
      expect.stringMatching(/^CONFIG_SECRET_FILE.*is empty/),
    ])
  })
  test.skipIf(process.getuid?.() === 0)('that this user may not read is a fault', () => {
    const path = file('locked', token, 0o000)
    expect(faultsOf({ ...withoutToken, BOT_TOKEN_FILE: path })).toEqual([
      expect.stringMatching(/^CONFIG_SECRET_FILE.*EACCES/),
    ])
  })
  test.skipIf(process.platform === 'win32')('with a secret that others may read is a warning', () => {
    const path = file('open', token, 0o644)
    expect(parseConfig({ ...withoutToken, BOT_TOKEN_FILE: path }).warnings).toEqual([
      `BOT_TOKEN_FILE (${path}) holds a secret and may be read by others (mode 644). Restrict it: chmod 600 ${path}`,
    ])
  })
  test('is named in the fault of what it holds', () => {
    const path = file('bad', '123456:short')
    expect(faultsOf({ ...withoutToken, BOT_TOKEN_FILE: path })).toEqual([
      expect.stringContaining(
        `CONFIG_TOKEN_INVALID: BOT_TOKEN_FILE (${path}) is not a bot token: got 12 characters`,
      ),
    ])
  })
})

describe('WEBHOOK_SECRET', () => {
  const url = { WEBHOOK_URL: 'https://bot.example.com' }
  const bad = [
    'undefined',
    'null',
    'fifteen-chars--',
    'x'.repeat(257),
    'sixteen chars 16',
    'секрет-секрет-секрет',
  ]
  for (const text of bad) {
    test(`is not ${JSON.stringify(text.slice(0, 30))}`, () => {
      const fault = faultOf({ ...url, WEBHOOK_SECRET: text })
      expect(fault).toMatch(
        /^CONFIG_WEBHOOK_SECRET: WEBHOOK_SECRET is not a webhook secret: got .*openssl rand/,
      )
      if (text.length > 10) expect(fault).not.toContain(text)
    })
  }
  for (const text of [undefined, '', '  ']) {
    test(`is needed with WEBHOOK_URL, and is not ${JSON.stringify(text)}`, () => {
      expect(faultOf({ ...url, WEBHOOK_SECRET: text })).toMatch(
        /^CONFIG_WEBHOOK_SECRET: WEBHOOK_SECRET is missing while/,
      )
    })
  }
  test('without WEBHOOK_URL is a warning', () => {
    expect(parseConfig({ ...minimal, WEBHOOK_SECRET: webhookSecret }).warnings).toEqual([
      expect.stringContaining('the bot polls'),
    ])
  })
})

describe('WEBHOOK_URL', () => {
  const secret = { WEBHOOK_SECRET: webhookSecret }
  const good: [given: string, url: string, path: string][] = [
    ['https://bot.example.com', 'https://bot.example.com/webhook', '/webhook'],
    ['https://bot.example.com/', 'https://bot.example.com/webhook', '/webhook'],
    ['https://bot.example.com/a/b/', 'https://bot.example.com/a/b/', '/a/b/'],
    ['https://bot.example.com:443/x', 'https://bot.example.com/x', '/x'],
    ['https://bot.example.com:88', 'https://bot.example.com:88/webhook', '/webhook'],
    ['https://бот.example', 'https://xn--90a0am.example/webhook', '/webhook'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/webhook', '/webhook'],
    ['http://localhost:3000/hook', 'http://localhost:3000/hook', '/hook'],
  ]
  for (const [given, url, path] of good) {
    test(`may be ${given}`, () => {
      expect(parseConfig({ ...minimal, ...secret, WEBHOOK_URL: given }).webhook).toEqual({
        url,
        path,
        maxConnections: 40,
        secret: webhookSecret,
      })
    })
  }
  const bad: [given: string, why: RegExp][] = [
    ['bot.example.com', /is not a URL/],
    ['undefined', /is not a URL/],
    ['http://bot.example.com', /is not https/],
    ['ftp://bot.example.com', /is not https/],
    ['https://203.0.113.7', /has no public host name/],
    ['https://2130706433', /has no public host name/],
    ['https://[2001:db8::1]', /has no public host name/],
    ['https://localhost', /has no public host name/],
    ['https://bot.example.com:8080', /has port 8080/],
    ['https://bot.example.com/x?token=1', /has more than a host and a path/],
    ['https://user:hunter2@bot.example.com', /has more than a host and a path.*user:\[secret\]@/],
  ]
  for (const [given, why] of bad) {
    test(`is not ${given}`, () => {
      const fault = faultOf({ ...secret, WEBHOOK_URL: given })
      expect(fault).toMatch(/^CONFIG_WEBHOOK_URL: WEBHOOK_URL /)
      expect(fault).toMatch(why)
      expect(fault).not.toContain('hunter2')
    })
  }
  test('is not http to this machine in production', () => {
    const fault = faultOf({ ...secret, ENVIRONMENT: 'production', WEBHOOK_URL: 'http://localhost:3000' })
    expect(fault).toMatch(/^CONFIG_WEBHOOK_URL: WEBHOOK_URL is http in production/)
  })
})

describe('DATABASE_URL', () => {
  const good = [
    'postgres://localhost/hello',
    'postgresql://bot@[::1]:5432/hello?sslmode=require',
    'postgres:///hello?host=/var/run/postgresql',
    'postgres://bot:p%40%23%3A%2F@db/hello-bot_db',
  ]
  for (const url of good)
    test(`may be ${url}`, () => expect(parseConfig({ ...minimal, DATABASE_URL: url }).database.url).toBe(url))
  const bad: [given: string | undefined, shown: RegExp][] = [
    [undefined, /is missing: expected postgres:\/\/.*DATABASE_URL_FILE/],
    ['', /is missing/],
    ['undefined', /is missing/],
    ['hunter2@db/hello', /is not a URL: got 16 characters, not shown/],
    [
      'postgresql+asyncpg://bot:hunter2@db/hello',
      /Begin it with postgres:\/\/ in place of postgresql\+asyncpg:\/\//,
    ],
    [
      'mysql://bot:hunter2@db/hello',
      /is not the address of a PostgreSQL database: got "mysql:\/\/bot:\[secret\]@db\/hello"/,
    ],
    ['postgres://bot:hunter2@db', /names no database: got "postgres:\/\/bot:\[secret\]@db"/],
    ['postgres://bot:hunter2@db/', /names no database/],
    [
      'postgres://bot:hunter2@hunter2@db/hello',
      /more than one @.*"postgres:\/\/bot:\[secret\]@db\/hello".*@ is %40/,
    ],
    [
      'postgres://bot:hunter2#hunter2@db/hello',
      /cannot be read.*"postgres:\/\/bot:\[secret\]@db\/hello".*# is %23/,
    ],
    ['postgres://bot:12#hunter2@db/hello', /names no database.*percent-encode/],
    ['postgres://bot:hunter2/hunter2@db/hello', /cannot be read.*percent-encode/],
    ['postgres://bot:hunter2%@db/hello', /has a %.*percent-encode/],
    ['postgres://bot:hunter2', /cannot be read: got 22 characters, not shown/],
    ['postgres://db/?password=hunter2', /names no database.*password=\[secret\]/],
    ['postgres://bot@db', /names no database: got "postgres:\/\/bot@db"/],
  ]
  for (const [given, shown] of bad) {
    test(`is not ${given}`, () => {
      const fault = faultOf({ DATABASE_URL: given })
      expect(fault).toMatch(/^CONFIG_DATABASE_URL: DATABASE_URL /)
      expect(fault).toMatch(shown)
      expect(fault).not.toContain('hunter2')
    })
  }
  test('with a password too short to be hidden is a warning', () => {
    const config = parseConfig({ ...minimal, DATABASE_URL: 'postgres://bot:pw@db/hello' })
    expect(config.warnings).toEqual([expect.stringContaining('cannot be hidden in logs')])
  })
})

test('a port is a whole number from 1 to 65535, and the two are not the same', () => {
  for (const text of ['0', '65536', '80a', '-1', '8080.5', '1e3', '0x50', '９０']) {
    expect(faultOf({ PORT: text })).toMatch(
      /^CONFIG_PORT: PORT is not a number within its bounds: got ".*", expected a whole number from 1 to 65535/,
    )
  }
  const same = /^CONFIG_PORT: HEALTH_PORT is the same as PORT: got 8081/
  expect(faultOf({ PORT: '8081', ENVIRONMENT: 'production' })).toMatch(same)
  expect(faultOf({ PORT: '8081', HEALTH_PORT: '8081' })).toMatch(same)
  expect(faultOf({ HEALTH_PORT: 'of' })).toMatch(/expected a whole number from 1 to 65535, or off/)
})

test('the health checks have a port in production, and elsewhere where one is given', () => {
  const health = { port: 8081, host: '127.0.0.1', unsettledMaxMs: 120_000 }
  expect(parseConfig({ ...minimal, ENVIRONMENT: 'production' }).health).toEqual(health)
  expect(parseConfig(minimal).health).toBeUndefined()
  expect(parseConfig({ ...minimal, HEALTH_PORT: '8081' }).health).toEqual(health)
  expect(parseConfig({ ...minimal, ENVIRONMENT: 'production', HEALTH_PORT: 'Off' }).health).toBeUndefined()
})

test('a free port, 0, is for tests alone', () => {
  const free = { PORT: '0', HEALTH_PORT: '0' }
  expect(parseConfig({ ...minimal, ...free, ENVIRONMENT: 'test' })).toMatchObject({
    http: { port: 0 },
    health: { port: 0 },
  })
  expect(faultsOf({ ...minimal, ...free })).toEqual([
    expect.stringMatching(/^CONFIG_PORT: PORT /),
    expect.stringMatching(/^CONFIG_PORT: HEALTH_PORT /),
  ])
})

test('a host is an address of IPv4 or IPv6, or localhost', () => {
  for (const host of ['0.0.0.0', '::', '::1', '127.0.0.1', 'localhost', '[::1]'])
    expect(parseConfig({ ...minimal, HOST: host }).http.host).toBe(host.replace(/[[\]]/g, ''))
  for (const host of ['example.com', '1.2.3', 'http://127.0.0.1', '*'])
    expect(faultOf({ HOST: host })).toMatch(
      /^CONFIG_HOST: HOST is not an address: got ".*", expected an IPv4/,
    )
  expect(faultOf({ HEALTH_HOST: 'all' })).toMatch(/^CONFIG_HOST: HEALTH_HOST /)
})

test('a duration has a unit and bounds', () => {
  for (const text of ['5', '-5s', 'NaN', 's', '5 s', '5S', '1w', '1e3s', 'Infinitys']) {
    expect(faultOf({ UPDATE_DEADLINE: text })).toMatch(
      /^CONFIG_DURATION: UPDATE_DEADLINE is not a duration: got .*500ms, 20s or 2m/,
    )
  }
  expect(faultOf({ UPDATE_DEADLINE: '0s' })).toMatch(
    /^CONFIG_DURATION.*out of its bounds: got "0s", expected a duration from 100ms to 10m/,
  )
  expect(faultOf({ SHUTDOWN_DEADLINE: '600s' })).toMatch(/^CONFIG_DURATION.*from 0s to 599s/)
  expect(faultOf({ LONG_POLL: '1500ms' })).toMatch(/^CONFIG_DURATION.*a multiple of 1s/)
})

test('failed updates are kept as long as the others, or longer', () => {
  expect(parseConfig({ ...minimal, SETTLED_KEPT: '2000h' }).updates).toMatchObject({
    settledKeptHours: 2_000,
    failedKeptHours: 2_000,
  })
  expect(faultOf({ SETTLED_KEPT: '48h', FAILED_KEPT: '24h' })).toMatch(
    /^CONFIG_DURATION: FAILED_KEPT is shorter than SETTLED_KEPT: got 24h, expected 48h or more/,
  )
})

test('durations fit each other', () => {
  expect(faultOf({ DATABASE_QUERY_TIMEOUT: '15s' })).toMatch(
    /^CONFIG_DURATION: DATABASE_QUERY_TIMEOUT is not longer than DATABASE_STATEMENT_TIMEOUT: got 15000ms, expected more than 15000ms/,
  )
  expect(parseConfig({ ...minimal, UPDATE_DEADLINE: '1m' }).warnings).toEqual([
    expect.stringContaining('SHUTDOWN_DEADLINE'),
  ])
})

test('a pool has 3 to 100 connections', () => {
  for (const text of ['2', '101', 'five'])
    expect(faultOf({ DATABASE_POOL_SIZE: text })).toMatch(/^CONFIG_POOL: DATABASE_POOL_SIZE/)
})

test('a word is one of its values, and the one that was meant is named', () => {
  expect(faultOf({ ENVIRONMENT: 'prodution' })).toBe(
    'CONFIG_VALUE: ENVIRONMENT is not one of its values: got "prodution", expected development, production, test. Did you mean production?',
  )
  expect(faultOf({ MIGRATE: 'yes' })).toMatch(/^CONFIG_VALUE: MIGRATE .*expected auto, check/)
  expect(faultOf({ DEBUG: 'telegraf:*' })).toMatch(/^CONFIG_VALUE: DEBUG is neither true nor false/)
  expect(faultOf({ UPDATES_IN_FLIGHT: '0' })).toMatch(/^CONFIG_VALUE: UPDATES_IN_FLIGHT/)
})

test('the Bot API is reached over https, or http on this machine', () => {
  for (const url of [
    'http://localhost:1',
    'http://127.0.0.1:1',
    'http://[::1]:1',
    'https://tg.example/prefix',
  ]) {
    expect(parseConfig({ ...minimal, TELEGRAM_API_ROOT: url }).telegram.apiRoot).toBe(url)
  }
  for (const url of [
    'http://api.telegram.org',
    'http://127.0.0.1.example',
    'api.telegram.org',
    'https://u:hunter2@tg.example',
    'https://tg.example?x=1',
  ]) {
    const fault = faultOf({ TELEGRAM_API_ROOT: url })
    expect(fault).toMatch(/^CONFIG_API_ROOT: TELEGRAM_API_ROOT /)
    expect(fault).not.toContain('hunter2')
  }
})

test('the list of variables is data, and its defaults are those of the config', () => {
  expect(environmentVariables.map(({ name }) => name)).toEqual(Object.keys(variables))
  expect(environmentVariables.filter(({ secret }) => secret).map(({ name }) => name)).toEqual([
    'BOT_TOKEN',
    'DATABASE_URL',
    'WEBHOOK_SECRET',
  ])
  const written = Object.fromEntries(
    environmentVariables.flatMap((variable) =>
      variable.default === undefined ? [] : [[variable.name, variable.default]],
    ),
  )
  expect(parseConfig({ ...written, ...minimal })).toEqual(parseConfig(minimal))
  for (const variable of environmentVariables) expect(variable.description).toMatch(/^[A-Z].*\.$/)
})

test('the config is read-only', () => {
  expectTypeOf<AppConfig['database']['poolSize']>().toEqualTypeOf<number>()
  const assign = (config: AppConfig) => {
    // @ts-expect-error a config never changes
    config.http.port = 1
  }
  expectTypeOf(assign).toBeFunction()
})
