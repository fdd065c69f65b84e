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

const note = (unit: Unit, text: string) => unit.sql`INSERT INTO notes (text) VALUES (${text})`
const send = (unit: Unit, method: string) => unit.outgoing.push({ chatId: 1, method, payload: {} })

class Refused extends Error {}

test('undoes rows, messages and deferred work of an attempt that throws, and nothing else', async () => {
  const ran: string[] = []
  const { unit, end } = await database.run({}, async (opened) => {
    await note(opened, 'before')
    send(opened, 'before')
    opened.defer(() => ran.push('before'))
    const attempt = opened.attempt(async () => {
      await note(opened, 'within')
      await database.sequelize.getRepository(Person).create({ telegramId: 1, name: 'within' })
      send(opened, 'within')
      opened.defer(() => ran.push('within'))
      throw new Refused()
    })
    await expect(attempt).rejects.toThrow(Refused)
    await note(opened, 'after')
  })
  expect(end).toMatchObject({ outcome: 'committed', stored: [{ method: 'before' }] })
  expect(unit.afterCommit).toHaveLength(1)
  expect(await stateOf(database)).toMatchObject({ notes: ['before', 'after'], people: [] })
})

test('gives the value of an attempt and keeps what it did', async () => {
  const value = await database.unit((session) =>
    session.attempt(async () => {
      await session.sql`INSERT INTO notes (text) VALUES ('kept')`
      return 42
    }),
  )
  expect(value).toBe(42)
  expect((await stateOf(database)).notes).toEqual(['kept'])
})

test('goes on after a database error inside an attempt', async () => {
  await database.unit(async (session) => {
    const people = session.repository(Person)
    await people.create({ telegramId: 1, name: 'first' })
    await expect(session.attempt(() => people.create({ telegramId: 1, name: 'second' }))).rejects.toThrow()
    await people.create({ telegramId: 2, name: 'third' })
  })
  expect((await stateOf(database)).people).toEqual(['first', 'third'])
})

test('undoes an attempt that swallowed a failed query, and says so with the cause', async () => {
  await database.run({}, async (unit) => {
    await note(unit, 'before')
    const attempt = unit.attempt(async () => {
      await note(unit, 'within')
      await unit.sql`SELECT 1 / 0`.catch(() => undefined)
    })
    await expect(attempt).rejects.toMatchObject({ code: 'UNIT_ROLLED_BACK', cause: { code: '22012' } })
  })
  expect((await stateOf(database)).notes).toEqual(['before'])
})

test('nests: an inner attempt is undone alone, an outer one with what is in it', async () => {
  await database.run({}, async (unit) => {
    await unit.attempt(async () => {
      await note(unit, 'outer')
      await unit
        .attempt(async () => {
          await note(unit, 'inner')
          throw new Refused()
        })
        .catch(() => undefined)
      await note(unit, 'outer still')
    })
    await unit
      .attempt(async () => {
        await unit.attempt(() => note(unit, 'inner kept'))
        throw new Refused()
      })
      .catch(() => undefined)
  })
  expect((await stateOf(database)).notes).toEqual(['outer', 'outer still'])
})

test('makes hundreds of attempts one after the other', async () => {
  await database.run({}, async (unit) => {
    for (let i = 0; i < 300; i++) {
      await unit
        .attempt(async () => {
          await note(unit, String(i))
          if (i % 2 === 0) throw new Refused()
        })
        .catch(() => undefined)
    }
  })
  expect((await stateOf(database)).notes).toHaveLength(150)
})

const writeIn = (unit: Unit, text: string) => () => note(unit, text)

test.each([
  ['two attempts', (unit: Unit) => [unit.attempt(writeIn(unit, 'a')), unit.attempt(writeIn(unit, 'b'))]],
  ['an attempt and a query beside it', (unit: Unit) => [unit.attempt(writeIn(unit, 'a')), note(unit, 'b')]],
  [
    'an attempt and a model beside it',
    (unit: Unit) => [
      unit.attempt(writeIn(unit, 'a')),
      database.sequelize.getRepository(Person).create({ telegramId: 1, name: 'b' }),
    ],
  ],
  [
    'an attempt and a findOrCreate beside it',
    (unit: Unit) => [
      database.sequelize.getRepository(Person).findOrCreate({ where: { telegramId: 1, name: 'a' } }),
      unit.attempt(writeIn(unit, 'b')),
    ],
  ],
])('refuses %s at the same time, and keeps nothing even if that is swallowed', async (_, start) => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    const settled = await Promise.allSettled(start(unit))
    const refused = settled.filter(({ status }) => status === 'rejected') as PromiseRejectedResult[]
    expect(refused.map(({ reason }) => reason.code)).toContain('UNIT_ATTEMPT_OVERLAP')
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { code: 'UNIT_ATTEMPT_OVERLAP' } })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], people: [], outcome: 'failed' })
})

test('allows queries in parallel inside one attempt', async () => {
  await database.run({}, (unit) =>
    unit.attempt(() => Promise.all([note(unit, 'a'), note(unit, 'b'), note(unit, 'c')])),
  )
  expect((await stateOf(database)).notes).toEqual(['a', 'b', 'c'])
})

test('refuses a query that was forgotten in an attempt that has ended', async () => {
  const gate = createGate()
  await database.run({}, async (unit) => {
    let late: Promise<unknown> | undefined
    await unit.attempt(async () => {
      late = gate.opened.then(() => note(unit, 'late'))
    })
    gate.open()
    await expect(late).rejects.toMatchObject({ code: 'UNIT_CLOSED' })
  })
  expect((await stateOf(database)).notes).toEqual([])
})

test('may be tried again where the connection is lost inside an attempt, even if that is swallowed', async () => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'lost')
    await unit.attempt(() => unit.sql`SELECT pg_terminate_backend(pg_backend_pid())`).catch(() => undefined)
  })
  expect(end).toMatchObject({ outcome: 'retry', error: { code: '57P01' } })
  expect(await stateOf(database, 1)).toMatchObject({ notes: [], outcome: null })
})

test('goes on after a lock timeout inside an attempt', async () => {
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await unit
      .attempt(() => unit.sql`DO $$ BEGIN RAISE EXCEPTION 'busy' USING ERRCODE = '55P03'; END $$`)
      .catch(() => undefined)
    await note(unit, 'kept')
  })
  expect(end.outcome).toBe('committed')
  expect((await stateOf(database)).notes).toEqual(['kept'])
})

test('is a unit inside a unit: undone alone where its error is caught', async () => {
  await database.unit(async (outer) => {
    await outer.sql`INSERT INTO notes (text) VALUES ('outer')`
    const inner = database.unit(async (session) => {
      await session.sql`INSERT INTO notes (text) VALUES ('inner')`
      throw new Refused()
    })
    await expect(inner).rejects.toThrow(Refused)
  })
  expect((await stateOf(database)).notes).toEqual(['outer'])
})
