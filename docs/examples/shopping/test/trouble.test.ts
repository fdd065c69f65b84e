import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { shopping } from '../src/shopping.js'

let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(createApp({ plugins: [shopping()] }), { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

// #region trouble
test('an answer that Telegram refuses for a moment arrives later', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  bot.server.faults.next('sendMessage', {
    kind: 'error',
    errorCode: 429,
    description: 'Too Many Requests: retry after 1',
    parameters: { retry_after: 1 },
  })
  alice.sends('/buy milk')
  await alice.sees('On the list: milk')
})

test('what is written while the bot is down is answered when it is back', async () => {
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/buy tea')
  await bob.sees('On the list: tea')
  await bot.app.stop()
  bob.sends('/list')
  await bot.app.start({ env: bot.env })
  await bob.sees('To buy:')
  await bob.taps('✓ tea')
  await bob.sees('There is nothing to buy.')
})
// #endregion
