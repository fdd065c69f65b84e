import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { notes } from '../src/notes.js'

const app = createApp({ plugins: [users(), notes({ shown: 2 })] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app)
}, 60_000)
afterAll(() => bot?.stop())

test('lists the newest notes of the person who asks', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/notes')
  await alice.sees('No notes yet. Send: note buy milk')
  for (const text of ['buy milk', 'call Bob', 'water the plants']) {
    alice.sends(`note ${text}`)
    await alice.sees('Noted.')
  }
  alice.sends('/notes')
  await alice.sees('water the plants\ncall Bob')
})

test('keeps the note with the person', async () => {
  const carol = bot.createPerson({ firstName: 'Carol' })
  carol.sends('note sleep')
  await carol.sees('Noted.')
  await bot.app.idle()
  const kept = await app.unit(async ({ users, notes }) => {
    const person = await users.get(carol.id)
    return person && notes.newest(person.id, 10)
  })
  expect(kept).toEqual(['sleep'])
})
