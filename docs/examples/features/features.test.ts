import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { features } from './features.js'

const app = createApp({ plugins: [features()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot?.stop())

test('many ask at once, each is answered, and each question is kept', async () => {
  const people = Array.from({ length: 20 }, (_, index) => bot.createPerson({ firstName: `Person ${index}` }))
  for (const [index, person] of people.entries())
    person.sends(index % 2 ? '/feature games' : '/feature polls')
  for (const [index, person] of people.entries()) await person.sees(index % 2 ? 'On.' : 'Off.')
  const kept = await app.unit(
    ({ session }) => session.sql`SELECT feature, count(*)::int FROM feature_questions GROUP BY 1 ORDER BY 1`,
  )
  expect(kept).toEqual([
    { feature: 'games', count: 10 },
    { feature: 'polls', count: 10 },
  ])
})
