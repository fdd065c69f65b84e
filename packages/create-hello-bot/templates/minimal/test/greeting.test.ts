import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, test } from 'vitest'
import { greeting } from '../src/greeting.js'

let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(createApp({ plugins: [greeting()] }))
})
afterAll(() => bot?.stop())

test('greets by name', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  await alice.sees('Hello, Alice!')
})
