import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { appendEvents, writeWaiting } from '../src/event-writer.js'
import { AnalyticsEvent, analytics } from '../src/index.js'

const app = createApp({ plugins: [analytics(), users()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot.stop())

const eventsOf = (type: string) =>
  app.unit(({ session }) => session.repository(AnalyticsEvent).findAll({ where: { type } }))

test('stores an event with its data, its person and its time', async () => {
  const alice = { id: 2 ** 33, is_bot: false, first_name: 'Alice' }
  const user = await app.unit(async ({ users, analytics }) => {
    const remembered = await users.remember(alice)
    await analytics.track('purchase', { amount: 3, note: 'два' }, { userId: remembered.id })
    return remembered
  })
  const [event] = await eventsOf('purchase')
  expect(event).toMatchObject({ userId: user.id, data: { amount: 3, note: 'два' } })
  expect(event?.occurredAt).toBeInstanceOf(Date)
})

test('finds the people of events by their numbers, however many others there are', async () => {
  const telegramId = 2 ** 51 + 5
  const event = { data: {}, telegramId, isActivity: true }
  const readInOrder = await app.unit(async ({ session }) => {
    await session.sql`
      INSERT INTO users (telegram_id) SELECT 2::bigint ^ 51 + number FROM generate_series(1, 10000) AS number`
    await session.sql`ANALYZE users`
    for (let count = 0; count < 16; count++) session.append(appendEvents, { ...event, type: 'appended' })
    await writeWaiting(session, [{ ...event, type: 'waited', occurredAt: new Date() }])
    const [table] = await session.sql<{ rows: number }>`
      SELECT seq_tup_read::integer AS rows FROM pg_stat_xact_user_tables WHERE relname = 'users'`
    return table?.rows
  })
  const appended = await eventsOf('appended')
  const waited = await eventsOf('waited')
  expect(readInOrder).toBe(0)
  expect(new Set([...appended, ...waited].map(({ userId }) => userId))).toEqual(new Set([expect.any(Number)]))
  expect([appended.length, waited.length]).toEqual([16, 1])
})

test('stores an event of nobody without data', async () => {
  await app.unit(({ analytics }) => analytics.track('ticked'))
  expect((await eventsOf('ticked'))[0]).toMatchObject({ userId: null, data: {} })
})

test('keeps the event exactly when the unit of work is kept', async () => {
  const failing = app.unit(async ({ analytics }) => {
    await analytics.track('undone')
    throw new RangeError('after it')
  })
  await expect(failing).rejects.toThrow('after it')
  expect(await eventsOf('undone')).toEqual([])
})

test('stores text that jsonb could not hold as it is', async () => {
  await app.unit(({ analytics }) => analytics.track('odd', { text: 'a\u0000b \ud83d', list: ['\u0000'] }))
  expect((await eventsOf('odd'))[0]?.data).toEqual({ text: 'ab \ufffd', list: [''] })
})

test.each([
  ['', {}, '1–50 characters'],
  ['x'.repeat(51), {}, 'has 51'],
  ['ok', [1], 'found a list'],
  ['ok', null, 'found object'],
])('refuses the event %j with data %j', async (type, data, reason) => {
  const refused = app.unit(({ analytics }) => analytics.track(type, data as never))
  await expect(refused).rejects.toMatchObject({
    code: 'ANALYTICS_EVENT',
    message: expect.stringContaining(reason),
  })
  expect(await eventsOf(type)).toEqual([])
})
