import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { visits } from './visits.js'

let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(createApp({ plugins: [visits()] }), { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('a command reads the session that middleware of telegraf has loaded', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/visits')
  await alice.sees('This is update 1 of you.')
  alice.sends('/visits')
  await alice.sees('This is update 2 of you.')
})
