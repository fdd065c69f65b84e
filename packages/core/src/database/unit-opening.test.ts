import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { startTcpProxy, type TcpProxy } from '../../test/support/tcp-proxy.js'
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
import { UnitSqlSession } from './session.js'
import type { Unit } from './unit.js'

let target: TestDatabase
let proxy: TcpProxy
let database: Database

beforeEach(async () => {
  target = await createUnitDatabase(inject('postgresUrl'))
  proxy = await startTcpProxy(target.url)
  database = openDatabase(proxy.url)
})

afterEach(async () => {
  await database.close()
  await proxy[Symbol.asyncDispose]()
  await target.drop()
})

const sessionOf = (unit: Unit) => new UnitSqlSession(unit, database.sequelize)

test('takes no connection until the first query', async () => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    sessionOf(unit).repository(Person)
    return sessionOf(unit).signal.aborted
  })
  expect(end).toEqual({ outcome: 'untouched', value: false })
  expect(proxy.connections).toBe(0)
})

test('sends BEGIN, claim, savepoint and the first query without waiting for an answer', async () => {
  await database.unit(async (session) => void (await session.sql`SELECT 1`))
  proxy.statements.length = 0
  proxy.setMode('stallAnswers')
  const running = database.run(
    { claim: claimOf(1) },
    (unit) => unit.sql`INSERT INTO notes (text) VALUES (${'a'})`,
  )
  await proxy.seen('INSERT')
  expect(
    proxy.statements.filter((statement) => statement !== 'take' && !statement.startsWith('hello_')),
  ).toEqual([
    'BEGIN READ WRITE',
    'SELECT 1 FROM claims WHERE id = $1 AND outcome IS NULL FOR UPDATE',
    'SAVEPOINT hello_handler',
    'INSERT INTO notes (text) VALUES ($1)',
  ])
  proxy.setMode('pass')
  expect((await running).end.outcome).toBe('committed')
  expect(await stateOf(database, 1)).toMatchObject({ notes: ['a'], outcome: 'done' })
})

test('sends settle and COMMIT together', async () => {
  const running = database.run({ claim: claimOf(1) }, async (unit) => {
    await unit.sql`INSERT INTO notes (text) VALUES ('a')`
    proxy.setMode('stallAnswers')
  })
  await proxy.seen('COMMIT')
  proxy.setMode('pass')
  expect((await running).end.outcome).toBe('committed')
})

test('serves models, raw SQL and session.sql with one connection and one transaction, each seeing what the others wrote', async () => {
  await database.run({ claim: claimOf(1) }, async (unit) => {
    const session = sessionOf(unit)
    const where = 'SELECT pg_backend_pid() AS pid, txid_current() AS tx'
    const person = await session.repository(Person).create({ telegramId: 7, name: 'Ann' })
    const [[mine]] = await database.sequelize.query(where)
    const [theirs] = await session.sql`SELECT pg_backend_pid() AS pid, txid_current() AS tx`
    expect(mine).toEqual(theirs)
    expect(await session.sql`SELECT name FROM people`).toEqual([{ name: 'Ann' }])
    await session.sql`INSERT INTO notes (person_id, text) VALUES (${person.get('id')}, 'by hand')`
    await session.repository(Note).bulkCreate([{ text: 'in bulk', personId: person.get('id') as number }])
    const [found, isNew] = await session.repository(Person).findOrCreate({
      where: { telegramId: 7 },
      defaults: { name: 'other' },
    })
    expect([found.name, isNew]).toEqual(['Ann', false])
    const loaded = await session
      .repository(Person)
      .findOne({ include: [session.repository(Note)], rejectOnEmpty: true })
    expect(loaded.notes.map(({ text }) => text)).toEqual(['by hand', 'in bulk'])
    expect((await session.repository(Person).findAndCountAll()).count).toBe(1)
  })
  expect(proxy.statements.filter((statement) => statement === 'BEGIN READ WRITE')).toHaveLength(1)
  expect(await stateOf(database, 1)).toMatchObject({ people: ['Ann'], outcome: 'done' })
})

test('joins from whichever service, after whatever was awaited, and from database.unit', async () => {
  const service = {
    note: (text: string) =>
      database.sequelize.query('INSERT INTO notes (text) VALUES ($1)', { bind: [text] }),
  }
  const { end } = await database.run({ claim: claimOf(1) }, async () => {
    await service.note('one')
    await new Promise((resolve) => setImmediate(resolve))
    await database.unit((session) => session.sql`INSERT INTO notes (text) VALUES ('two')`)
    throw new RangeError('undo both')
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: true })
  expect((await stateOf(database, 1)).notes).toEqual([])
})

test('gives two units that run in parallel a connection each', async () => {
  let begun = 0
  const bothHaveBegun = createGate()
  const pids = await Promise.all(
    [1, 2].map((id) =>
      database.run({ claim: claimOf(id) }, async (unit) => {
        const [first] = await unit.sql`SELECT pg_backend_pid() AS pid`
        begun += 1
        if (begun === 2) bothHaveBegun.open()
        // One that ended before the other has its connection would hand its own on.
        await bothHaveBegun.opened
        const [[second]] = await database.sequelize.query('SELECT pg_backend_pid() AS pid')
        expect(second).toEqual(first)
        return first?.pid
      }),
    ),
  )
  const [first, second] = pids.map(({ end }) => end)
  expect(first).not.toEqual(second)
})

test('undoes the first query with the rest where the claim was settled before', async () => {
  await database.query({ text: `UPDATE claims SET outcome = 'done' WHERE id = 1` })
  let caught: unknown
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    caught = await unit.sql`INSERT INTO notes (text) VALUES ('twice')`.catch((error: unknown) => error)
    await unit.sql`INSERT INTO notes (text) VALUES ('later')`.catch(() => undefined)
  })
  expect(caught).toMatchObject({ code: 'UNIT_DUPLICATE' })
  expect(end).toEqual({ outcome: 'duplicate' })
  expect((await stateOf(database)).notes).toEqual([])
  // The connection is as good as new.
  expect(await database.unit((session) => session.sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
  expect(proxy.connections).toBe(2)
})

test('runs nothing where the pool has no connection to give, and says that it may be tried again', async () => {
  await proxy[Symbol.asyncDispose]()
  const { end } = await database.run({ claim: claimOf(1) }, (unit) => unit.sql`SELECT 1`)
  expect(end).toMatchObject({ outcome: 'retry' })
})

test('handles one claim once, however many units ask for it at the same time', async () => {
  const ends = await Promise.all(
    Array.from({ length: 4 }, () =>
      database.run({ claim: claimOf(1) }, (unit) => unit.sql`INSERT INTO notes (text) VALUES ('once')`),
    ),
  )
  expect(ends.map(({ end }) => end.outcome).sort()).toEqual([
    'committed',
    'duplicate',
    'duplicate',
    'duplicate',
  ])
  expect((await stateOf(database, 1)).notes).toEqual(['once'])
})
