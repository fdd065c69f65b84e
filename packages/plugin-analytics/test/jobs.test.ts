import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { expect, inject, test } from 'vitest'
import { analytics } from '../src/index.js'

const postgresUrl = inject('postgresUrl')
const range = { from: '2024-05-01', to: '2024-05-03' }

async function startWithOldEvents(count: number) {
  const app = createApp({ plugins: [users(), analytics({ keepEventsDays: 32 })] })
  const bot = await startTestBot(app, { postgresUrl })
  await app.unit(async ({ session: { sql } }) => {
    await sql`INSERT INTO users (id, telegram_id) VALUES (1, 42)`
    await sql`
      INSERT INTO analytics_events (type, user_id, occurred_at)
      SELECT 'message', 1, '2024-05-01T23:30:00Z'::timestamptz + i * interval '1 millisecond'
      FROM generate_series(1, ${count}::integer) AS i`
    await sql`INSERT INTO analytics_events (type, user_id) VALUES ('message', 1)`
  })
  const kept = async () => {
    const [row] = await app.unit(
      ({ session }) => session.sql`SELECT count(*)::int AS kept FROM analytics_events`,
    )
    return row?.kept
  }
  const totals = () =>
    app.unit(async ({ analyticsReports }) => {
      const events = await analyticsReports.events(range)
      const people = await analyticsReports.people(range)
      return [events.map(({ total }) => total), people.map(({ active }) => active)]
    })
  return { app, bot, kept, totals }
}

test('deletes what is older than it is kept, batch by batch, and reports keep its days', async () => {
  const { app, bot, kept, totals } = await startWithOldEvents(12_000)
  await using _ = bot
  // What is not rolled up stays, however old it is.
  await app.jobs.run('analytics/prune')
  expect(await kept()).toBe(12_001)
  await app.jobs.run('analytics/roll-up')
  await app.jobs.run('analytics/prune')
  expect(await kept()).toBe(1)
  expect(await totals()).toEqual([
    [12_000, 0, 0],
    [1, 0, 0],
  ])
})

test('cuts its days anew where the app moves to another time zone', async () => {
  const { app, bot, totals } = await startWithOldEvents(3)
  await using _ = bot
  await app.jobs.run('analytics/roll-up')
  await app.stop()
  const moved = { ...bot.env, ANALYTICS_TIME_ZONE: 'Europe/Berlin' }
  await app.start({ env: moved, logDestination: { write: () => undefined } })
  // 23:30 in Greenwich is 1:30 of the next day in Berlin.
  const next = [
    [0, 3, 0],
    [0, 1, 0],
  ]
  expect(await totals()).toEqual(next)
  await app.jobs.run('analytics/roll-up')
  expect(await totals()).toEqual(next)
})

test('what a person did goes with them, and the sums stay', async () => {
  const { app, bot, kept, totals } = await startWithOldEvents(3)
  await using _ = bot
  await app.jobs.run('analytics/roll-up')
  await app.unit(async ({ users, userPrivacy }) => {
    const person = await users.get(42)
    if (person === undefined) throw new RangeError('nobody')
    expect(await userPrivacy.describe(person, 'en')).toContainEqual({
      plugin: 'analytics',
      lines: ['Events that you caused: 4, on 1 days'],
    })
    await userPrivacy.erase(person)
  })
  expect(await kept()).toBe(0)
  expect(await totals()).toEqual([
    [3, 0, 0],
    [1, 0, 0],
  ])
})
