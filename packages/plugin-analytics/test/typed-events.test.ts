import { type CommandContext, createApp, defineContract, definePlugin, z } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { expect, expectTypeOf, inject, test } from 'vitest'
import { AnalyticsEvent, analytics, analyticsEvents, defineEvents } from '../src/index.js'

const postgresUrl = inject('postgresUrl')
const events = defineEvents({
  purchase: z.object({ amount: z.number().positive(), currency: z.string().default('EUR') }),
  opened: z.object({ from: z.string().optional() }),
})
const shopAnalytics = analytics.for(events)
const contract = defineContract({ name: 'shop', requires: [users, shopAnalytics] })

async function buy(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from)
  await ctx.services.analytics.track('purchase', { amount: 3 }, { userId: user.id })
  await ctx.outbox.reply('Thank you!')
}

const shop = definePlugin(contract, { commands: { buy: { description: 'Buy', handle: buy } } })
const gifts = definePlugin(defineContract({ name: 'gifts', requires: [analytics] }), {
  contributions: (contribute) => [contribute(analyticsEvents, () => ({ gift: z.object({ to: z.int() }) }))],
})

test('an event is typed by its schema, from the contract to the app', () => {
  const app = createApp({ plugins: [users(), analytics({ events }), shop()] })
  const neverRun = (ctx: CommandContext<typeof contract>) => {
    const { analytics } = ctx.services
    expectTypeOf(analytics.track).parameter(0).toEqualTypeOf<'purchase' | 'opened'>()
    void analytics.track('purchase', { amount: 1, currency: 'USD' })
    void analytics.track('opened')
    // @ts-expect-error: it is not stated
    void analytics.track('sale', { amount: 1 })
    // @ts-expect-error: the amount is a number
    void analytics.track('purchase', { amount: '1' })
    // @ts-expect-error: it has data that must be given
    void analytics.track('purchase')
    void app.unit(async (services) => {
      void services.analytics.track('purchase', { amount: 1 })
      // @ts-expect-error: the app knows its events too
      void services.analytics.track('sale')
    })
  }
  void neverRun
  // @ts-expect-error: users() is missing
  const withoutUsers = () => createApp({ plugins: [analytics({ events })] })
  void withoutUsers
  // @ts-expect-error: there is no such option
  void analytics({ event: events })
  const open = defineContract({ name: 'open', requires: [analytics] })
  const anything = (ctx: CommandContext<typeof open>) =>
    ctx.services.analytics.track('what you like', { a: 1 })
  void anything
})

test('stores what the schema makes of the data', async () => {
  const app = createApp({ plugins: [users(), shopAnalytics(), shop()] })
  await using bot = await startTestBot(app, { postgresUrl })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/buy')
  await alice.sees('Thank you!')
  const [event] = await app.unit(({ session }) =>
    session.repository(AnalyticsEvent).findAll({ where: { type: 'purchase' } }),
  )
  expect(event).toMatchObject({ userId: 1, data: { amount: 3, currency: 'EUR' } })
})

test('refuses at run time what the compiler could not see, and stores nothing', async () => {
  const app = createApp({ plugins: [users(), analytics({ events }), gifts()] })
  await using bot = await startTestBot(app, { postgresUrl })
  void bot
  const track = (type: string, data: object) =>
    app.unit(({ analytics }) => analytics.track(type as 'purchase', data as never))
  await expect(track('sale', {})).rejects.toMatchObject({
    code: 'ANALYTICS_EVENT_UNKNOWN',
    message:
      'Event "sale" is not stated (found: purchase, opened, gift). Add it to the events of analytics(), or contribute it to analyticsEvents.',
  })
  await expect(track('purchase', { amount: -1 })).rejects.toMatchObject({ code: 'ANALYTICS_EVENT_DATA' })
  await expect(track('gift', { to: 'me' })).rejects.toMatchObject({ code: 'ANALYTICS_EVENT_DATA' })
  await track('gift', { to: 7 })
  expect(await app.unit(({ session }) => session.repository(AnalyticsEvent).count())).toBe(1)
})

test('an app that states no events checks those that plugins state, and lets others be', async () => {
  const app = createApp({ plugins: [users(), analytics(), gifts()] })
  await using bot = await startTestBot(app, { postgresUrl })
  void bot
  await expect(app.unit(({ analytics }) => analytics.track('gift', {}))).rejects.toMatchObject({
    code: 'ANALYTICS_EVENT_DATA',
  })
  await app.unit(({ analytics }) => analytics.track('anything', { at: 'all' }))
})

test.each([
  ['', z.object({}), '1–50 characters'],
  ['x'.repeat(51), z.object({}), 'has 51'],
  ['command', z.object({}), 'tracked by the analytics plugin itself'],
  ['sale', {}, 'has no schema'],
])('refuses to state %j', (type, schema, reason) => {
  expect(() => defineEvents({ [type]: schema } as never)).toThrow(
    expect.objectContaining({ code: 'ANALYTICS_EVENTS_INVALID', message: expect.stringContaining(reason) }),
  )
})

test('an event that two state differently stops the start', async () => {
  const app = createApp({ plugins: [users(), analytics({ events: { gift: z.object({}) } }), gifts()] })
  await expect(startTestBot(app, { postgresUrl, quiet: true })).rejects.toThrow(
    'Event "gift" is stated twice',
  )
})

test('refuses a time zone that does not exist', () => {
  const app = createApp({ plugins: [users(), analytics({ timeZone: 'Mars/Olympus' })] })
  const env = { BOT_TOKEN: '1:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', DATABASE_URL: 'postgres://localhost/x' }
  expect(() => app.checkConfig({ env })).toThrow('expected a name such as Europe/Berlin')
})
