import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shopping } from '../src/shopping.js'

const app = createApp({ plugins: [shopping()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app)
}, 60_000)
afterAll(() => bot?.stop())

test('keeps a list for each person', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  const bob = bot.createPerson({ firstName: 'Bob' })
  alice.sends('/buy milk')
  await alice.sees('On the list: milk')
  alice.sends('/buy bread')
  await alice.sees('On the list: bread')
  alice.sends('/list')
  await alice.sees('milk\nbread')
  bob.sends('/list')
  await bob.sees('There is nothing to buy.')
})

test('asks what to buy, and puts nothing on the list', async () => {
  const carol = bot.createPerson({ firstName: 'Carol' })
  carol.sends('/buy')
  await carol.sees('What? Send: /buy milk')
  expect(await app.unit(({ shoppingList }) => shoppingList.of(carol.id))).toEqual([])
})
