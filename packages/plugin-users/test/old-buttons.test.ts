/** What the buttons of the plugin do where they are old, or in other hands. */
import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, afterEach, beforeAll, expect, inject, test, vi } from 'vitest'
import { users } from '../src/index.js'

const app = createApp({ plugins: [users({ languages: ['en', 'ru'] })] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())
afterEach(() => vi.useRealTimers())

const minuteMs = 60_000
const question = 'Shall I erase all that I know about you? This cannot be undone.'
const knows = async (telegramId: number) =>
  (await app.unit(({ users }) => users.get(telegramId))) !== undefined

/** Somebody who was asked, and by how much the clock has gone on since. */
async function asked(laterMs: number) {
  const alice = bot.createPerson({ firstName: 'Alice' })
  // The clock that people and bots read alone: what waits goes on waiting as it does.
  vi.useFakeTimers({ toFake: ['Date'] })
  alice.sends('/forget')
  await alice.sees(question)
  vi.setSystemTime(Date.now() + laterMs)
  return alice
}

test('erases within a quarter of an hour', async () => {
  const alice = await asked(15 * minuteMs - 1_000)
  await alice.taps('Erase')
  await alice.sees(/^It is erased/)
  expect(await knows(alice.id)).toBe(false)
})

test('erases nothing by a button that is older', async () => {
  const alice = await asked(15 * minuteMs + 1_000)
  await alice.taps('Erase')
  await alice.sees('Everything stays as it is.')
  expect(await knows(alice.id)).toBe(true)
})

test('erases nobody by a button that somebody else was asked with', async () => {
  const [alice, mallory] = [
    bot.createPerson({ firstName: 'Alice' }),
    bot.createPerson({ firstName: 'Mallory' }),
  ]
  alice.sends('/forget')
  const [button] = (await alice.sees(question)).reply_markup?.inline_keyboard.flat() ?? []
  mallory.sends('/forget')
  const message = await mallory.sees(question)
  // In Mallory's chat stands what was in the message to Alice, as after a forward.
  await mallory.tapsButton(message, button ?? expect.fail('no button')).answered()
  await mallory.sees('Everything stays as it is.')
  expect([await knows(alice.id), await knows(mallory.id)]).toEqual([true, true])
})

test('says of buttons of another version that they are out of date', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (const [command, shown, prefix] of [
    ['/forget', question, 'users-forget'],
    ['/language', 'Which language shall I speak?', 'users-language'],
  ] as const) {
    alice.sends(command)
    const message = await alice.sees(shown)
    const tap = alice.tapsButton(message, { text: 'Old', callback_data: `${prefix}:1:yes` })
    expect((await tap.answered()).text).toBe('This button no longer works.')
  }
  expect(await knows(alice.id)).toBe(true)
})

test('asks again where the language of a button is not offered any more', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/language')
  await alice.sees('Which language shall I speak?')
  await app.stop()
  const later = createApp({ plugins: [users({ languages: ['en', 'de'] })] })
  await later.start({ env: bot.env, logDestination: { write: () => undefined } })
  try {
    await alice.taps('Русский')
    await alice.seesButton('Deutsch')
    expect(await later.unit(async ({ users }) => (await users.get(alice.id))?.language)).toBeNull()
  } finally {
    await later.stop()
    await app.start({ env: bot.env, logDestination: { write: () => undefined } })
  }
})

test('turns no page for somebody who is no admin any more', async () => {
  const boss = bot.createPerson({ firstName: 'Boss' })
  const role = (name: 'admin' | 'user') =>
    app.unit(async ({ users }) => users.setRole((await users.get(boss.id))?.id ?? 0, name))
  boss.sends('/me')
  await boss.sees(/^What I know/)
  await role('admin')
  await app.unit(
    ({ session }) => session.sql`
      INSERT INTO users (telegram_id, first_name) SELECT id, 'P' || id FROM generate_series(1, 12) AS id`,
  )
  boss.sends('/users')
  await boss.seesButton('2 ›')
  await role('user')
  const tap = await boss.taps('2 ›')
  expect((await tap.answered()).text).toBe('You may not do this.')
})
