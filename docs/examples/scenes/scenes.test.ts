import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, inject, test } from 'vitest'
import { mood } from './scenes.js'

let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(createApp({ plugins: [mood()] }), { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('a scene takes every message until it is left', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  const says = async (text: string, expected: string) => {
    alice.sends(text)
    await alice.sees(expected)
  }
  await says('/mood', 'How are you?')
  await says('fine', 'You are fine.')
  await says('/mood', 'You are /mood.')
  await says('/leave', 'Bye!')
  await says('/mood', 'How are you?')
})
