import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { basket } from './basket.js'

const app = createApp({ plugins: [basket()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
})
afterAll(() => bot?.stop())

test('the basket is of the chat, and an update that fails leaves it as it was', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/buy milk')
  await alice.sees('1 in the basket')
  alice.sends('/buy')
  await alice.sees('Buy what?')
  alice.sends(`/buy ${'x'.repeat(101)}`)
  await expect.poll(() => bot.failures.length).toBe(1)
  alice.sends('/basket')
  await alice.sees('milk')
  alice.sends('/empty')
  alice.sends('/basket')
  await alice.sees('The basket is empty.')
})

// #region unit
test('a test looks at a state, or prepares one', async () => {
  const bob = bot.createPerson({ firstName: 'Bob' })
  await app.unit(({ basket }) => basket.of({ chatId: bob.id }).set(['tea']))
  bob.sends('/basket')
  await bob.sees('tea')
})
// #endregion
