/** What Telegram says while the app starts: asked again when it fails, final when it knows no such bot. */

import { once } from 'node:events'
import { createServer } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { createApp, defineContract, definePlugin } from '../src/index.js'
import { backendsOf, notingPlugin, startBot, thrownBy } from './lifecycle.fixture.js'
import { freePort } from './support/free-port.js'

test('is asked who the bot is until it answers', async () => {
  const contract = defineContract({ name: 'echo' })
  const echo = definePlugin(contract, {
    commands: { hi: { description: 'Hi', handle: (ctx) => ctx.outbox.reply('hi') } },
  })
  const app = createApp({ plugins: [echo()] })
  const bot = await startBot(app, { isStarted: false })
  bot.server.faults.next('getMe', { kind: 'cut', when: 'before' })
  bot.server.faults.next('getMe', { kind: 'html', status: 502 })
  const lines: string[] = []
  await app.start({
    env: { ...bot.env, LOG_LEVEL: 'warn' },
    logDestination: { write: (line) => lines.push(line) },
  })
  expect(lines.filter((line) => line.includes('it is asked again'))).toHaveLength(2)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/hi')
  await alice.sees('hi')
})

test('a token that it refuses ends the start, and nothing is left', async () => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  const env = { ...bot.env, BOT_TOKEN: `123456:${'A'.repeat(35)}` }
  expect(await thrownBy(app.start({ env }))).toMatchObject({
    code: 'TELEGRAM_TOKEN_REFUSED',
    message: expect.stringContaining('@BotFather'),
  })
  expect(events).toEqual([])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
})

test('a token that it refuses later is told once to who runs the app', async () => {
  const app = createApp({ plugins: [] })
  const told: Error[] = []
  const bot = await startBot(app, { onFatal: (error) => told.push(error) })
  for (const method of ['getUpdates', 'getMe'])
    bot.server.faults.next(method, { kind: 'error', errorCode: 401, description: 'Unauthorized' })
  // The poll under way ends by an update; the next one is refused.
  bot.createPerson({ firstName: 'Alice' }).sends('hello')
  await expect.poll(() => told).toMatchObject([{ code: 'TELEGRAM_TOKEN_REFUSED' }])
})

test('a port of the webhook that another program has ends the start', async () => {
  const other = createServer().listen(0)
  await once(other, 'listening')
  onTestFinished(() => void other.close())
  const { port } = other.address() as { port: number }
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  const env = {
    ...bot.env,
    WEBHOOK_URL: 'https://bot.example.com/webhook',
    WEBHOOK_SECRET: 'a-secret-of-enough-characters',
    PORT: String(port),
    HEALTH_PORT: 'off',
  }
  expect(await thrownBy(app.start({ env }))).toMatchObject({
    code: 'CONFIG_PORT_IN_USE',
    message: expect.stringContaining(String(port)),
  })
  expect(events).toEqual(['a start', 'a drain', 'a stop'])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
})

test('a webhook that it refuses ends the start, and nothing is left', async () => {
  const events: string[] = []
  const app = createApp({ plugins: [notingPlugin('a', events)()] })
  const bot = await startBot(app, { isStarted: false })
  bot.server.faults.next('setWebhook', {
    kind: 'error',
    errorCode: 400,
    description: 'Bad Request: bad webhook',
    times: 99,
  })
  const env = {
    ...bot.env,
    WEBHOOK_URL: 'https://bot.example.com/webhook',
    WEBHOOK_SECRET: 'a-secret-of-enough-characters',
    PORT: String(await freePort()),
    HEALTH_PORT: String(await freePort()),
  }
  expect(await thrownBy(app.start({ env }))).toMatchObject({
    message: expect.stringContaining('bad webhook'),
  })
  expect(events).toEqual(['a start', 'a drain', 'a stop'])
  await expect.poll(() => backendsOf(bot.databaseUrl), { timeout: 10_000 }).toEqual([])
})
