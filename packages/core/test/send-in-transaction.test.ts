/** Calls of the Bot API that are made while the transaction of an update is open. */
import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel'
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
  await expect.poll(() => bot.failures.length, { timeout: 20_000 }).toBe(1)
  expect(bot.failures[0]?.error).toMatchObject({ code: 429 })
  // Less than the 30 s of the refusal.
  expect(performance.now() - startedAtMs).toBeLessThan(20_000)
})

test('a lost serialization is tried again, but not after something was sent', async () => {
  const tries: string[] = []
  const failOnce = async (ctx: CommandContext<typeof contract>, sends: boolean) => {
    tries.push(ctx.payload)
    if (sends) await ctx.reply('sent')
    if (tries.length > 1 && !sends) return ctx.outbox.reply('done')
    return ctx.services.session.sql`SELECT pg_temp.lose()`
  }
  const { app, bot, alice } = await openSends(false, async (ctx) => {
    await ctx.services.session.sql`
      CREATE OR REPLACE FUNCTION pg_temp.lose() RETURNS void LANGUAGE plpgsql AS 'BEGIN RAISE SQLSTATE $$40001$$; END'`
    return failOnce(ctx, ctx.payload === 'sending')
  })
  alice.sends('/go silent')
  await alice.sees('done')
  expect(tries).toEqual(['silent', 'silent'])
  alice.sends('/go sending')
  await alice.sees('sent')
  await expect.poll(() => bot.failures.length).toBe(1)
  await app.idle()
  expect(tries).toEqual(['silent', 'silent', 'sending'])
})

test('a call says of which update it was made', async () => {
  const { bot, alice } = await openSends(false, (ctx) => ctx.reply('hi'))
  const calls: TraceEvents['hello:api.call'][] = []
  const listen = (call: unknown) => void calls.push(call as TraceEvents['hello:api.call'])
  subscribe('hello:api.call', listen)
  onTestFinished(() => void unsubscribe('hello:api.call', listen))
  alice.sends('/go')
  const updateId = bot.bot.updates.lastId
  await alice.sees('hi')
  const isSend = ({ botId, method }: TraceEvents['hello:api.call']) =>
    botId === bot.bot.id && method === 'sendMessage'
  await expect.poll(() => calls.find(isSend)?.updateId).toBe(updateId)
})

test('a fault that nobody caught is logged with the plugin whose code ran', async () => {
  const { bot, alice } = await openSends(false, async () => {
    const fault: TraceEvents['hello:process.fault'] = {
      origin: 'rejection',
      error: new TypeError('floating'),
    }
    channel('hello:process.fault').publish(fault)
  })
  alice.sends('/go')
  await expect.poll(() => bot.log).toContain('nobody awaited it; the bot stops')
  const line = bot.log.split('\n').find((text) => text.includes('nobody awaited it')) as string
  expect(JSON.parse(line)).toMatchObject({ level: 'fatal', plugin: 'sends', handler: '/go' })
})
