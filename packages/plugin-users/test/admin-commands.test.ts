/** The commands of admins, as a conversation. */
import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { expect, inject, test } from 'vitest'
import { users } from '../src/index.js'

test('admins see people in pages, give roles, ban and unban; others are refused', async () => {
  const app = createApp({ plugins: [users()] })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const boss = bot.createPerson({ firstName: 'Boss' })
  const bob = bot.createPerson({ firstName: 'Bob', username: 'bob_the_b' })
  for (const person of [boss, bob]) {
    person.sends('/users')
    await person.sees('You may not do this.')
  }
  await app.unit(async ({ users }) => users.setRole((await users.get(boss.id))?.id ?? 0, 'owner'))
  await app.unit(
    ({ session }) => session.sql`
      INSERT INTO users (telegram_id, first_name) SELECT id, 'P' || id FROM generate_series(1, 12) AS id`,
  )
  boss.sends('/users')
  await boss.sees(/^14 people\n\n12 P12/)
  await boss.taps('2 ›')
  await boss.sees(/bob_the_b/)
  boss.sends('/role @bob_the_b king')
  await boss.sees(/^There is no such role/)
  boss.sends(`/role ${boss.id} user`)
  await boss.sees('Boss is the last owner.')
  boss.sends('/ban @Bob_The_B')
  await boss.sees('bob_the_b is banned.')
  boss.sends('/user @bob_the_b')
  await boss.sees(/Banned since: /)
  boss.sends('/unban @bob_the_b')
  await boss.sees('bob_the_b is not banned any more.')
  boss.sends('/ban')
  await boss.sees('Write: /ban <id or @name>')
  boss.sends('/ban @nobody')
  await boss.sees('I do not know "@nobody".')
  expect(bot.failures).toEqual([])
})
