import type { Transaction } from 'sequelize'
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
import { Column, DataType, Model, Table } from '../models.js'
import type { TestDatabase } from '../testing/test-database.js'
import type { Database } from './database.js'

let target: TestDatabase
let other: TestDatabase
let database: Database

beforeAll(async () => {
  target = await createUnitDatabase(inject('postgresUrl'))
  other = await createUnitDatabase(inject('postgresUrl'))
})

beforeEach(async () => {
  database = openDatabase(target.url)
  await database.query({ text: 'TRUNCATE notes, people; UPDATE claims SET outcome = NULL, error = NULL' })
})

afterEach(() => database.close())
afterAll(async () => {
  await target.drop()
  await other.drop()
})

const people = () => database.sequelize.getRepository(Person)

test.each([
  ['a model', () => people().findAll()],
  ['a raw query', () => database.sequelize.query('SELECT 1')],
  ['a transaction', () => database.sequelize.transaction(async () => undefined)],
  ['authenticate', () => database.sequelize.authenticate()],
])('refuses %s where no unit is', async (_, query) => {
  await expect(query()).rejects.toMatchObject({ code: 'UNIT_MISSING' })
})

test('binds one static model class to each of two databases, which never touch', async () => {
  const second = openDatabase(other.url)
  await database.unit(async (mine) => {
    await mine.repository(Person).create({ telegramId: 1, name: 'mine' })
    await second.unit((theirs) => theirs.repository(Person).create({ telegramId: 1, name: 'theirs' }))
    expect(await mine.repository(Person).count()).toBe(1)
    await mine.sql`SELECT 1`
  })
  expect((await stateOf(database)).people).toEqual(['mine'])
  expect((await stateOf(second)).people).toEqual(['theirs'])
  expect(() => Person.findAll()).toThrow(/Person/)
  await second.close()
})

test('finds a model by its class, not by its name', async () => {
  const makeNamesake = (tableName: string) => {
    @Table({ tableName, timestamps: false })
    class Namesake extends Model {
      @Column(DataType.TEXT)
      declare text: string
    }
    return Namesake
  }
  const [one, two] = [makeNamesake('notes'), makeNamesake('other_notes')]
  const own = openDatabase(target.url, { models: [one, two] })
  await own.unit(async (session) => {
    await session.repository(one).create({ text: 'one' })
    expect(session.repository(two).getTableName()).toBe('other_notes')
  })
  expect((await stateOf(own)).notes).toEqual(['one'])
  await own.close()
})

test('refuses a model that no plugin names', async () => {
  class Stranger extends Model {}
  const unit = database.unit(async (session) => void session.repository(Stranger))
  await expect(unit).rejects.toMatchObject({
    code: 'MODEL_UNKNOWN',
    message: expect.stringContaining('"Stranger"'),
  })
})

test('never takes a second connection: many units on a small pool, each with nested transactions', async () => {
  const small = openDatabase(target.url, { poolSize: 3 })
  const repository = small.sequelize.getRepository(Person)
  const ends = await Promise.all(
    Array.from({ length: 15 }, (_, i) =>
      small.run({ claim: claimOf(i + 1), deadlineMs: 20_000 }, async () => {
        await small.sequelize.transaction((transaction) =>
          repository.create({ telegramId: 1000 + i, name: 'nested' }, { transaction }),
        )
        await repository.findOrCreate({ where: { telegramId: i }, defaults: { name: 'found' } })
        await repository.findOrCreate({ where: { telegramId: 5000 }, defaults: { name: 'same' } })
      }),
    ),
  )
  expect(new Set(ends.map(({ end }) => end.outcome))).toEqual(new Set(['committed']))
  expect((await stateOf(small)).people).toHaveLength(31)
  await small.close()
})

test('makes a transaction inside a unit a savepoint: undone alone, with what was deferred in it', async () => {
  const { unit, end } = await database.run({}, async () => {
    await people().create({ telegramId: 1, name: 'kept' })
    const nested = database.sequelize.transaction(async (transaction) => {
      transaction.afterCommit(() => undefined)
      await people().create({ telegramId: 2, name: 'lost' }, { transaction })
      await people().create({ telegramId: 3, name: 'lost' })
      throw new RangeError('undo')
    })
    await expect(nested).rejects.toThrow('undo')
    await database.sequelize.transaction(async (transaction) => {
      transaction.afterCommit(() => undefined)
      await people().create({ telegramId: 4, name: 'kept too' }, { transaction })
    })
  })
  expect(end.outcome).toBe('committed')
  expect(unit.afterCommit).toHaveLength(1)
  expect((await stateOf(database)).people).toEqual(['kept', 'kept too'])
})

test('keeps or undoes a transaction that is ended by hand', async () => {
  await database.unit(async () => {
    const kept = await database.sequelize.transaction()
    await people().create({ telegramId: 1, name: 'kept' }, { transaction: kept })
    await kept.commit()
    const undone = await database.sequelize.transaction()
    await people().create({ telegramId: 2, name: 'lost' }, { transaction: undone })
    await people().create({ telegramId: 3, name: 'lost' })
    await undone.rollback()
  })
  expect((await stateOf(database)).people).toEqual(['kept'])
})

test('passes the error of a findOrCreate on, and the unit goes on', async () => {
  await database.unit(async () => {
    const create = people().findOrCreate({ where: { telegramId: 1 }, defaults: { name: null } })
    await expect(create).rejects.toMatchObject({ original: { code: '23502' } })
    await people().create({ telegramId: 2, name: 'kept' })
  })
  expect((await stateOf(database)).people).toEqual(['kept'])
})

test('finds what another unit created in the same moment', async () => {
  const find = (id: number) =>
    database.run({ claim: claimOf(id) }, () =>
      people().findOrCreate({ where: { telegramId: 1 }, defaults: { name: 'one' } }),
    )
  const ends = await Promise.all([1, 2, 3, 4].map(find))
  expect(ends.map(({ end }) => end.outcome)).toEqual(Array(4).fill('committed'))
  expect((await stateOf(database)).people).toEqual(['one'])
})

test('refuses the transaction of a unit that has ended, whoever has its connection now', async () => {
  const gate = createGate()
  let kept: Transaction | undefined
  let floating: Promise<unknown> | undefined
  await database.run({}, async (unit) => {
    await unit.sql`SELECT 1`
    kept = await database.sequelize.transaction()
    await kept.commit()
    floating = gate.opened.then(() =>
      people().create({ telegramId: 1, name: 'late' }, { transaction: kept ?? null }),
    )
  })
  await database.unit(async (session) => {
    await session.sql`SELECT 1`
    gate.open()
    await expect(floating).rejects.toMatchObject({ code: 'UNIT_CLOSED' })
    const misused = people().create({ telegramId: 2, name: 'late' }, { transaction: kept ?? null })
    await expect(misused).rejects.toMatchObject({ code: 'UNIT_CLOSED' })
  })
  expect((await stateOf(database)).people).toEqual([])
})

test('upserts, updates, destroys and counts on the same transaction', async () => {
  const { end } = await database.run({ claim: claimOf(1) }, async () => {
    await people().upsert({ telegramId: 1, name: 'a' })
    await people().update({ name: 'b' }, { where: { telegramId: 1 } })
    const note = await database.sequelize.getRepository(Note).create({ text: 'x' })
    await note.update({ text: 'y' })
    await note.destroy()
    expect(await people().count({ where: { name: 'b' } })).toBe(1)
    throw new RangeError('undo')
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: true })
  expect(await stateOf(database, 1)).toMatchObject({ people: [], notes: [] })
})
