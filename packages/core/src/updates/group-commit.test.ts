import { expect, onTestFinished, test } from 'vitest'
import { createGate, openDatabase } from '../../test/support/unit-database.js'
import { AppendedRows, defineAppender } from '../database/appender.js'
import { statement } from '../database/sql.js'
import type { OutgoingCall } from '../database/unit-claim.js'
import { keepLog, openCoreTables } from './core-tables.fixture.js'
import { GroupCommit } from './group-commit.js'
import { Inbox } from './inbox.js'
import { storeOutgoing } from './outbox-table.js'

const botId = 7_000_000_001

const notes = defineAppender<string>(
  (rows) => statement`INSERT INTO notes (text) SELECT unnest(${rows}::text[])`,
)

/** Updates 1 to `count` in an inbox, and a table that takes no text twice. */
async function openGroup(count: number) {
  const tables = await openCoreTables()
  await tables.query({ text: 'CREATE TABLE notes (text text NOT NULL UNIQUE)' })
  const inbox = new Inbox(tables.query, botId, keepLog().logger)
  const rows = await inbox.write(
    Array.from({ length: count }, (_, index) => ({ update_id: index + 1, message: { chat: { id: 1 } } })),
  )
  const database = openDatabase(tables.url, {
    models: [],
    storeOutgoing: (connection, outgoing) => storeOutgoing(connection, botId, outgoing),
  })
  onTestFinished(() => database.close())
  const group = new GroupCommit(database, inbox)
  return {
    ...tables,
    database,
    /** Ends an update: with a note, and with messages of these texts. */
    end(updateId: number, note?: string, ...texts: string[]) {
      const appended = new AppendedRows()
      if (note !== undefined) appended.add(notes, note)
      const { seq } = rows[updateId - 1] as { seq: string }
      return group.add({ seq, outgoing: texts.map(say), appended, traced: { botId, updateId } })
    },
    outcomes: async () => {
      const found = await tables.rows('SELECT update_id::int AS id, outcome FROM hello_inbox ORDER BY seq')
      return Object.fromEntries(found.map(({ id, outcome }) => [id, outcome]))
    },
    notes: async () => (await tables.rows('SELECT text FROM notes ORDER BY text')).map(({ text }) => text),
  }
}

const say = (text: string): OutgoingCall => ({
  chatId: 1,
  method: 'sendMessage',
  payload: { chat_id: 1, text },
})

test('updates that end in one moment are settled in one transaction, and each gets its own messages', async () => {
  const { end, rows, outcomes, notes } = await openGroup(3)
  const ends = await Promise.all([end(1, 'a', 'one', 'two'), end(2), end(3, 'b', 'three')])
  expect(
    ends.map((ended) => ended.outcome === 'committed' && ended.stored.map(({ payload }) => payload.text)),
  ).toEqual([['one', 'two'], [], ['three']])
  expect(await outcomes()).toEqual({ 1: 'done', 2: 'done', 3: 'done' })
  expect(await notes()).toEqual(['a', 'b'])
  const written = await rows(
    'SELECT xmin::text FROM hello_inbox UNION SELECT xmin::text FROM hello_outbox UNION SELECT xmin::text FROM notes',
  )
  expect(written).toHaveLength(1)
})

test('one that was settled before changes nothing, and the others of its moment are kept', async () => {
  const { end, notes, rows } = await openGroup(3)
  await end(2, 'first')
  const ends = await Promise.all([end(1, 'a', 'one'), end(2, 'second', 'two'), end(3, 'b', 'three')])
  expect(ends.map(({ outcome }) => outcome)).toEqual(['committed', 'duplicate', 'committed'])
  expect(await notes()).toEqual(['a', 'b', 'first'])
  expect(await rows(`SELECT payload->>'text' AS text FROM hello_outbox ORDER BY id`)).toEqual([
    { text: 'one' },
    { text: 'three' },
  ])
})

test('what the server refuses of one fails that one alone, and nothing of it is kept', async () => {
  const { end, notes, outcomes, rows } = await openGroup(3)
  await end(1, 'taken')
  const [refused, kept] = await Promise.allSettled([end(2, 'taken', 'two'), end(3, 'free', 'three')])
  expect(refused).toMatchObject({ status: 'rejected', reason: { code: '23505' } })
  expect(kept.status).toBe('fulfilled')
  expect(await notes()).toEqual(['free', 'taken'])
  expect(await outcomes()).toEqual({ 1: 'done', 2: null, 3: 'done' })
  expect(await rows('SELECT FROM hello_outbox')).toHaveLength(1)
})

test('after a lost connection it is added again, and is there once', async () => {
  const { end, notes, query, outcomes, database } = await openGroup(2)
  const [locked, gate] = [createGate(), createGate()]
  // The group waits for this lock when its connection is ended.
  const locking = database.unit(async ({ sql }) => {
    await sql`SELECT FROM hello_inbox FOR UPDATE`
    locked.open()
    await gate.opened
  })
  await locked.opened
  const lost = Promise.allSettled([end(1, 'a'), end(2, 'b')])
  const ended = `SELECT count(*)::int AS count FROM (
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock') AS ended`
  await expect.poll(async () => (await query({ text: ended })).rows[0]?.count, { timeout: 10_000 }).toBe(1)
  expect((await lost).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  gate.open()
  await locking
  const again = await Promise.all([end(1, 'a'), end(2, 'b')])
  expect(again.map(({ outcome }) => outcome)).toEqual(['committed', 'committed'])
  expect((await end(1, 'a')).outcome).toBe('duplicate')
  expect(await notes()).toEqual(['a', 'b'])
  expect(await outcomes()).toEqual({ 1: 'done', 2: 'done' })
})
