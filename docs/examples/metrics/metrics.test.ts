import { createApp, defineContract, definePlugin } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { expect, inject, onTestFinished, test } from 'vitest'
import { metrics } from './metrics.js'

const work = definePlugin(defineContract({ name: 'work' }), {
  commands: {
    work: { description: 'Works', handle: (ctx) => ctx.outbox.reply('done') },
    fail: {
      description: 'Fails',
      handle: () => {
        throw new TypeError('broken')
      },
    },
  },
})

test('counts updates by outcome, and shows what waits', async () => {
  const app = createApp({ plugins: [work(), metrics({ port: 0 })] })
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  const url = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(bot.log)?.[0] as string
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/work')
  await alice.sees('done')
  alice.sends('/fail')
  await expect
    .poll(async () => (await fetch(url)).text())
    .toMatch(/hello_updates_total\{outcome="failed"\} 1\n/)
  await app.idle()
  const page = await (await fetch(url)).text()
  expect(page).toMatch(/hello_updates_total\{outcome="committed"\} 1\n/)
  expect(page).toMatch(/hello_update_seconds_count 2\n/)
  for (const line of ['hello_leader 1', 'hello_inbox_waiting 0', 'hello_outbox_oldest_seconds 0']) {
    expect(page).toContain(`${line}\n`)
  }
  expect(page).toMatch(/hello_pool_in_use \d+\nhello_pool_waiting 0\nhello_pending_at_telegram \d+\n$/)
})
