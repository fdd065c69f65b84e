/** The health checks of a whole app, over real HTTP, from the first moment of its start to the last of its stop. */
import { createServer } from 'node:http'
import { expect, inject, onTestFinished, test } from 'vitest'
import { closeServer, listen } from '../src/http/listen.js'
import { createApp, defineContract, definePlugin } from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'
import { startBot } from './lifecycle.fixture.js'
import { startTcpProxy } from './support/tcp-proxy.js'

const withHealth = { HEALTH_PORT: '0' }

async function ask(url: string | undefined, path: string, method = 'GET') {
  const response = await fetch(`${url}${path}`, { method })
  const text = await response.text()
  const body = text === '' ? undefined : (JSON.parse(text) as { status: string; checks: Record<string, any> })
  return { status: response.status, text, body, headers: response.headers }
}

const statusOf = async (url: string | undefined, path: string) => (await ask(url, path)).status

/** Its handler waits until it is let go. */
function holdingApp() {
  let letGo = () => {}
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  const held = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const holding = definePlugin(defineContract({ name: 'holding' }), {
    commands: {
      hold: {
        description: 'Hold',
        handle: () => {
          begin()
          return held
        },
      },
    },
  })
  return { app: createApp({ plugins: [holding()] }), begun, letGo: () => letGo() }
}

test('a running bot lives and is ready', async () => {
  const app = createApp({ plugins: [] })
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), env: withHealth })
  onTestFinished(() => bot.stop())
  const { health } = app.addresses
  const live = await ask(health, '/health/live')
  expect([live.status, live.body]).toEqual([
    200,
    {
      status: 'ok',
      checks: {
        eventLoop: { status: 'ok', lagMs: expect.any(Number) },
        polling: { status: 'ok', pollMs: expect.any(Number) },
      },
    },
  ])
  const ready = await ask(health, '/health/ready')
  expect([ready.status, ready.body?.status, Object.keys(ready.body?.checks ?? {})]).toEqual([
    200,
    'ok',
    ['started', 'running', 'migrations', 'database', 'updates', 'polling'],
  ])
  expect(ready.headers.get('cache-control')).toBe('no-store')
  expect(ready.text).not.toContain(bot.bot.token)
  expect((await ask(health, '/health/ready', 'HEAD')).status).toBe(200)
  expect((await ask(health, '/health/live?verbose')).status).toBe(200)
  for (const path of ['/', '/health', '/health/', '/metrics'])
    expect((await ask(health, path)).status).toBe(404)
  expect((await ask(health, '/health/live', 'POST')).status).toBe(405)
})

test('lives while it starts, and is ready only when it has', async () => {
  const app = createApp({ plugins: [] })
  const bot = await startBot(app, { isStarted: false })
  bot.server.faults.next('getMe', { kind: 'error', errorCode: 502, description: 'Bad Gateway', times: 2 })
  let url = ''
  const lines: string[] = []
  const starting = app.start({
    env: { ...bot.env, ...withHealth, LOG_LEVEL: 'debug' },
    logDestination: {
      write: (line) => {
        lines.push(line)
        url ||= /"url":"([^"]+)","msg":"The health checks/.exec(line)?.[1] ?? ''
      },
    },
  })
  await expect.poll(() => lines.join('')).toContain('it is asked again')
  expect(await statusOf(url, '/health/live')).toBe(200)
  const { status, body } = await ask(url, '/health/ready')
  expect([status, body?.checks.started.status, body?.checks.migrations.status]).toEqual([503, 'failed', 'ok'])
  await starting
  expect(await statusOf(url, '/health/ready')).toBe(200)
})

test('is not ready while it stops, and lives to the end', async () => {
  const { app, begun, letGo } = holdingApp()
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), env: withHealth })
  onTestFinished(() => bot.stop())
  const { health } = app.addresses
  bot.createPerson({ firstName: 'Alice' }).sends('/hold')
  await begun
  const stopping = app.stop()
  await expect.poll(() => statusOf(health, '/health/ready')).toBe(503)
  expect(await statusOf(health, '/health/live')).toBe(200)
  letGo()
  await stopping
  await expect(fetch(`${health}/health/live`)).rejects.toThrow()
})

test('is not ready while an update waits for longer than it may', async () => {
  const { app, letGo } = holdingApp()
  const env = { ...withHealth, HEALTH_UNSETTLED_MAX: '1s' }
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), env })
  onTestFinished(() => bot.stop())
  const { health } = app.addresses
  bot.createPerson({ firstName: 'Alice' }).sends('/hold')
  await expect.poll(() => statusOf(health, '/health/ready'), { timeout: 10_000 }).toBe(503)
  const { body } = await ask(health, '/health/ready')
  expect(body?.checks.updates).toMatchObject({ status: 'failed', mostSeconds: 1 })
  expect(await statusOf(health, '/health/live')).toBe(200)
  letGo()
  await app.idle()
  expect(await statusOf(health, '/health/ready')).toBe(200)
})

test('is not ready within a second while the database is silent, and lives', async () => {
  const app = createApp({ plugins: [] })
  const bot = await startBot(app, { isStarted: false })
  const proxy = await startTcpProxy(bot.databaseUrl)
  onTestFinished(async () => {
    await app.stop().catch(() => undefined)
    await proxy[Symbol.asyncDispose]()
  })
  const logDestination = { write: () => undefined }
  await app.start({ env: { ...bot.env, ...withHealth, DATABASE_URL: proxy.url }, logDestination })
  const { health } = app.addresses
  await expect.poll(() => statusOf(health, '/health/ready')).toBe(200)
  proxy.setMode('stall')
  const askedAtMs = performance.now()
  const { status, body } = await ask(health, '/health/ready')
  expect([status, body?.checks.database.status]).toEqual([503, 'failed'])
  // Less than the 15 s of a statement.
  expect(performance.now() - askedAtMs).toBeLessThan(10_000)
  expect(await statusOf(health, '/health/live')).toBe(200)
  proxy.setMode('pass')
  await expect.poll(() => statusOf(health, '/health/ready'), { timeout: 30_000 }).toBe(200)
})

test('a port of the health checks that another program has ends the start before anything is opened', async () => {
  const other = createServer()
  const port = await listen(other, 0, '127.0.0.1')
  onTestFinished(() => closeServer(other))
  const app = createApp({ plugins: [] })
  const bot = await startBot(app, { isStarted: false })
  await expect(app.start({ env: { ...bot.env, HEALTH_PORT: String(port) } })).rejects.toMatchObject({
    code: 'CONFIG_PORT_IN_USE',
  })
})

test('CONFIG_HOST names an address that is none of this machine', async () => {
  const app = createApp({ plugins: [] })
  const bot = await startBot(app, { isStarted: false })
  // Reserved for documentation (RFC 5737).
  await expect(
    app.start({ env: { ...bot.env, ...withHealth, HEALTH_HOST: '192.0.2.1' } }),
  ).rejects.toMatchObject({
    code: 'CONFIG_HOST',
    message: expect.stringContaining('192.0.2.1 is none of this machine'),
  })
})

test('can be asked over IPv6', async () => {
  const app = createApp({ plugins: [] })
  const bot = await startTestBot(app, {
    postgresUrl: inject('postgresUrl'),
    env: { ...withHealth, HEALTH_HOST: '::1' },
  })
  onTestFinished(() => bot.stop())
  expect(app.addresses.health).toMatch(/^http:\/\/\[::1\]:\d+$/)
  expect(await statusOf(app.addresses.health, '/health/live')).toBe(200)
})
