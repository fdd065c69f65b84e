import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import { expect, inject, test } from 'vitest'
import { greeting } from '../src/greeting.js'
import { morning } from '../src/morning.js'
import { naming } from '../src/naming.js'
import { usersApi } from '../src/users-api.js'

test('GET /api/users/count says how many people have talked to the bot', async () => {
  const app = createApp({ plugins: [users(), analytics(), morning(), naming(), greeting(), usersApi()] })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const count = async () => {
    const response = await fetch(`${app.addresses.http}/api/users/count`)
    return [response.status, await response.json()]
  }
  expect(await count()).toEqual([200, { count: 0 }])
  for (const firstName of ['Alice', 'Bob']) {
    const person = bot.createPerson({ firstName })
    person.sends('/start')
    await person.sees(`Hello, ${firstName}!`)
  }
  expect(await count()).toEqual([200, { count: 2 }])
})
