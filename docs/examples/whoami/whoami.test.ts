import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { whoami } from './whoami.js'

let bot: TestBot
beforeAll(async () => {
  const app = createApp({ plugins: [users(), whoami()] })
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('says how the bot knows the person', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/whoami')
  await alice.sees('You are Alice, person 1 of this bot.')
})
