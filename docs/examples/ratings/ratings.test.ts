import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Rating } from './rating.js'
import { ratings } from './ratings.js'
import '@hello/testing/vitest'

const app = createApp({ plugins: [users(), ratings()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('takes one rating of a person and keeps the first', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/rate')
  await alice.sees('How do you like this bot?')
  const first = await alice.taps('★★★')
  await alice.sees('Thank you for 3 of 3.')
  await first.answered()
  const second = await alice.taps('★')
  expect(await second.answered()).toMatchObject({ text: 'You have rated already.' })
  const kept = await app.unit(({ session }) => session.repository(Rating).findAll())
  expect(kept.map(({ stars }) => stars)).toEqual([3])
})

// #region matchers
test('answers with a window, and with a message only once', async () => {
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.sends('/rate')
  await expect(bob).toSeeButton('★★')
  await (await bob.taps('★★')).answered()
  await (await bob.taps('★')).answered()
  await expect(bob).toSee('Thank you for 2 of 3.')
  expect(bob).not.toHaveSeen('Thank you for 1 of 3.')
  expect(bot.bot).toHaveCalled('answerCallbackQuery', { text: 'You have rated already.' })
})
// #endregion matchers
