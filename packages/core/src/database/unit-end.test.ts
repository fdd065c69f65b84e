import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import {
  claimOf,
  createGate,
  createUnitDatabase,
  Note,
  openDatabase,
  Person,
  stateOf,
} from '../../test/support/unit-database.js'
import type { TestDatabase } from '../testing/test-database.js'
import type { Database } from './database.js'
import type { Unit } from './unit.js'
import type { UnitClaim } from './unit-claim.js'

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

const note = (unit: Unit, text: string) => unit.sql`INSERT INTO notes (text) VALUES (${text})`
const failing = (unit: Unit) => unit.sql`SELECT 1 / 0`

test('keeps what the handler wrote and settles the claim with it', async () => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'kept')
    return 'value'
  })
  expect(end).toEqual({ outcome: 'committed', value: 'value', stored: [] })
  expect(await stateOf(database, 1)).toMatchObject({ notes: ['kept'], outcome: 'done' })
})

test('undoes the writes of a handler that throws, and records the failure in the same transaction', async () => {
  const transactions: unknown[] = []
  const text = 'SELECT txid_current()::text AS id'
  const claim: UnitClaim = {
    ...claimOf(1),
    fail: async (connection, error) => {
      const failed = claimOf(1).fail?.(connection, error)
      transactions.push((await connection.query({ text })).rows[0]?.id)
      await failed
    },
  }
  const { end } = await database.run({ claim }, async (unit) => {
    await note(unit, 'lost')
    transactions.push((await unit.sql`SELECT txid_current()::text AS id`)[0]?.id)
    throw new RangeError('broken handler')
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { message: 'broken handler' } })
  expect(await stateOf(database, 1)).toMatchObject({
    notes: [],
    outcome: 'failed',
    error: 'RangeError: broken handler',
  })
  expect(transactions[0]).toBe(transactions[1])
})

test('records nothing where the handler threw before any query', async () => {
  const { end } = await database.run({ claim: claimOf(1) }, async () => {
    throw new RangeError('early')
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: false })
})

test.each([
  ['session.sql', failing],
  ['a raw query', () => database.sequelize.query('SELECT 1 / 0')],
  ['a model', () => database.sequelize.getRepository(Person).create({ name: null, telegramId: 1 })],
])('never reports success where an error of %s was swallowed', async (_, fault) => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'lost')
    await fault(unit).catch(() => undefined)
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: false, error: { code: 'UNIT_ROLLED_BACK' } })
  expect((end as { error: Error }).error.cause).toBeInstanceOf(Error)
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: null })
})

test('tells the one who asked for a unit that a swallowed error undid it', async () => {
  const unit = database.unit(async ({ sql }) => {
    await sql`INSERT INTO notes (text) VALUES ('lost')`
    await sql`SELECT 1 / 0`.catch(() => undefined)
    return 'saved'
  })
  await expect(unit).rejects.toMatchObject({ code: 'UNIT_ROLLED_BACK' })
  expect((await stateOf(database)).notes).toEqual([])
})

test('keeps nothing where a query was not awaited', async () => {
  let forgotten: Promise<unknown> | undefined
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'lost')
    forgotten = note(unit, 'forgotten').catch(() => undefined)
  })
  await forgotten
  expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { code: 'UNIT_NOT_AWAITED' } })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: 'failed' })
})

test('keeps nothing where a findOrCreate was not awaited', async () => {
  let forgotten: Promise<unknown> | undefined
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'lost')
    const people = database.sequelize.getRepository(Person)
    forgotten = people.findOrCreate({ where: { telegramId: 1 }, defaults: { name: 'x' } })
    forgotten.catch(() => undefined)
  })
  await expect(forgotten).rejects.toMatchObject({ code: 'UNIT_CLOSED' })
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'UNIT_NOT_AWAITED' } })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], people: [] })
})

test('ends soon, and keeps its connection, where one of several parallel queries fails', async () => {
  const pids = new Set<unknown>()
  for (const id of [1, 2, 3]) {
    const { end } = await database.run({ claim: claimOf(id) }, async (unit) => {
      pids.add((await unit.sql`SELECT pg_backend_pid() AS pid`)[0]?.pid)
      await Promise.all([failing(unit), note(unit, 'lost'), note(unit, 'lost')])
    })
    expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { code: '22012' } })
  }
  expect(pids.size).toBe(1)
})

test('says failed, not unknown, where a deferred constraint fails at COMMIT', async () => {
  const { end } = await database.run(
    { claim: claimOf(1) },
    (unit) => unit.sql`INSERT INTO notes (person_id, text) VALUES (12345, 'of nobody')`,
  )
  expect(end).toMatchObject({ outcome: 'failed', recorded: false, error: { code: '23503' } })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: null })
  expect(await database.unit(({ sql }) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
})

test('stores what is to be sent with the commit, also where the handler made no query', async () => {
  const { end } = await database.run({}, async (unit) => {
    unit.outgoing.push({ chatId: 1, method: 'sendMessage', payload: {} })
  })
  expect(end).toMatchObject({ outcome: 'committed', stored: [{ method: 'sendMessage', chatId: 1 }] })
})

const terminated = { outcome: 'retry', error: { code: '57P01' } }

test.each([
  ['and the error passes', false],
  ['and the handler swallows it', true],
])('may be tried again where the server ends the connection %s', async (_, swallows) => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'lost')
    const ended = unit.sql`SELECT pg_terminate_backend(pg_backend_pid())`
    if (swallows) await ended.catch(() => undefined)
    else await ended
  })
  expect(end).toMatchObject(terminated)
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: null })
  const again = await database.run({ claim: claimOf(1) }, (unit) => note(unit, 'kept'))
  expect(again.end.outcome).toBe('committed')
})

test('may be tried again where the connection ended between two queries of a model', async () => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    const [row] = await unit.sql`SELECT pg_backend_pid() AS pid`
    await database.query({ text: 'SELECT pg_terminate_backend($1, 5000)', values: [row?.pid] })
    await database.sequelize.getRepository(Note).create({ text: 'lost' })
  })
  expect(end).toMatchObject({ outcome: 'retry' })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: null })
})

test('lets units in a deadlock be tried again until each has committed', async () => {
  await database.query({ text: `INSERT INTO people (id, telegram_id, name) VALUES (1, 1, 'a'), (2, 2, 'b')` })
  const locked = [createGate(), createGate()] as const
  const retries: unknown[] = []
  const runUntilDone = async (me: 0 | 1): Promise<string> => {
    const { end } = await database.run({ claim: claimOf(me + 1) }, async (unit) => {
      await unit.sql`UPDATE people SET name = 'x' WHERE id = ${me + 1}`
      locked[me].open()
      await Promise.all(locked.map(({ opened }) => opened))
      await unit.sql`UPDATE people SET name = 'y' WHERE id = ${2 - me}`
    })
    if (end.outcome !== 'retry') return end.outcome
    retries.push(end.error)
    return runUntilDone(me)
  }
  expect(await Promise.all([runUntilDone(0), runUntilDone(1)])).toEqual(['committed', 'committed'])
  // One at least: the first victim may be back before the other has its row, and then that one gives way.
  expect(retries.length).toBeGreaterThan(0)
  for (const error of retries) expect(error).toMatchObject({ code: '40P01' })
})

test('may be tried again after a lost serialization, on the same connection', async () => {
  const pids: unknown[] = []
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    pids.push((await unit.sql`SELECT pg_backend_pid() AS pid`)[0]?.pid)
    await unit.sql`DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '40001'; END $$`
  })
  expect(end).toMatchObject({ outcome: 'retry', error: { code: '40001' } })
  await database.run({}, async (unit) => {
    pids.push((await unit.sql`SELECT pg_backend_pid() AS pid`)[0]?.pid)
  })
  expect(pids[0]).toBe(pids[1])
})

test.each([
  ['take', 'retry', null],
  ['settle', 'failed', 'failed'],
  ['fail', 'failed', null],
])('keeps nothing where %s of a claim throws before it asks the server', async (step, outcome, recorded) => {
  const faulty = () => {
    throw new TypeError('a fault of the claim')
  }
  const { end } = await database.run({ claim: { ...claimOf(1), [step]: faulty } }, async (unit) => {
    await note(unit, 'lost')
    if (step === 'fail') await failing(unit)
  })
  expect(end).toMatchObject({ outcome, ...(recorded && { recorded: true }) })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: recorded })
})
