import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { keepLog, openCoreTables, until } from './core-tables.fixture.js'
import { Inbox } from './inbox.js'
import { wakeChannel } from './leader-call.js'
import { UpdateAdmin } from './update-admin.js'

const say = (update_id: number, text = 'hi') => ({ update_id, message: { chat: { id: 7 }, text } })

/** An inbox with updates 1 to 9: 3, 6 and 9 have failed, 4 is done, the rest waits. */
async function openAdmin() {
  const tables = await openCoreTables()
  const { logger } = keepLog()
  const inbox = new Inbox(tables.query, 1, logger)
  const rows = await inbox.write([1, 2, 3, 4, 5, 6, 7, 8, 9].map((id) => say(id)))
  for (const index of [2, 5, 8])
    await inbox.recordFailure(rows[index] as never, { plugin: 'notes', error: 'TypeError: x\n    at y' })
  await tables.settle(rows[3] as never)
  await new Inbox(tables.query, 2, logger).write([say(50)])
  return { ...tables, inbox, admin: new UpdateAdmin(tables.query, 1) }
}

const idsOf = (updates: readonly { updateId: number }[]) => updates.map(({ updateId }) => updateId)

test('lists what failed, the newest first, with its error and without what people wrote', async () => {
  const { admin } = await openAdmin()
  const [newest, ...others] = await admin.list()
  expect(newest).toEqual({
    updateId: 9,
    seq: '9',
    status: 'failed',
    kind: 'message',
    lane: 'chat:7',
    receivedAt: expect.any(Date),
    settledAt: expect.any(Date),
    attempts: 1,
    plugin: 'notes',
    error: 'TypeError: x\n    at y',
  })
  expect(idsOf(others)).toEqual([6, 3])
})

test('lists by status and page by page', async () => {
  const { admin } = await openAdmin()
  expect(idsOf(await admin.list({ status: 'waiting' }))).toEqual([8, 7, 5, 2, 1])
  expect(idsOf(await admin.list({ status: 'done' }))).toEqual([4])
  expect(idsOf(await admin.list({ status: 'dropped' }))).toEqual([])
  const pages: number[][] = []
  for (let before: string | undefined; ; ) {
    const page = await admin.list({ status: 'all', limit: 4, ...(before && { before }) })
    pages.push(idsOf(page))
    before = page.at(-1)?.seq
    if (page.length < 4) break
  }
  expect(pages).toEqual([[9, 8, 7, 6], [5, 4, 3, 2], [1]])
})

test.each([
  [{ status: 'broken' as never }, /status is "broken", expected waiting, done, failed, dropped, all/],
  [{ limit: 0 }, /limit is 0, expected a whole number from 1 to 1000/],
  [{ limit: 1_001 }, /limit is 1001/],
  [{ limit: 1.5 }, /limit is 1.5/],
  [{ before: 'x' }, /before is "x", expected the seq of an update/],
])('a listing by %j is refused with UPDATE_LISTING', async (listing, message) => {
  const admin = new UpdateAdmin(() => expect.fail('The database was asked'), 1)
  await expect(admin.list(listing)).rejects.toMatchObject({
    code: 'UPDATE_LISTING',
    message: expect.stringMatching(message),
  })
})

test("shows one with what Telegram sent; another bot's is not found, nor is what is no id", async () => {
  const { admin } = await openAdmin()
  expect(await admin.show(3)).toMatchObject({ updateId: 3, status: 'failed', payload: say(3) })
  for (const id of [50, 99, -1, 1.5, Number.NaN, 2 ** 60, '3' as never]) {
    for (const ask of [admin.show(id), admin.retry(id), admin.drop(id)])
      await expect(ask).rejects.toMatchObject({ code: 'UPDATE_NOT_FOUND' })
  }
})

test('a retry makes a failed or dropped one wait, and calls the leader after its commit', async () => {
  const { admin, inbox, url, settle } = await openAdmin()
  const leader = new pg.Client({ connectionString: url })
  await leader.connect()
  onTestFinished(() => leader.end())
  const heard: unknown[] = []
  leader.on('notification', ({ payload }) => heard.push(payload))
  await leader.query(`LISTEN ${wakeChannel(1)}`)
  await admin.retry(3)
  await until(() => heard.length === 1)
  expect(heard).toEqual(['again'])
  expect(await admin.show(3)).toMatchObject({ status: 'waiting', error: undefined, plugin: undefined })
  const [row] = await inbox.read(['3'])
  await settle(row as never)
  expect(await admin.show(3)).toMatchObject({ status: 'done', attempts: 2 })
  await admin.drop(6)
  await admin.retry(6)
  expect(await admin.show(6)).toMatchObject({ status: 'waiting' })
})

test('only what failed or was dropped can be retried, only what waits or failed can be dropped', async () => {
  const { admin } = await openAdmin()
  await expect(admin.retry(1)).rejects.toMatchObject({
    code: 'UPDATE_STATE',
    message: 'Update 1 is waiting. Only a failed or dropped one can be retried.',
  })
  await expect(admin.retry(4)).rejects.toMatchObject({ message: expect.stringContaining('is done') })
  await expect(admin.drop(4)).rejects.toMatchObject({
    code: 'UPDATE_STATE',
    message: 'Update 4 is done. Only a waiting or failed one can be dropped.',
  })
  await admin.drop(1)
  await admin.drop(3)
  await expect(admin.drop(1)).rejects.toMatchObject({ code: 'UPDATE_STATE' })
  expect(await admin.show(3)).toMatchObject({
    status: 'dropped',
    error: expect.stringContaining('TypeError'),
  })
  expect(idsOf(await admin.list({ status: 'dropped' }))).toEqual([3, 1])
})

test('one that is being handled cannot be dropped from under its handler', async () => {
  const { admin, url, query } = await openAdmin()
  const handler = new pg.Client({ connectionString: url })
  await handler.connect()
  onTestFinished(() => handler.end())
  await handler.query('BEGIN; SELECT FROM hello_inbox WHERE update_id = 1 FOR UPDATE')
  await query({ text: `SET lock_timeout = '50ms'` })
  await expect(admin.drop(1)).rejects.toMatchObject({
    code: 'UPDATE_STATE',
    message: expect.stringContaining('is being handled right now'),
  })
  await handler.query('ROLLBACK')
  expect(await admin.show(1)).toMatchObject({ status: 'waiting' })
})

test('one that could not be stored as it came is shown, cannot be retried, and can be dropped', async () => {
  const { admin, inbox } = await openAdmin()
  const nested = (depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>((inner) => ({ a: inner }), {})
  await inbox.write([say(10, nested(100_000) as never)])
  expect(await admin.show(10)).toMatchObject({ status: 'failed', kind: undefined })
  await expect(admin.retry(10)).rejects.toMatchObject({
    code: 'UPDATE_STATE',
    message: expect.stringContaining('could not be stored'),
  })
  await admin.drop(10)
})

test('a database without an inbox is told as what it is', async () => {
  const { query, rows } = await openAdmin()
  await rows('DROP TABLE hello_inbox')
  await expect(new UpdateAdmin(query, 1).list()).rejects.toMatchObject({ code: 'MIGRATION_PENDING' })
})

test('failed ones are found by their index', async () => {
  const { rows } = await openAdmin()
  await rows(
    `INSERT INTO hello_inbox (bot_id, update_id, lane, payload, settled_at, outcome)
     SELECT 1, id, 'chat:1', '{}', now(), 'done' FROM generate_series(100, 20000) AS id`,
  )
  await rows('ANALYZE hello_inbox')
  const plan = await rows(
    `EXPLAIN SELECT seq FROM hello_inbox WHERE bot_id = 1 AND outcome = 'failed' ORDER BY seq DESC LIMIT 50`,
  )
  expect(plan.map((row) => row['QUERY PLAN']).join('\n')).toContain('hello_inbox_failed')
})
