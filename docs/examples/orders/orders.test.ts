import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { expect, inject, test } from 'vitest'
import { orders } from './orders.js'

test('people become customers, see their orders, and are forgotten with them; the sales are for admins', async () => {
  const app = createApp({ plugins: [users(), orders()] })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/order')
  await alice.sees('Thank you, Alice!')
  alice.sends('/me')
  await alice.sees(/Status: customer[\s\S]*orders:\nOrders: 1/)
  alice.sends('/sales')
  await alice.sees('You may not do this.')
  await app.unit(async ({ users }) => {
    const user = await users.get(alice.id)
    await users.setRole(user?.id ?? 0, 'admin')
  })
  alice.sends('/sales')
  await alice.sees('Orders of all: 1')
  alice.sends('/forget')
  await alice.sees(/^Shall I erase/)
  await alice.taps('Erase')
  await alice.sees(/^It is erased/)
  const left = await app.unit(({ session }) => session.sql`SELECT id FROM orders`)
  expect(left).toEqual([])
})
