import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import {
  claimOf,
  createGate,
  createUnitDatabase,
  openDatabase,
  Person,
  stateOf,
} from '../../test/support/unit-database.js'
import type { TestDatabase } from '../testing/test-database.js'
import type { Database } from './database.js'
import { UnitSqlSession } from './session.js'
import type { Unit } from './unit.js'

let target: TestDatabase
let database: Database

beforeAll(async () => {
  target = await createUnitDatabase(inject('postgresUrl'))
})

beforeEach(async () => {
  database = openDatabase(target.url)
  await database.query({ text: 'TRUNCATE notes, people; UPDATE claims SET outcome = NULL, error = NULL' })
})

afterEach(() => database.close())
afterAll(() => target.drop())

// So long that the handler is where the test wants it by then, also on a slow machine.
const deadlineMs = 500
const note = (unit: Unit, text: string) => unit.sql`INSERT INTO notes (text) VALUES (${text})`
const pidOf = async (unit: Unit) => (await unit.sql`SELECT pg_backend_pid() AS pid`)[0]?.pid

test('gives up a handler that waits outside of the database, and refuses what it queries later', async () => {
  const gate = createGate()
  let late: Promise<unknown> | undefined
  const { unit, end } = await database.run({ claim: claimOf(1), deadlineMs }, async (opened) => {
    await note(opened, 'lost')
    late = gate.opened.then(() => note(opened, 'late'))
    late.catch(() => undefined)
    await late
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { code: 'UNIT_DEADLINE' } })
  gate.open()
  await expect(late).rejects.toMatchObject({ code: 'UNIT_CLOSED' })
  expect(() => unit.defer(() => undefined)).toThrow(expect.objectContaining({ code: 'UNIT_CLOSED' }))
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: 'failed' })
  expect((await stateOf(database, 1)).error).toContain('not done after 500 ms')
})

test('cancels the statement that runs, frees its locks at once and keeps nothing', async () => {
  let pid: unknown
  const running = database.run({ claim: claimOf(1), deadlineMs }, async (unit) => {
    pid = await pidOf(unit)
    await note(unit, 'lost')
    await unit.sql`SELECT pg_sleep(60)`
  })
  const { end } = await running
  expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { code: 'UNIT_DEADLINE' } })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: 'failed' })
  // NOWAIT would throw if the row were locked still.
  await database.query({ text: 'SELECT 1 FROM claims WHERE id = 1 FOR UPDATE NOWAIT' })
  const later = await database.run({}, pidOf)
  expect(later.end).toMatchObject({ outcome: 'committed' })
  expect(later.end).not.toMatchObject({ value: pid })
})

test('cancels all that a handler runs in parallel, also inside an attempt', async () => {
  const { end } = await database.run({ claim: claimOf(1), deadlineMs }, (unit) =>
    unit.attempt(() =>
      Promise.all([
        unit.sql`SELECT pg_sleep(60)`,
        note(unit, 'lost'),
        database.sequelize.query('SELECT pg_sleep(60)'),
      ]),
    ),
  )
  expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { code: 'UNIT_DEADLINE' } })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: 'failed' })
})

test('ends the backend where cancelling does not help', async () => {
  const { end } = await database.run(
    { claim: claimOf(1), deadlineMs },
    (unit) =>
      unit.sql`DO $$ BEGIN LOOP
      BEGIN PERFORM pg_sleep(60); EXCEPTION WHEN query_canceled THEN NULL; END;
    END LOOP; END $$`,
  )
  expect(end).toMatchObject({ outcome: 'failed', recorded: false, error: { code: 'UNIT_DEADLINE' } })
  await expect
    .poll(() => database.query({ text: 'SELECT 1 FROM claims WHERE id = 1 FOR UPDATE NOWAIT' }))
    .toMatchObject({ rowCount: 1 })
})

test('aborts the signal of the session, and of one that asks for it later', async () => {
  let early: AbortSignal | undefined
  const { unit } = await database.run({ deadlineMs }, async (opened) => {
    early = new UnitSqlSession(opened, database.sequelize).signal
    expect(early.aborted).toBe(false)
    await new Promise((resolve) => early?.addEventListener('abort', resolve))
    await createGate().opened
  })
  expect(early?.aborted).toBe(true)
  expect(unit.signal.aborted).toBe(true)
  const inTime = await database.run({ deadlineMs }, async () => undefined)
  expect(inTime.unit.signal.aborted).toBe(false)
})

test('stays failed where the deadline passes while the handler waits for its claim', async () => {
  const gate = createGate()
  const taken = createGate()
  const first = database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'kept')
    taken.open()
    await gate.opened
  })
  await taken.opened
  let late: AbortSignal | undefined
  const second = database.run({ claim: claimOf(1), deadlineMs }, (unit) => {
    late = unit.signal
    return note(unit, 'twice')
  })
  // Of this database alone: other tests wait for locks of theirs on the same server.
  const waiting = `SELECT FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await expect.poll(async () => (await database.query({ text: waiting })).rowCount).toBe(1)
  await expect.poll(() => late?.aborted).toBe(true)
  gate.open()
  expect((await first).end.outcome).toBe('committed')
  expect((await second).end.outcome).toBe('duplicate')
  expect(await stateOf(database, 1)).toMatchObject({ notes: ['kept'], outcome: 'done' })
})

test.each([
  ['a query', (unit: Unit) => note(unit, 'late')],
  ['a model', () => database.sequelize.getRepository(Person).create({ telegramId: 1, name: 'late' })],
  ['a raw query', () => database.sequelize.query(`INSERT INTO notes (text) VALUES ('late')`)],
  ['a transaction of Sequelize', () => database.sequelize.transaction(async () => undefined)],
  ['database.unit', () => database.unit((session) => session.sql`SELECT 1`)],
  ['an attempt', (unit: Unit) => unit.attempt(async () => undefined)],
])('refuses %s of a floating promise after the unit ended', async (_, query) => {
  const gate = createGate()
  let floating: Promise<unknown> | undefined
  await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'kept')
    floating = gate.opened.then(() => query(unit))
  })
  gate.open()
  await expect(floating).rejects.toMatchObject({ code: 'UNIT_CLOSED' })
  expect(await stateOf(database, 1)).toMatchObject({ notes: ['kept'], people: [] })
})
