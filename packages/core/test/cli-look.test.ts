/** What `hello` shows of a bot without running it (plugins, routes, doctor, webhook), and what it builds of it. */
import { readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { createProject, createSurroundings, runCli, startCli } from './cli.fixture.js'

const shop = `
import { createApp, defineContract, defineMigration, definePlugin } from '@hello/core'
const users = definePlugin(defineContract({ name: 'users', version: '1.2.0', migrations: [defineMigration({
  name: '0001-one', up: ({ sql }) => sql\`CREATE TABLE users_one (id int)\` })] }), {})
const events = definePlugin(defineContract({ name: 'events', requires: [users] }), {})
const shop = definePlugin(defineContract({ name: 'shop', version: '0.1.0', requires: [users, events] }), {
  commands: { buy: { description: 'Buy', handle() {} } },
  routes: (route) => [
    route.get('/goods', { handle: () => [] }),
    route.post('/orders', { auth: 'mini-app', handle: () => undefined }),
  ],
})
export default createApp({ plugins: [shop(), events(), users()] })
`

test('plugins and routes are shown without a token and without a database', async () => {
  const cwd = await createProject({ 'hello.config.js': shop })
  const list = await runCli(['plugins', 'list'], { cwd })
  expect(list.output).toBe('users 1.2.0\nevents       requires users\nshop 0.1.0   requires users, events\n')
  const json = await runCli(['plugins', 'list', '--json'], { cwd })
  expect(JSON.parse(json.output)[0]).toEqual({ name: 'users', version: '1.2.0', requires: [] })
  const tree = await runCli(['plugins', 'graph'], { cwd })
  expect(tree.output).toBe('shop 0.1.0\n├─ users 1.2.0\n└─ events\n   └─ users 1.2.0\n')
  const mermaid = await runCli(['plugins', 'graph', '--mermaid'], { cwd })
  expect(mermaid.output).toMatch(/^flowchart TD\n {2}users\["users 1\.2\.0"\]\n[\s\S]* {2}shop --> events\n$/)
  const routes = await runCli(['routes'], { cwd })
  expect(routes.output).toMatch(/GET {5}\/goods {3}shop\nPOST {4}\/orders {2}shop {2}\(mini-app\)\n/)
  const parsed = await runCli(['routes', '--json'], { cwd })
  expect(JSON.parse(parsed.output)).toHaveLength(2)
})

test('with --time the plugins are started once, with the database and without Telegram, and stopped', async () => {
  const { env } = await createSurroundings()
  const timed = shop
    .replace(
      'up: ({ sql }) => sql`CREATE TABLE users_one (id int)` })] }), {})',
      "up: ({ sql }) => sql`CREATE TABLE users_one (id int)` })] }), { start: pause, stop: () => console.error('users stopped') })",
    )
    .replace(
      'const users',
      'const pause = () => new Promise((resolve) => setTimeout(resolve, 600))\nconst users',
    )
  const cwd = await createProject({ 'hello.config.js': timed })
  // Nothing listens there.
  const settings = { ...env, TELEGRAM_API_ROOT: 'http://127.0.0.1:1' }
  const json = await runCli(['plugins', 'list', '--time', '--json'], { cwd, env: settings })
  expect(json.exitCode, json.output).toBe(0)
  expect(json.stderr).toBe('users stopped\n')
  const [users, events] = JSON.parse(json.output.replace('users stopped\n', ''))
  expect(users).toEqual({ name: 'users', version: '1.2.0', requires: [], startMs: expect.any(Number) })
  expect(users.startMs).toBeGreaterThanOrEqual(590)
  expect(events.startMs).toBeLessThan(users.startMs)
  const tree = await runCli(['plugins', 'graph', '--time'], { cwd, env: settings })
  expect(tree.output).toMatch(/^shop 0\.1\.0 \(\d+ ms\)\n├─ users 1\.2\.0 \(\d{3,} ms\)$/m)
})

test('doctor says of each thing how it is and what to do', async () => {
  const { env, server } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': shop })
  const settings = { ...env, LOG_LEVEL: 'silent' }
  const before = await runCli(['doctor'], { cwd, env: settings })
  expect(before.output).toMatch(
    /✓ Node: \S+\n✓ App: plugins users, events, shop\n✓ Configuration: production\n✓ Token: @hello_cli_bot\n✓ Webhook: none, the bot polls\n✓ Database: PostgreSQL .*\n✓ Rights: .*\n✓ Clock: \d+ ms.*\n✗ Schema: \d+ migrations are pending: .*Run: hello migrate up\n$/,
  )
  expect(before.exitCode).toBe(1)
  await runCli(['migrate', 'up'], { cwd, env: settings })
  const after = await runCli(['doctor', '--json'], { cwd, env: settings })
  expect(after.exitCode, after.output).toBe(0)
  expect(JSON.parse(after.output)).toContainEqual({ ok: true, what: 'Schema', found: expect.any(String) })
  await server.stop()
  const dead = { ...settings, DATABASE_URL: 'postgres://me:long-password@127.0.0.1:1/none' }
  const ill = await runCli(['doctor'], { cwd, env: dead })
  expect(ill.output).toMatch(/✗ Token: TELEGRAM_UNREACHABLE: .*\n✗ Webhook: .*\n✗ Database: DB_UNREACHABLE: /)
  const unset = await runCli(['doctor'], { cwd })
  expect(unset.output).toMatch(
    /✗ Configuration: CONFIG_TOKEN_MISSING: .*\n✗ Configuration: CONFIG_DATABASE_URL: /,
  )
})

test('the webhook is set, looked at and taken away', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': shop })
  const { DATABASE_URL: _, ...others } = env
  const hello = (word: string, more: Record<string, string> = {}) =>
    runCli(['webhook', word], { cwd, env: { ...others, ...more } })
  const none = await hello('set')
  expect(none.stderr).toMatch(/^CONFIG_WEBHOOK_URL: WEBHOOK_URL is not set/)
  expect(none.exitCode).toBe(78)
  expect((await hello('info')).output).toMatch(/^There is no webhook: the bot polls\.\n0 updates wait/)
  const set = await hello('set', { WEBHOOK_URL: 'https://bot.example.org', WEBHOOK_SECRET: 's'.repeat(32) })
  expect(set.output, set.stderr).toBe('Telegram delivers to https://bot.example.org/webhook\n')
  const info = await runCli(['webhook', 'info', '--json'], { cwd, env: others })
  expect(JSON.parse(info.output)).toMatchObject({
    url: 'https://bot.example.org/webhook',
    allowed_updates: ['message'],
  })
  expect((await hello('delete')).exitCode).toBe(0)
  expect((await hello('info')).output).toMatch(/^There is no webhook/)
})

const packageOf = (name: string) => dirname(dirname(createRequire(import.meta.url).resolve(name)))

test('what is built runs where neither the sources nor TypeScript are', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject({
    'hello.config.ts': `import { createApp } from '@hello/core'
import { greeting } from './src/greeting.js'
export default createApp({ plugins: [greeting()] })\n`,
    'src/greeting.ts': `import { defineContract, definePlugin } from '@hello/core'
const name: string = 'greeting'
export const greeting = definePlugin(defineContract({ name: 'greeting' }), { start({ logger }) { logger.info('It is ' + name) } })\n`,
  })
  const without = await runCli(['build'], { cwd })
  expect(without.stderr).toMatch(/^BUILD_FAILED: .*npm install --save-dev tsup/)
  expect(without.exitCode).toBe(64)
  await symlink(packageOf('tsup'), join(cwd, 'node_modules/tsup'))
  const built = await runCli(['build'], { cwd })
  expect(built.output, built.stderr).toBe('dist/hello.config.js\ndist/hello.config.js.map\n')
  expect(await readFile(join(cwd, 'dist/hello.config.js'), 'utf8')).toMatch(/from ["']@hello\/core["']/)
  await Promise.all([rm(join(cwd, 'hello.config.ts')), rm(join(cwd, 'src'), { recursive: true })])
  await rm(join(cwd, 'node_modules/tsup'))
  const running = startCli(['start'], { cwd, env })
  await running.says(/It is greeting/)
  await running.says(/The bot is running/)
  running.child.kill('SIGTERM')
  expect(await running.ended).toBe(0)
})

test('sources that do not compile are refused in a line', async () => {
  const cwd = await createProject({ 'hello.config.ts': 'export default {{\n' })
  await symlink(packageOf('tsup'), join(cwd, 'node_modules/tsup'))
  const { exitCode, stderr } = await runCli(['build'], { cwd })
  expect(stderr).toMatch(/BUILD_FAILED: .*hello\.config\.ts could not be built: /)
  expect(exitCode).toBe(64)
})
