/** The command line: what it refuses, with which exit code, and in one clear line. */
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { configWith, createProject, createSurroundings, runCli } from './cli.fixture.js'

test.each([
  [[], /^USAGE: Say what to do\. See hello --help\n$/],
  [['migrate'], /^USAGE: Say what to do: hello migrate up\./],
  [['strat'], /^USAGE: .*Did you mean start\?/],
  [['dev', '--prot', '3000'], /^USAGE: Unknown argument: prot\. Did you mean --port\?/],
  [['dev', '--port'], /^USAGE: Not enough arguments following: port\./],
  [['dev', '--port', 'abc'], /^USAGE: --port takes one whole number from 0 to 65535\./],
  [['dev', '--port', '65536'], /^USAGE: --port takes one whole number/],
  [['dev', '--port', '1', '--port', '2'], /^USAGE: --port/],
  [['start', '--cwd', '.', '--cwd', '.'], /^USAGE: --cwd is given twice; give it once\./],
  [['start', 'now'], /^USAGE: Unknown/],
])('hello %j is refused with exit code 64, in one line', async (args, message) => {
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const { exitCode, stderr } = await runCli(args, { cwd })
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(exitCode).toBe(64)
})

test('hello --help and --version are answered', async () => {
  const cwd = await createProject({})
  const help = await runCli(['--help'], { cwd })
  expect(help.output).toMatch(/hello dev[\s\S]*hello start[\s\S]*hello migrate/)
  expect(help.exitCode).toBe(0)
  expect(await runCli(['--version'], { cwd })).toMatchObject({ exitCode: 0, output: '0.1.0\n' })
})

test.each([
  ['no config file', {}, /^NOT_A_PROJECT: There is no hello\.config\.ts, hello\.config\.js.*--cwd/],
  [
    'no app in it',
    { 'hello.config.js': 'export const app = 1' },
    /^NOT_A_PROJECT: .*has no app as its default export/,
  ],
])('where there is %s, the folder is no project', async (_, files, message) => {
  const cwd = await createProject(files)
  const { exitCode, stderr } = await runCli(['start'], { cwd })
  expect(stderr).toMatch(message)
  expect(exitCode).toBe(64)
})

test('production tells everything that is missing at once, with exit code 78', async () => {
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const blank = { ENVIRONMENT: '', BOT_TOKEN: ' ', DATABASE_URL: '' }
  for (const env of [undefined, blank]) {
    const { exitCode, stderr } = await runCli(['start'], { cwd, ...(env && { env }) })
    expect(stderr).toMatch(/^CONFIG_TOKEN_MISSING: BOT_TOKEN .*\nCONFIG_DATABASE_URL: DATABASE_URL .*\n$/)
    expect(exitCode).toBe(78)
  }
})

test('hello dev brings nothing along in production', async () => {
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const { exitCode, stderr } = await runCli(['dev'], { cwd, env: { ENVIRONMENT: 'production' } })
  expect(stderr).toMatch(/^CONFIG_TOKEN_MISSING.*\nCONFIG_DATABASE_URL.*\n$/)
  expect(exitCode).toBe(78)
})

test('the project’s .env is read, wherever the command is given, and what is set wins', async () => {
  const cwd = await createProject({
    'bot/hello.config.js': configWith(),
    'bot/.env': 'BOT_TOKEN=not-a-token\nDATABASE_URL=mysql://example\n',
  })
  for (const args of [
    ['start', '--cwd', 'bot'],
    ['start', '--cwd=bot'],
  ]) {
    const { stderr } = await runCli(args, {
      cwd,
      env: { DATABASE_URL: 'postgresql://u:pass@127.0.0.1:1/db' },
    })
    expect(stderr).toMatch(/^CONFIG_TOKEN_INVALID: .*\n$/)
  }
})

test('faults of plugins are told one in a line, without a stack; --debug shows it', async () => {
  const config = configWith("{ commands: { Start: { description: '', handle() {} } } }", "{ name: 'Bad' }")
  const cwd = await createProject({ 'hello.config.js': config })
  const plain = await runCli(['start'], { cwd })
  expect(plain).toMatchObject({ exitCode: 78, stderr: expect.stringMatching(/^PLUGIN_NAME: "Bad" .*\n$/) })
  const debug = await runCli(['start', '--debug'], { cwd })
  expect(debug.stderr).toMatch(/^PLUGIN_NAME: .*\n.*PluginError: .*\n +at /)
})

test('a config file that does not load is told in words', async () => {
  const cwd = await createProject({ 'hello.config.js': "throw new TypeError('no luck')" })
  expect(await runCli(['start'], { cwd })).toMatchObject({ exitCode: 1, stderr: 'Error: no luck\n' })
})

test('migrate up applies what is pending and says it; start in production asks for it', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const { MIGRATE: _, ...production } = env
  const refused = await runCli(['start'], { cwd, env: production })
  expect(refused.stderr).toMatch(/^MIGRATION_PENDING: .*hello migrate up/)
  expect(refused.exitCode).toBe(1)
  const quiet = { ...production, LOG_LEVEL: 'silent' }
  const first = await runCli(['migrate', 'up'], { cwd, env: quiet })
  expect(first.output).toMatch(/^(core\/.*\n)+\d applied\.\n$/)
  expect(first.exitCode).toBe(0)
  expect(await runCli(['migrate', 'up'], { cwd, env: quiet })).toMatchObject({
    exitCode: 0,
    output: 'Nothing is pending.\n',
  })
})

test('a port of the chat page that another program has is told', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as { port: number }
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const { exitCode, stderr } = await runCli(['dev', '--port', `${port}`], {
    cwd,
    env: { DATABASE_URL: env.DATABASE_URL },
  })
  expect(stderr).toMatch(new RegExp(`^CONFIG_PORT_IN_USE: .*${port}.*\\n$`))
  expect(exitCode).toBe(78)
})

test('a port of the webhook that another program has is told', async () => {
  const other = createServer().listen(0)
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as { port: number }
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const { exitCode, stderr } = await runCli(['start'], {
    cwd,
    env: {
      ...env,
      WEBHOOK_URL: 'https://bot.example.com/hook',
      WEBHOOK_SECRET: 'a-secret-of-enough-characters',
      PORT: `${port}`,
    },
  })
  expect(stderr).toMatch(new RegExp(`^CONFIG_PORT_IN_USE: .*${port}`))
  expect(exitCode).toBe(78)
})

test('a token that Telegram refuses is told, with exit code 78', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const { exitCode, stderr } = await runCli(['start'], {
    cwd,
    env: { ...env, BOT_TOKEN: `123456:${'A'.repeat(35)}` },
  })
  expect(stderr).toMatch(/^TELEGRAM_TOKEN_REFUSED: .*@BotFather.*\n$/)
  expect(exitCode).toBe(78)
})

test('where @hello/testing is not installed, hello dev says how to install it', async () => {
  const { env } = await createSurroundings()
  const hook = `export const resolve = (name, context, next) => {
    if (name !== '@hello/testing') return next(name, context)
    throw Object.assign(new Error("Cannot find package '@hello/testing'"), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const cwd = await createProject({
    'hello.config.js': configWith(),
    'hook.mjs': hook,
    'hide.mjs': "import { register } from 'node:module'\nregister('./hook.mjs', import.meta.url)",
  })
  const { exitCode, stderr } = await runCli(['dev'], {
    cwd,
    env: { DATABASE_URL: env.DATABASE_URL },
    nodeArgs: ['--import', './hide.mjs'],
  })
  expect(stderr).toMatch(/^TESTING_NOT_INSTALLED: .*npm install --save-dev @hello\/testing.*\n$/)
  expect(exitCode).toBe(64)
})

test('hello config check says what is wrong, with exit code 78, or that nothing is, and starts nothing', async () => {
  const started = "{ start() { throw new Error('It was started') } }"
  const contract =
    "{ name: 'feed', options: z.object({ key: fromEnvironment('FEED_KEY', z.string().min(5), { secret: true }) }) }"
  const before = "import { fromEnvironment, z } from '@hello/core'"
  const cwd = await createProject({ 'hello.config.js': configWith(started, contract, before) })
  const env = {
    BOT_TOKEN: `123456:${'a'.repeat(35)}`,
    DATABASE_URL: 'postgres://me:long-password@nowhere.invalid/bot',
  }
  const wrong = await runCli(['config', 'check'], { cwd, env: { ...env, PORT: '80a', FEED_KEY: 'four' } })
  expect(wrong.stderr).toMatch(
    /^CONFIG_PORT: PORT .*"80a".*\nCONFIG_OPTIONS: Plugin "feed", option "key".*\n$/,
  )
  expect(wrong.exitCode).toBe(78)
  const right = await runCli(['config', 'check'], {
    cwd,
    env: { ...env, FEED_KEY: 'enough', WEBHOOK_SECRET: 's'.repeat(20) },
  })
  expect(right.output).toMatch(
    /^Warning: WEBHOOK_SECRET is set and WEBHOOK_URL is not.*\nThe configuration is complete\.\n$/,
  )
  expect(right.exitCode).toBe(0)
  const example = await runCli(['config', 'example'], { cwd })
  expect(example.output).toMatch(
    /^# .*\nBOT_TOKEN=\n[\s\S]*# ENVIRONMENT=development\n[\s\S]*# Plugin "feed"\n[\s\S]*\nFEED_KEY=\n$/,
  )
  expect(example.exitCode).toBe(0)
})

test('no secret is shown, wherever it came from', async () => {
  const { env, bot } = await createSurroundings()
  const password = 'pass-word-of-the-database'
  const leaking = `{
    start() {
      queueMicrotask(() => {
        throw new TypeError([process.env.SHOP_KEY, ${JSON.stringify(bot.token)}, '${password}'].join(' and '))
      })
    },
  }`
  const contract =
    "{ name: 'leaky', options: z.object({ key: fromEnvironment('SHOP_KEY', z.string(), { secret: true }) }) }"
  const config = configWith(leaking, contract, "import { fromEnvironment, z } from '@hello/core'")
  const cwd = await createProject({ 'hello.config.js': config })
  await writeFile(join(cwd, 'token'), bot.token, { mode: 0o600 })
  const url = new URL(env.DATABASE_URL)
  const { BOT_TOKEN: _, ...others } = env
  const secret = 'sk_live_of_the_shop'
  const { exitCode, output } = await runCli(['start', '--debug'], {
    cwd,
    env: { ...others, BOT_TOKEN_FILE: join(cwd, 'token'), SHOP_KEY: secret, DATABASE_URL: url.href },
  })
  expect(output).toContain('[secret] and [secret] and')
  for (const hidden of [secret, bot.token, bot.token.split(':')[1] as string])
    expect(output).not.toContain(hidden)
  expect(exitCode).toBe(1)
})

test('NO_COLOR takes the colours away, and without a terminal there are none', async () => {
  const cwd = await createProject({ 'hello.config.js': configWith() })
  const refused = async (NO_COLOR: string, FORCE_COLOR: string) =>
    (await runCli(['start'], { cwd, env: { NO_COLOR, FORCE_COLOR } })).stderr
  expect(await refused('', '1')).toContain('\u001b[31mCONFIG_TOKEN_MISSING\u001b[39m: ')
  for (const plain of [await refused('1', '1'), await refused('', '')]) {
    expect(plain).toMatch(/^CONFIG_TOKEN_MISSING: /)
    expect(plain).not.toContain('\u001b')
  }
})
