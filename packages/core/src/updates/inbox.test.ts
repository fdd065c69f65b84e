import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { keepLog, lostConnection, openCoreTables } from './core-tables.fixture.js'
import { Inbox } from './inbox.js'

const botId = 7_000_000_001

async function openInbox() {
  const tables = await openCoreTables()
  const log = keepLog()
  return { ...tables, log, inbox: new Inbox(tables.query, botId, log.logger) }
}

const say = (update_id: number, text: unknown = 'hi', chat = 1) => ({
  update_id,
  message: { chat: { id: chat }, text },
})

function nested(depth: number): unknown {
  let value: unknown = 'deep'
  for (let level = 0; level < depth; level++) value = [value]
  return value
}

test('gives rows in the order of arrival, whatever their ids', async () => {
  const { inbox } = await openInbox()
  const ids = [9, 3, 7, 100, 1]
  const rows = await inbox.write(ids.map((id) => say(id)))
  expect(rows.map(({ update }) => update.update_id)).toEqual(ids)
  expect(rows.map(({ seq }) => Number(seq))).toEqual([1, 2, 3, 4, 5])
  expect(await inbox.unsettled('0', 10)).toEqual(['1', '2', '3', '4', '5'])
  expect((await inbox.read(['4', '2'])).map(({ update, lane }) => [update.update_id, lane])).toEqual([
    [3, 'chat:1'],
    [100, 'chat:1'],
  ])
})

test('takes an update once, however often it comes: again, twice in a batch, and in parallel', async () => {
  const { inbox, rows } = await openInbox()
  const first = await inbox.write([say(1, 'first'), say(2), say(1, 'second')])
  expect(first.map(({ update }) => (update.message as { text: string }).text)).toEqual(['first', 'hi'])
  expect(await inbox.write([say(1), say(2)])).toEqual([])
  const parallel = await Promise.all([
    ...Array.from({ length: 20 }, () => inbox.add(say(3))),
    ...Array.from({ length: 20 }, () => inbox.write([say(3)]).then(([row]) => row)),
  ])
  expect(parallel.filter((row) => row !== undefined)).toHaveLength(1)
  expect(await rows(`SELECT payload->'message'->>'text' AS text FROM hello_inbox ORDER BY seq`)).toEqual([
    { text: 'first' },
    { text: 'hi' },
    { text: 'hi' },
  ])
})

test('keeps bots apart', async () => {
  const { inbox, query, log } = await openInbox()
  const other = new Inbox(query, 8, log.logger)
  expect(await inbox.write([say(1)])).toHaveLength(1)
  expect(await other.write([say(1)])).toHaveLength(1)
  expect(await other.unsettled('0', 10)).toEqual(['2'])
})

test('arrivals of one moment share one INSERT', async () => {
  const { inbox, statements } = await openInbox()
  const rows = await Promise.all(Array.from({ length: 50 }, (_, id) => inbox.add(say(id))))
  expect(rows.every((row) => row !== undefined)).toBe(true)
  expect(statements).toEqual(['hello_inbox_insert'])
})

test('one row that cannot be stored becomes a failed row, and the other 99 are taken', async () => {
  const { inbox, rows, log } = await openInbox()
  const batch = Array.from({ length: 100 }, (_, id) => say(id, id === 50 ? nested(20_000) : 'hi'))
  const taken = await inbox.write(batch)
  expect(taken).toHaveLength(99)
  expect(
    await rows(`SELECT update_id, outcome, error, lane FROM hello_inbox WHERE settled_at IS NOT NULL`),
  ).toEqual([
    { update_id: '50', outcome: 'failed', error: expect.stringMatching(/^Not storable: /), lane: 'chat:1' },
  ])
  expect(log.lines).toEqual(['error: An update could not be stored as it is'])
})

test('one alone that cannot be stored does not come again for ever, and what it was is kept to be looked at', async () => {
  const { inbox, rows } = await openInbox()
  // Deep enough for Postgres, and still writable by JSON.stringify.
  let depth = 12_000
  while (!isWritable(nested(depth))) depth -= 500
  const [row] = await Promise.all([inbox.write([say(1, nested(depth))])])
  const stored = await rows('SELECT outcome, json_typeof(payload) AS type FROM hello_inbox')
  if (row.length === 0) expect(stored).toEqual([{ outcome: 'failed', type: 'string' }])
  else expect(stored).toEqual([{ outcome: null, type: 'object' }])
  expect(await inbox.write([say(2, nested(100_000))])).toEqual([])
  expect(await rows('SELECT outcome, error FROM hello_inbox WHERE update_id = 2')).toEqual([
    { outcome: 'failed', error: expect.stringContaining('stack') },
  ])
})

test('an update whose INSERT is cancelled is not called unstorable: it is taken when it comes again', async () => {
  const { rows, url, log } = await openInbox()
  const [other, impatient] = [{}, { statement_timeout: 50 }].map((more) => {
    const pool = new pg.Pool({ connectionString: url, max: 1, ...more })
    onTestFinished(() => pool.end())
    return pool
  }) as [pg.Pool, pg.Pool]
  const inbox = new Inbox((asked) => impatient.query(asked as pg.QueryConfig) as never, botId, log.logger)
  // Another instance has the turn, and the statement's own time is over first.
  const turn = { text: 'SELECT pg_advisory_lock(1751476590, hashtext($1::bigint::text))', values: [botId] }
  await other.query(turn)
  await expect(inbox.write([say(1)])).rejects.toThrow('statement timeout')
  await expect(inbox.write([say(1), say(2)])).rejects.toThrow('statement timeout')
  expect(await rows('SELECT FROM hello_inbox')).toEqual([])
  await other.query('SELECT pg_advisory_unlock_all()')
  expect(await inbox.write([say(1), say(2)])).toHaveLength(2)
})

test('takes half an emoji, a megabyte, 100 levels and keys of a prototype', async () => {
  const { inbox, rows } = await openInbox()
  const hostile = JSON.parse('{"update_id":4,"__proto__":{"polluted":true},"message":{"chat":{"id":1}}}')
  const updates = [say(1, 'a\ud83d'), say(2, 'я'.repeat(1_000_000)), say(3, nested(100)), hostile]
  expect(await inbox.write(updates)).toHaveLength(4)
  const read = await inbox.read(await inbox.unsettled('0', 10))
  expect(read.map(({ update }) => JSON.stringify(update))).toEqual(
    updates.map((update) => JSON.stringify(update)),
  )
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined()
  expect(await rows(`SELECT count(*)::int AS failed FROM hello_inbox WHERE outcome = 'failed'`)).toEqual([
    { failed: 0 },
  ])
})

test('NUL characters are in neither what is stored nor what is handled', async () => {
  const { inbox, rows } = await openInbox()
  const [row] = await inbox.write([say(1, 'a\u0000b\\u0000')])
  expect(row?.update.message).toEqual({ chat: { id: 1 }, text: 'ab\\u0000' })
  expect(await rows(`SELECT payload->'message'->>'text' AS text FROM hello_inbox`)).toEqual([
    { text: 'ab\\u0000' },
  ])
})

test('what is no update is skipped', async () => {
  const { inbox, log } = await openInbox()
  const malformed = [
    null,
    [],
    'x',
    1,
    {},
    { update_id: '1' },
    { update_id: -1 },
    { update_id: 1.5 },
    { update_id: 2 ** 53 },
  ]
  expect(await inbox.write(malformed)).toEqual([])
  expect(await inbox.write([...malformed, say(1)])).toHaveLength(1)
  expect(log.lines).toHaveLength(18)
})

test('rejects when the database is gone, for all that shared the statement, and stores nothing by halves', async () => {
  const { inbox, failNext, rows, statements } = await openInbox()
  failNext('hello_inbox_insert')
  await expect(inbox.write([say(1), say(2)])).rejects.toThrow('Connection terminated')
  expect(statements).toHaveLength(1)
  failNext('hello_inbox_insert')
  const outcomes = await Promise.allSettled([inbox.add(say(1)), inbox.add(say(2))])
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(await rows('SELECT * FROM hello_inbox')).toEqual([])
  expect(await inbox.add(say(1))).toBeDefined()
})

test('a failure keeps plugin, error, attempts and payload, and is not recorded over an end', async () => {
  const { inbox, rows, failNext } = await openInbox()
  const [row] = await inbox.write([say(1)])
  failNext('hello_inbox_fail', lostConnection())
  await expect(inbox.recordFailure(row as never, { error: 'x' })).rejects.toThrow()
  await inbox.recordFailure(row as never, { plugin: 'greeting', error: 'Error: no\u0000' })
  await inbox.recordFailure(row as never, { plugin: 'other', error: 'late' })
  expect(await rows('SELECT outcome, plugin, error, attempts, payload FROM hello_inbox')).toEqual([
    { outcome: 'failed', plugin: 'greeting', error: 'Error: no', attempts: 1, payload: say(1) },
  ])
})

function isWritable(value: unknown): boolean {
  try {
    return JSON.stringify(value).length > 0
  } catch {
    return false
  }
}
