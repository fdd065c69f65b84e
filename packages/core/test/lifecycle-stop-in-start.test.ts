/** A stop that comes while the app starts ends the start, whatever it waits for, and leaves nothing. */
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createApp, defineContract, definePlugin } from '../src/index.js'
import { createTestDatabase } from '../src/testing/index.js'
import { backendsOf, hangs, notingPlugin, startBot, thrownBy } from './lifecycle.fixture.js'

const stopped = { code: 'APP_STOPPED' }

test('before anything is opened', async () => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  const started = thrownBy(app.start({ env: bot.env }))
  await app.stop()
  expect(await started).toMatchObject(stopped)
  expect(events).toEqual([])
})

test('while the database does not answer', async () => {
  const app = createApp({ plugins: [] })
  const bot = await startBot(app, { isStarted: false })
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  onTestFinished(() => void silent.close())
  const { port } = silent.address() as { port: number }
  const env = { ...bot.env, DATABASE_URL: `postgresql://u:pass@127.0.0.1:${port}/db` }
  const started = thrownBy(app.start({ env }))
  const [socket] = (await once(silent, 'connection')) as [Socket]
  const ended = app.stop()
  socket.destroy()
  expect(await started).toMatchObject(stopped)
  await ended
})

test('while another process migrates', async () => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  const empty = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  onTestFinished(() => empty.drop())
  const other = new pg.Client({ connectionString: empty.url })
  await other.connect()
  onTestFinished(() => other.end())
  await other.query("SELECT pg_advisory_lock(x'4d494752'::int, hashtext(current_database()))")
  const lines: string[] = []
  const started = thrownBy(
    app.start({
      env: { ...bot.env, DATABASE_URL: empty.url, LOG_LEVEL: 'info' },
      logDestination: { write: (line) => lines.push(line) },
    }),
  )
  await expect.poll(() => lines.join('')).toMatch(/migrat/)
  await app.stop()
  expect(await started).toMatchObject(stopped)
  await expect
    .poll(async () => (await backendsOf(empty.url)).filter((name) => name.startsWith('hello ')), {
      timeout: 10_000,
    })
    .toEqual([])
  expect(events).toEqual([])
})

test.each([
  [
    'Telegram cannot say who the bot is',
    { kind: 'error', errorCode: 502, description: 'Bad Gateway', times: 99 },
  ],
  ['Telegram does not answer', { kind: 'hang', times: 99 }],
] as const)('while %s', async (_, fault) => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  bot.server.faults.next('getMe', fault)
  const started = thrownBy(app.start({ env: bot.env }))
  // Taken once it is asked: the plan then has one fault less.
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
  await app.stop()
  expect(await started).toMatchObject(stopped)
  expect(events).toEqual([])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
})

test('while a plugin starts: one that gets there is stopped in its turn', async () => {
  const events: string[] = []
  const first = notingPlugin('first', events)
  let reached: () => void = () => undefined
  const starting = new Promise<void>((resolve) => {
    reached = resolve
  })
  let go: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    go = resolve
  })
  const slow = definePlugin(defineContract({ name: 'slow', requires: [first] }), {
    start: () => {
      reached()
      return gate
    },
    stop: () => void events.push('slow stop'),
  })
  const app = createApp({ plugins: [first(), slow(), notingPlugin('later', events)()] })
  const bot = await startBot(app, { isStarted: false })
  const started = thrownBy(app.start({ env: bot.env }))
  await starting
  const ended = app.stop()
  go()
  expect(await started).toMatchObject(stopped)
  await ended
  expect(events).toEqual(['first start', 'slow stop', 'first stop'])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
})

test('while a plugin hangs in its start: it gets as long as a stop may take', async () => {
  const events: string[] = []
  const first = notingPlugin('first', events)
  let reached: () => void = () => undefined
  const starting = new Promise<void>((resolve) => {
    reached = resolve
  })
  const hanging = definePlugin(defineContract({ name: 'hanging', requires: [first] }), {
    start: () => {
      reached()
      return hangs()
    },
    stop: () => void events.push('hanging stop'),
  })
  const app = createApp({ plugins: [first(), hanging()], stopTimeoutMs: 50 })
  const bot = await startBot(app, { isStarted: false })
  const started = thrownBy(app.start({ env: bot.env }))
  await starting
  await app.stop()
  expect(await started).toMatchObject({
    ...stopped,
    cause: {
      code: 'PLUGIN_START_FAILED',
      message: expect.stringContaining('"hanging" did not start within 50 ms'),
    },
  })
  expect(events).toEqual(['first start', 'first stop'])
})
