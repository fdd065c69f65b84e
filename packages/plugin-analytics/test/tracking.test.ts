import { createApp, defineContract, definePlugin } from '@hello/core'
import { Markup } from '@hello/core/telegraf'
import { startTestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { expect, inject, test } from 'vitest'
import { AnalyticsEvent, type AnalyticsInput, analytics } from '../src/index.js'

const postgresUrl = inject('postgresUrl')
const contract = defineContract({ name: 'shop', requires: [users, analytics] })

const shop = definePlugin(contract, {
  commands: {
    start: {
      description: 'Begin',
      handle: async (ctx) => {
        await ctx.services.users.remember(ctx.from)
        await ctx.outbox.reply('Hello!', Markup.inlineKeyboard([Markup.button.callback('Rate', 'rate')]))
      },
    },
    fail: {
      description: 'Fail',
      handle: async (ctx) => {
        await ctx.services.analytics.track('tried')
        throw new RangeError('out of stock')
      },
    },
  },
  callbacks: { rate: { handle: (ctx) => ctx.answer('Thank you!') } },
  handlers: { updates: ['message'], install: (bot) => bot.on('message', (ctx) => ctx.outbox.reply('?')) },
})

async function startShop(options: AnalyticsInput = {}, quiet = false) {
  const app = createApp({ plugins: [users(), analytics(options), shop()] })
  const bot = await startTestBot(app, { postgresUrl, quiet })
  const events = async () => {
    await app.idle()
    const rows = await app.unit(({ session }) =>
      session.repository(AnalyticsEvent).findAll({ order: ['occurredAt', 'id'] }),
    )
    return rows.map(({ type, data, userId, durationMs, isActivity }) => ({
      ...{ type, data, userId, isActivity },
      isTimed: durationMs !== null,
    }))
  }
  return { app, bot, events }
}

test('tracks commands, messages and buttons with their person and their time', async () => {
  const { bot, events } = await startShop()
  await using _ = bot
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await alice.sees('Hello!')
  alice.sends('hi')
  await alice.sees('?')
  await alice.taps('Rate')
  const by = { userId: 1, isActivity: true, isTimed: true }
  await expect.poll(events).toEqual([
    { ...by, type: 'command', data: { command: 'start' } },
    { ...by, type: 'message', data: { kind: 'text' } },
    { ...by, type: 'callback', data: { button: 'rate' } },
  ])
})

test('a command that nobody answers is a message, and what people write stands nowhere', async () => {
  const { bot, events } = await startShop()
  await using _ = bot
  bot.createPerson({ firstName: 'Alice' }).sends('/card 4242')
  await expect.poll(events).toMatchObject([{ type: 'message', data: { kind: 'text' }, userId: 1 }])
})

test('tracks who blocks the bot and who comes back, and a block makes nobody active', async () => {
  const { app, bot, events } = await startShop()
  await using _ = bot
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await alice.sees('Hello!')
  alice.blocks(bot.bot)
  alice.unblocks(bot.bot)
  await expect
    .poll(events)
    .toMatchObject([
      { type: 'command' },
      { type: 'blocked', userId: 1, isActivity: false, isTimed: false },
      { type: 'unblocked', userId: 1, isActivity: true, isTimed: false },
    ])
  const { active } = await app.unit(({ analyticsReports }) => analyticsReports.summary())
  expect(active).toBe(1)
})

test('keeps nothing of an update that fails', async () => {
  const { bot, events } = await startShop({}, true)
  await using _ = bot
  bot.createPerson({ firstName: 'Alice' }).sends('/fail')
  await expect.poll(() => bot.failures).toHaveLength(1)
  expect(await events()).toEqual([])
})

test.each([
  [false, []],
  [{ messages: false }, ['command']],
  [{ commands: false }, ['message']],
] as const)('tracks what it is told to: %j', async (tracks, types) => {
  const { bot, events } = await startShop({ tracks })
  await using _ = bot
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await alice.sees('Hello!')
  alice.sends('hi')
  await alice.sees('?')
  expect((await events()).map(({ type }) => type)).toEqual(types)
})

test('writes what was buffered when there is enough of it, and the rest when the app stops', async () => {
  const options = { buffered: { flushEveryMs: 60_000, maxEvents: 2 } }
  const { app, bot, events } = await startShop(options)
  await using _ = bot
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await alice.sees('Hello!')
  expect(await events()).toEqual([])
  alice.sends('hi')
  await alice.sees('?')
  await expect.poll(events).toMatchObject([
    { type: 'command', userId: 1 },
    { type: 'message', userId: 1 },
  ])
  await app.unit(({ analytics }) => analytics.track('waits', {}, { userId: 1 }))
  await app.stop()
  await app.start({ env: bot.env })
  expect((await events()).map(({ type }) => type)).toEqual(['command', 'message', 'waits'])
})

test('a buffered event of a unit of work that is undone is dropped', async () => {
  const { app, bot, events } = await startShop({ buffered: { maxEvents: 1 } })
  await using _ = bot
  const undone = app.unit(async ({ analytics }) => {
    await analytics.track('undone')
    throw new RangeError('after it')
  })
  await expect(undone).rejects.toThrow('after it')
  await app.unit(({ analytics }) => analytics.track('kept'))
  await expect.poll(async () => (await events()).map(({ type }) => type)).toEqual(['kept'])
})

test('a buffered event that roll-ups have passed by is counted all the same', async () => {
  const { app, bot } = await startShop({ buffered: { maxEvents: 1 } })
  await using _ = bot
  await app.unit(
    ({ session }) =>
      session.sql`UPDATE analytics_rollup SET rolled_until = clock_timestamp() + interval '1 hour'`,
  )
  await app.unit(({ analytics }) => analytics.track('late'))
  const count = async () => {
    const [row] = await app.unit(
      ({ session }) => session.sql`
        SELECT count(*)::int AS count FROM analytics_events, analytics_rollup WHERE occurred_at >= rolled_until`,
    )
    return row?.count
  }
  await expect.poll(count).toBe(1)
})
