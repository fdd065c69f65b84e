import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { shopping } from '../src/shopping.js'

const app = createApp({ plugins: [shopping()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

// #region list
test('keeps a list for each person', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  const bob = bot.createPerson({ firstName: 'Bob' })
  alice.sends('/buy milk')
  await alice.sees('On the list: milk')
  alice.sends('/buy bread')
  await alice.sees('On the list: bread')
  alice.sends('/list')
  await alice.sees('To buy:')
  bob.sends('/list')
  await bob.sees('There is nothing to buy.')
})
// #endregion

// #region taps
test('takes off the list what was bought', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/buy milk')
  await alice.sees('On the list: milk')
  alice.sends('/buy bread')
  await alice.sees('On the list: bread')
  alice.sends('/list')
  await alice.sees('To buy:')
  await alice.taps('✓ milk')
  await alice.taps('✓ bread')
  await alice.sees('There is nothing to buy.')
})
// #endregion

test('a tap takes nothing off the list of somebody else', async () => {
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/buy tea')
  await bob.sees('On the list: tea')
  const [tea] = await app.unit(({ shoppingList }) => shoppingList.of(bob.id))
  await app.unit(({ shoppingList }) => shoppingList.markBought(bob.id + 1, Number(tea?.id)))
  expect(await app.unit(({ shoppingList }) => shoppingList.of(bob.id))).toEqual([tea])
})
