import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { inject, test } from 'vitest'
import { shop, shopAnalytics } from './shop.js'

test('says how many of those who looked have bought', async () => {
  const app = createApp({ plugins: [users(), shopAnalytics(), shop()] })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const [alice, bob] = [bot.createPerson({ firstName: 'Alice' }), bot.createPerson({ firstName: 'Bob' })]
  for (const person of [alice, bob]) {
    person.sends('/shop')
    await person.sees('We have apples.')
  }
  alice.sends('/buy')
  await alice.sees('Thank you!')
  alice.sends('/sold')
  await alice.sees('1 of 2 have bought.')
})
