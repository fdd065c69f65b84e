import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { AnalyticsEvent, analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { reading } from './reading.js'

const app = createApp({ plugins: [users(), analytics(), reading()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('keeps an event of the person', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/read 12')
  await alice.sees('You read 12.')
  const events = await app.unit(({ session }) =>
    session.repository(AnalyticsEvent).findAll({ where: { type: 'page read' } }),
  )
  expect(events).toMatchObject([{ type: 'page read', data: { page: '12' }, userId: 1 }])
})
