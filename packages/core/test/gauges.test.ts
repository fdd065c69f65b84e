/** What a running app measures of itself, and what it publishes for others to count. */
import { expect, onTestFinished, test } from 'vitest'
import { createApp, defineContract, definePlugin, type TraceEvents, traceChannels } from '../src/index.js'
import { startBot } from './lifecycle.fixture.js'

/** A plugin whose handler waits for `release`. */
function holdingPlugin() {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const plugin = definePlugin(defineContract({ name: 'holding' }), {
    commands: {
      hold: {
        description: 'Waits',
        async handle(ctx) {
          await ctx.services.session.sql`SELECT 1`
          await released
          await ctx.outbox.reply('done')
        },
      },
    },
  })
  return { plugin, release: () => release() }
}

test('shows what waits, what is in use and how the polling goes', async () => {
  const { plugin, release } = holdingPlugin()
  const app = createApp({ plugins: [plugin()] })
  const bot = await startBot(app)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/hold')
  alice.sends('/hold')
  await expect
    .poll(async () => {
      const { inbox, pool } = await app.gauges()
      return [inbox?.count, pool.inUse]
    })
    .toEqual([2, 1])
  const during = await app.gauges()
  expect(during).toMatchObject({
    isLeader: true,
    updatesInHand: 2,
    outbox: { count: 0, oldestSeconds: 0 },
    pool: { size: 4, inUse: 1, waiting: 0 },
    polling: { failures: 0, isConflicted: false },
    pendingAtTelegram: expect.any(Number),
  })
  expect(during.inbox?.oldestSeconds).toBeGreaterThan(0)
  expect(during.polling?.answeredSecondsAgo).toBeGreaterThanOrEqual(0)
  release()
  await alice.sees('done')
  await app.idle()
  expect(await app.gauges()).toMatchObject({
    updatesInHand: 0,
    inbox: { count: 0, oldestSeconds: 0 },
    pool: { inUse: 0 },
  })
  await bot.stop()
  await expect(app.gauges()).rejects.toMatchObject({ code: 'APP_NOT_RUNNING' })
})

test('what cannot be asked in time is left out, and nothing rejects', async () => {
  const app = createApp({ plugins: [] })
  const bot = await startBot(app)
  bot.server.faults.next('getWebhookInfo', { kind: 'hang', times: 9 })
  const beganMs = performance.now()
  expect(await app.gauges()).toMatchObject({ pendingAtTelegram: undefined, inbox: { count: 0 } })
  // It waits for 2 s; the call itself would hang for 30.
  expect(performance.now() - beganMs).toBeLessThan(15_000)
})

test('publishes who leads, and polls that fail', async () => {
  const events: string[] = []
  const listen = <Name extends keyof TraceEvents>(
    channel: { subscribe(listener: (event: any) => void): void; unsubscribe(listener: any): unknown },
    say: (event: TraceEvents[Name]) => string,
  ) => {
    const listener = (event: TraceEvents[Name]) => void events.push(say(event))
    channel.subscribe(listener)
    onTestFinished(() => void channel.unsubscribe(listener))
  }
  listen<'hello:leader.changed'>(traceChannels.leaderChanged, ({ isLeader }) => `leads ${isLeader}`)
  listen<'hello:polling.failed'>(traceChannels.pollingFailed, ({ failures }) => `failed ${failures}`)
  const app = createApp({ plugins: [holdingPlugin().plugin()] })
  const bot = await startBot(app)
  bot.server.faults.next('getUpdates', { kind: 'html', status: 502 })
  // Ends the poll under way; the next one fails.
  bot.createPerson({ firstName: 'Alice' }).sends('hello')
  await expect.poll(() => events).toEqual(['leads true', 'failed 1'])
})
