/** Calls of the Bot API that are made while the transaction of an update is open. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, onTestFinished, test } from 'vitest'
import {
  type CommandContext,
  createApp,
  defineContract,
  definePlugin,
  type TraceEvents,
} from '../src/index.js'
import { startBot } from './lifecycle.fixture.js'

const contract = defineContract({ name: 'sends' })

async function openSends(
  refusesSendsInTransaction: boolean,
  handle: (ctx: CommandContext<typeof contract>) => Promise<unknown>,
) {
  const sends = definePlugin(contract, {
    commands: { go: { description: 'Go', handle } },
  })
  const app = createApp({ plugins: [sends()], refusesSendsInTransaction, apologises: false })
  const bot = await startBot(app, { env: { LOG_LEVEL: 'debug' } })
  onTestFinished(() => bot.stop())
  return { app, bot, alice: bot.createPerson({ firstName: 'Alice' }) }
}

const touch = (ctx: CommandContext<typeof contract>) => ctx.services.session.sql`SELECT 1`

test('a strict app refuses a send while the transaction is open, and nothing of it leaves', async () => {
  const { app, bot, alice } = await openSends(true, async (ctx) => {
    await touch(ctx)
    await ctx.reply('too early')
  })
  const sent: unknown[] = []
  const listen = (call: unknown) => {
    const { botId, method } = call as TraceEvents['hello:api.call']
    if (botId === bot.bot.id && method === 'sendMessage') sent.push(call)
  }
  subscribe('hello:api.call', listen)
  onTestFinished(() => void unsubscribe('hello:api.call', listen))
  alice.sends('/go')
  await expect.poll(() => bot.failures.length).toBe(1)
  await app.idle()
  expect(bot.failures[0]?.error).toMatchObject({
    code: 'UNIT_SEND_IN_TX',
    message: expect.stringContaining('sendMessage was called'),
  })
  expect(sent).toEqual([])
})

test('a strict app lets go what is sent before the first query, after the commit, by the outbox, and what only asks', async () => {
  const { alice, bot } = await openSends(true, async (ctx) => {
    await ctx.reply('before')
    await touch(ctx)
    await ctx.telegram.getMe()
    ctx.afterCommit(() => ctx.reply('after'))
    await ctx.outbox.reply('outbox')
  })
  alice.sends('/go')
  await alice.sees('before')
  await Promise.all([alice.sees('after'), expect.poll(() => bot.failures).toEqual([])])
})

test('any other app sends it, and says so at debug', async () => {
  const { alice, bot } = await openSends(false, async (ctx) => {
    await touch(ctx)
    await ctx.reply('early')
  })
  alice.sends('/go')
  await alice.sees('early')
  expect(bot.log).toContain('A call was made while a transaction was open')
})

test('a 429 while the transaction is open is passed on at once, and holds no lock for its time', async () => {
  const { alice, bot } = await openSends(false, async (ctx) => {
    await touch(ctx)
    await ctx.reply('early')
  })
  bot.server.faults.next('sendMessage', {
    kind: 'error',
    errorCode: 429,
    description: 'Too Many Requests: retry after 30',
    parameters: { retry_after: 30 },
  })
  const startedAtMs = performance.now()
  alice.sends('/go')
  await expect.poll(() => bot.failures.length, { timeout: 5_000 }).toBe(1)
  expect(bot.failures[0]?.error).toMatchObject({ code: 429 })
  expect(performance.now() - startedAtMs).toBeLessThan(5_000)
})
