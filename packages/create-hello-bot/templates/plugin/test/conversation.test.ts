import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, test } from 'vitest'
import { myPlugin } from '../src/index.js'

let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(createApp({ plugins: [myPlugin({ word: 'Times' })] }))
})
afterAll(() => bot?.stop())

test('counts each chat by itself', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  const bob = bot.createPerson({ firstName: 'Bob' })
  alice.sends('/my_plugin')
  await alice.sees('Times: 1')
  alice.sends('/my_plugin')
  await alice.sees('Times: 2')
  bob.sends('/my_plugin')
  await bob.sees('Times: 1')
})
