/**
 * Configurations as nobody should write them, given to a whole app: each is refused with its code and exit code, all
 * faults at once, before anything is opened. Every form of every variable stands in `src/config/parse-config.test.ts`;
 * initData that is forged, old or another bot's in `src/telegram/init-data.test.ts` and `mini-app.test.ts`.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { exitCodeOf } from '../src/cli/exit-codes.js'
import { closeServer, listen } from '../src/http/listen.js'
import { createApp, defineContract, definePlugin, fromEnvironment, z } from '../src/index.js'
import { type FakeAnswer, portOf, startFakePostgres } from './support/fake-postgres.js'

const token = `7000000001:${'A'.repeat(35)}`
const folder = mkdtempSync(join(tmpdir(), 'hello-bad-config-'))
const fileOf = (name: string, text: string, mode = 0o600) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  chmodSync(path, mode)
  return path
}

const options = z.object({
  apiKey: fromEnvironment('SHOP_API_KEY', z.string().min(8), { secret: true }),
  limit: fromEnvironment('SHOP_LIMIT', z.int().min(1).default(10)),
})
const shop = definePlugin(defineContract({ name: 'shop', options }), {})
const anyShop = shop as (options: unknown) => ReturnType<typeof shop>

/** Stands for Telegram and for the database, and counts who comes. */
let watcher: Server
let port: number
let calls = 0
beforeAll(async () => {
  watcher = createServer((socket) => {
    calls++
    socket.destroy()
  })
  port = await portOf(watcher)
})
afterAll(() => {
  watcher.close()
  rmSync(folder, { recursive: true })
})

type Variables = Record<string, string | undefined>
const right = (): Variables => ({
  ENVIRONMENT: 'test',
  LOG_LEVEL: 'silent',
  BOT_TOKEN: token,
  DATABASE_URL: `postgres://bot:hunter2pass@127.0.0.1:${port}/bot`,
  TELEGRAM_API_ROOT: `http://127.0.0.1:${port}`,
  SHOP_API_KEY: 'key-of-the-shop',
})

async function refusalOf(env: Variables, given?: unknown): Promise<Error> {
  const app = createApp({ plugins: [anyShop(given)] })
  return app.start({ env: { ...right(), ...env } }).then(
    () => expect.fail('The app has started'),
    (error: Error) => error,
  )
}

const faultsOf = (error: Error): (Error & { code: string })[] =>
  error instanceof AggregateError ? error.errors : [error as Error & { code: string }]

const noToken = { BOT_TOKEN: undefined }
const webhook = { WEBHOOK_URL: 'https://bot.example.com/webhook', WEBHOOK_SECRET: 'a-secret-of-16-or-more' }
const urlOf = (rest: string) => ({ DATABASE_URL: `postgres://bot:hunter2pass${rest}` })

/** [row, variables, the one fault: code and message, options of the plugin] */
const rows: [string, Variables, RegExp, unknown?][] = [
  ['token missing', noToken, /^CONFIG_TOKEN_MISSING: BOT_TOKEN is missing.*BOT_TOKEN_FILE/],
  ['token blank', { BOT_TOKEN: '  ' }, /^CONFIG_TOKEN_MISSING/],
  ['token String(undefined)', { BOT_TOKEN: 'undefined' }, /^CONFIG_TOKEN_MISSING/],
  [
    'token of wrong form',
    { BOT_TOKEN: '7000000001:short' },
    /^CONFIG_TOKEN_INVALID: .*got 16 characters, bot id 7000000001, expected/,
  ],
  [
    'message of BotFather',
    { BOT_TOKEN: `Use this token:\n${token}` },
    /^CONFIG_TOKEN_INVALID: .*copy the token alone/,
  ],
  [
    'X and X_FILE',
    { BOT_TOKEN_FILE: '/run/token' },
    /^CONFIG_SECRET_CONFLICT: BOT_TOKEN and BOT_TOKEN_FILE are both set.*Remove/,
  ],
  [
    'file absent',
    { ...noToken, BOT_TOKEN_FILE: join(folder, 'none') },
    /^CONFIG_SECRET_FILE: BOT_TOKEN_FILE .*does not exist/,
  ],
  ['file that is a folder', { ...noToken, BOT_TOKEN_FILE: folder }, /^CONFIG_SECRET_FILE: .*is a directory/],
  ['file empty', { ...noToken, BOT_TOKEN_FILE: fileOf('empty', '\n') }, /^CONFIG_SECRET_FILE: .*is empty/],
  [
    'the same of an option of a plugin: both set',
    { SHOP_API_KEY_FILE: '/run/key' },
    /^CONFIG_SECRET_CONFLICT: SHOP_API_KEY and SHOP_API_KEY_FILE/,
  ],
  [
    'file of an option absent',
    { SHOP_API_KEY: undefined, SHOP_API_KEY_FILE: join(folder, 'none') },
    /^CONFIG_SECRET_FILE: SHOP_API_KEY_FILE .*does not exist/,
  ],
  [
    'file of an option empty',
    { SHOP_API_KEY: undefined, SHOP_API_KEY_FILE: fileOf('empty', '') },
    /^CONFIG_SECRET_FILE: SHOP_API_KEY_FILE .*is empty/,
  ],
  [
    'file of an option that is no secret absent',
    { SHOP_LIMIT_FILE: join(folder, 'none') },
    /^CONFIG_SECRET_FILE: SHOP_LIMIT_FILE/,
  ],
  ['webhook secret missing', { ...webhook, WEBHOOK_SECRET: '' }, /^CONFIG_WEBHOOK_SECRET: .*openssl rand/],
  ['webhook secret "undefined"', { ...webhook, WEBHOOK_SECRET: 'undefined' }, /^CONFIG_WEBHOOK_SECRET/],
  ['webhook secret "null"', { ...webhook, WEBHOOK_SECRET: 'null' }, /^CONFIG_WEBHOOK_SECRET/],
  [
    'webhook secret of bad characters',
    { ...webhook, WEBHOOK_SECRET: 'hunter2pass hunter2pass' },
    /^CONFIG_WEBHOOK_SECRET/,
  ],
  [
    'webhook secret < 16',
    { ...webhook, WEBHOOK_SECRET: 'x'.repeat(15) },
    /^CONFIG_WEBHOOK_SECRET: .*got 15 characters/,
  ],
  [
    'webhook secret > 256',
    { ...webhook, WEBHOOK_SECRET: 'x'.repeat(257) },
    /^CONFIG_WEBHOOK_SECRET: .*got 257 characters/,
  ],
  [
    'webhook by http',
    { ...webhook, WEBHOOK_URL: 'http://bot.example.com' },
    /^CONFIG_WEBHOOK_URL: .*is not https/,
  ],
  [
    'webhook to an IP',
    { ...webhook, WEBHOOK_URL: 'https://203.0.113.7' },
    /^CONFIG_WEBHOOK_URL: .*public host name/,
  ],
  [
    'webhook to another port',
    { ...webhook, WEBHOOK_URL: 'https://bot.example.com:3000' },
    /^CONFIG_WEBHOOK_URL: .*443, 80, 88 and 8443/,
  ],
  [
    'port 65536',
    { PORT: '65536' },
    /^CONFIG_PORT: PORT .*got "65536", expected a whole number from 1 to 65535/,
  ],
  ['port "80a"', { PORT: '80a' }, /^CONFIG_PORT: PORT .*got "80a"/],
  ['port 0 in production', { ENVIRONMENT: 'production', PORT: '0' }, /^CONFIG_PORT: PORT .*got "0"/],
  ['DATABASE_URL unparsable', { DATABASE_URL: 'hunter2pass@db' }, /^CONFIG_DATABASE_URL: .*not shown/],
  [
    'password with @',
    urlOf('@more@127.0.0.1/bot'),
    /^CONFIG_DATABASE_URL: .*bot:\[secret\]@.*percent-encode/,
  ],
  ['password with #', urlOf('#more@127.0.0.1/bot'), /^CONFIG_DATABASE_URL: .*percent-encode/],
  [
    'no database',
    urlOf('@127.0.0.1'),
    /^CONFIG_DATABASE_URL: .*names no database: got "postgres:\/\/bot:\[secret\]@127\.0\.0\.1"/,
  ],
  // Units have one connection less than the pool by themselves: there is nothing to set too high.
  [
    'pool < 3',
    { DATABASE_POOL_SIZE: '2' },
    /^CONFIG_POOL: DATABASE_POOL_SIZE .*got "2", expected a whole number from 3 to 100/,
  ],
  [
    'duration negative',
    { UPDATE_DEADLINE: '-1s' },
    /^CONFIG_DURATION: UPDATE_DEADLINE is not a duration: got "-1s"/,
  ],
  ['duration NaN', { UPDATE_DEADLINE: 'NaN' }, /^CONFIG_DURATION/],
  ['duration without unit', { UPDATE_DEADLINE: '5' }, /^CONFIG_DURATION: .*ms, s, m, h or d/],
  ['shutdown of 600 s', { SHUTDOWN_DEADLINE: '600s' }, /^CONFIG_DURATION: .*from 0s to 599s/],
  [
    'unknown key',
    {},
    /^CONFIG_UNKNOWN_KEY: Plugin "shop" has no option "limti".*Did you mean "limit"/,
    { limti: 1 },
  ],
  [
    'option of a wrong type',
    { SHOP_LIMIT: 'many' },
    /^CONFIG_OPTIONS: Plugin "shop", option "limit": .*got "many".*SHOP_LIMIT/,
  ],
  [
    'secret option too short',
    { SHOP_API_KEY: 'hunter2' },
    /^CONFIG_OPTIONS: Plugin "shop", option "apiKey": .*got string/,
  ],
]

test.each(rows)('%s: refused with exit code 78, before anything is opened', async (_, env, fault, given) => {
  calls = 0
  const error = await refusalOf(env, given)
  expect(faultsOf(error).map(({ code, message }) => `${code}: ${message}`)).toEqual([
    expect.stringMatching(new RegExp(fault.source, 's')),
  ])
  expect(exitCodeOf(error)).toBe(78)
  expect(calls).toBe(0)
  expect(error.message).not.toMatch(/hunter2|A{35}/)
})

test('everything is said at once, of core and of plugins', async () => {
  const env = { BOT_TOKEN: 'x', PORT: '80a', UPDATE_DEADLINE: '5', DATABASE_POOL_SIZE: '1', SHOP_API_KEY: '' }
  const error = await refusalOf(env, { colour: 'red' })
  const codes = ['TOKEN_INVALID', 'PORT', 'POOL', 'DURATION', 'UNKNOWN_KEY', 'OPTIONS']
  expect(faultsOf(error).map(({ code }) => code)).toEqual(codes.map((code) => `CONFIG_${code}`))
  for (const { message } of faultsOf(error)) expect(error.message).toContain(message)
  expect(exitCodeOf(error)).toBe(78)
})

// WEBHOOK_URL alone says whether a bot polls, so no mode can contradict it. That polling deletes a webhook only after a
// line of the log says so stands in `updates.test.ts`.

test('a file of a plugin’s secret is read without its line feed, and warned about where others may read it', () => {
  const app = createApp({ plugins: [shop()] })
  const check = (path: string) =>
    app.checkConfig({ env: { ...right(), SHOP_API_KEY: undefined, SHOP_API_KEY_FILE: path } })
  // Eight characters are the fewest: the line feed counts as none.
  expect(check(fileOf('key', '8-signs!\n'))).toEqual([])
  expect(() => check(fileOf('short', '7-signs\n'))).toThrow(/Plugin "shop", option "apiKey"/)
  if (process.platform === 'win32') return
  expect(check(fileOf('open', '8-signs!', 0o640))).toEqual([
    expect.stringMatching(/^SHOP_API_KEY_FILE .*may be read by others \(mode 640\).*chmod 600/),
  ])
})

// Of PORT: `lifecycle-telegram.test.ts`.
test('port in use: CONFIG_PORT_IN_USE with exit code 78', async () => {
  const other = createServer()
  const taken = await portOf(other)
  onTestFinished(() => void other.close())
  const health = { HEALTH_PORT: String(taken), HEALTH_HOST: '127.0.0.1' }
  const error = await refusalOf(health)
  expect(error).toMatchObject({ code: 'CONFIG_PORT_IN_USE', message: expect.stringContaining(String(taken)) })
  expect(exitCodeOf(error)).toBe(78)
})

// Against a real server as far as it can show it: `src/database/client.test.ts`.
const answers: [string, FakeAnswer, RegExp][] = [
  [
    'wrong password',
    {
      kind: 'refuses',
      sqlState: '28P01',
      text: 'password authentication failed for user "bot"',
      asksPassword: true,
    },
    /^DB_AUTH: .*Check user and password/,
  ],
  [
    'no such database',
    { kind: 'refuses', sqlState: '3D000', text: 'database "bot" does not exist' },
    /^DB_NOT_FOUND: .*Create the database/,
  ],
  [
    'no right to connect',
    { kind: 'refuses', sqlState: '42501', text: 'permission denied for database "bot"' },
    /^DB_FORBIDDEN: .*GRANT CONNECT/,
  ],
  ['version 12', { kind: 'has version', versionNum: 120_022 }, /^DB_VERSION: .*PostgreSQL 12.*13 or later/],
]

test.each(answers)(
  'database, %s: refused within 5 s, with exit code 1, where and what to do',
  async (_, answer, fault) => {
    const fake = await startFakePostgres(answer)
    await expectRefusedDatabase(fake, fault)
  },
)

test('database, not Postgres: refused within 5 s', async () => {
  const web = createHttpServer()
  const webPort = await listen(web, 0, '127.0.0.1')
  onTestFinished(() => closeServer(web))
  await expectRefusedDatabase(webPort, /^DB_NOT_POSTGRES: .*host and port/)
})

async function expectRefusedDatabase(at: number, fault: RegExp) {
  const startedAtMs = performance.now()
  const error = await refusalOf({ DATABASE_URL: `postgres://bot:hunter2pass@127.0.0.1:${at}/bot` })
  expect(performance.now() - startedAtMs).toBeLessThan(5_000)
  expect(`${(error as { code?: string }).code}: ${error.message}`).toMatch(fault)
  expect(error.message).toContain(`database "bot" at 127.0.0.1:${at} as "bot"`)
  expect(error.message).not.toContain('hunter2')
  expect(exitCodeOf(error)).toBe(1)
}
