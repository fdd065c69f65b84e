import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { tables } from './booking.js'

const app = createApp({ plugins: [tables()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

// #region test
test('books a table, also when the bot is started anew in between', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/book')
  await alice.sees('For how many?')
  alice.sends('a few')
  await alice.sees('Send a number from 1 to 20.')
  alice.sends('12')
  await alice.sees('Really 12?')
  await app.idle()
  await app.stop()
  await app.start({ env: { ...bot.env, LOG_LEVEL: 'silent' } })
  await alice.taps('Yes')
  await alice.sees('Send me your contact.')
  alice.sendsContact({ phone_number: '+49 30 901820', first_name: 'Alice' })
  await alice.sees('A table for 12. We call +49 30 901820.')
})
// #endregion

test('is over after /cancel', async () => {
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/book')
  await bob.sees('For how many?')
  bob.sends('/cancel')
  await bob.sees('Cancelled.')
})
