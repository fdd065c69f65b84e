/** What Telegram is told of the webhook, and when: at the first start, and after that only what has changed. */
import { expect, inject, onTestFinished, test } from 'vitest'
import { createApp, defineContract, definePlugin } from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'
import { freePort } from './support/free-port.js'

/** A bot by webhook that answers, and how often Telegram was told. */
async function startWebhookBot(env: Record<string, string> = {}) {
  const port = await freePort()
  const echo = definePlugin(defineContract({ name: 'echo' }), {
    commands: { hi: { description: 'Hi', handle: (ctx) => ctx.outbox.reply('hi there') } },
    routes: (route) => [route.get('/echo', { handle: () => 'by a route' })],
  })
  const app = createApp({ plugins: [echo()] })
  const bot = await startTestBot(app, {
    postgresUrl: inject('postgresUrl'),
    env: {
      WEBHOOK_URL: `http://127.0.0.1:${port}/hook/of-a-bot`,
      WEBHOOK_SECRET: 'a-secret-of-this-test',
      PORT: String(port),
      ...env,
    },
    quiet: true,
  })
  onTestFinished(() => bot.stop())
  const restart = async (changed: Record<string, string> = {}) => {
    const lines: string[] = []
    await app.stop()
    await app.start({
      env: { ...bot.env, ...changed },
      logDestination: { write: (line) => lines.push(line) },
    })
    return lines.join('').includes('as before') ? 'as before' : 'told'
  }
  return { app, bot, restart, url: `http://127.0.0.1:${port}` }
}

test('is told at the first start, and then only of what has changed', async () => {
  const { bot, restart } = await startWebhookBot()
  expect(bot.log).toContain('Telegram delivers updates to the webhook"')
  expect(bot.bot.webhook).toMatchObject({ secretToken: 'a-secret-of-this-test', maxConnections: 40 })
  expect(await restart()).toBe('as before')
  expect(await restart({ WEBHOOK_SECRET: 'another-secret-of-this-test' })).toBe('told')
  expect(bot.bot.webhook?.secretToken).toBe('another-secret-of-this-test')
  expect(await restart({ WEBHOOK_MAX_CONNECTIONS: '7', WEBHOOK_SECRET: 'another-secret-of-this-test' })).toBe(
    'told',
  )
  expect(bot.bot.webhook?.maxConnections).toBe(7)
  expect(await restart({ WEBHOOK_MAX_CONNECTIONS: '7', WEBHOOK_SECRET: 'another-secret-of-this-test' })).toBe(
    'as before',
  )
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/hi')
  await alice.sees('hi there')
})

test('is told again after somebody else has set another webhook, or another secret', async () => {
  const { app, bot, restart } = await startWebhookBot()
  const call = (parameters: object) => app.telegram.callApi('setWebhook', parameters as never)
  const { url = '' } = await app.telegram.getWebhookInfo()
  await call({ url: 'https://elsewhere.example.org/hook' })
  expect(await restart()).toBe('told')
  await call({ url, secret_token: 'the-secret-of-somebody-else', allowed_updates: ['message'] })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/hi')
  await expect.poll(async () => (await app.telegram.getWebhookInfo()).last_error_message).toContain('401')
  expect(await restart()).toBe('told')
  await alice.sees('hi there')
})

test('stays set when the bot stops, and what arrives meanwhile is delivered at the next start', async () => {
  const { app, bot } = await startWebhookBot()
  const alice = bot.createPerson({ firstName: 'Alice' })
  await app.stop()
  expect(bot.bot.webhook?.url).toContain('/hook/of-a-bot')
  alice.sends('/hi')
  await app.start({ env: bot.env, logDestination: { write: () => undefined } })
  // Telegram tries again after 2, 4, 8 … seconds, whenever the bot has come back.
  await alice.sees('hi there', { timeoutMs: 20_000 })
})

test('the secret stands neither in the database nor in the log', async () => {
  const { app, bot } = await startWebhookBot()
  const rows = await app.unit(({ session }) => session.sql`SELECT * FROM hello_webhook`)
  expect(rows).toMatchObject([{ secret_digest: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect(JSON.stringify(rows) + bot.log).not.toContain('a-secret-of-this-test')
})

test('routes answer beside the webhook, whose path they do not take', async () => {
  const { url } = await startWebhookBot()
  expect(await (await fetch(`${url}/echo`)).text()).toBe('by a route')
  expect((await fetch(`${url}/hook/of-a-bot`, { method: 'POST' })).status).toBe(401)
  expect(await (await fetch(`${url}/hook/of-a-bot/`)).json()).toMatchObject({ status_code: 404 })
  const taker = definePlugin(defineContract({ name: 'taker' }), {
    routes: (route) => [route.get('/hook', { handle: () => 'mine' })],
  })
  const env = {
    BOT_TOKEN: `123456:${'A'.repeat(35)}`,
    DATABASE_URL: 'postgres://bot@127.0.0.1:1/hello',
    WEBHOOK_URL: 'https://bot.example.org/hook',
    WEBHOOK_SECRET: 'a-secret-of-this-test',
  }
  await expect(createApp({ plugins: [taker()] }).start({ env })).rejects.toMatchObject({
    code: 'ROUTE_CONFLICT',
  })
})

test('listens on the host that it is told, of IPv6 too', async () => {
  const { app } = await startWebhookBot({ HOST: '::1', WEBHOOK_URL: 'https://bot.example.org/hook' })
  expect(app.addresses.http).toMatch(/^http:\/\/\[::1\]:\d+$/)
  expect((await fetch(`${app.addresses.http}/echo`)).status).toBe(200)
})
