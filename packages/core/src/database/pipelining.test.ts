import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createUnitDatabase, openDatabase, stateOf } from '../../test/support/unit-database.js'
import type { TestDatabase } from '../testing/test-database.js'
import type { Database } from './database.js'
import type { Unit } from './unit.js'

let target: TestDatabase
let database: Database

beforeAll(async () => {
  target = await createUnitDatabase(inject('postgresUrl'))
  database = openDatabase(target.url)
})

afterAll(async () => {
  await database.close()
  await target.drop()
})

const codes = (settled: readonly PromiseSettledResult<unknown>[]) =>
  settled.map((one) => (one.status === 'rejected' ? one.reason.code : 'done'))

test('answers each of many queries that were sent at once with its own rows', async () => {
  await database.unit(async ({ sql }) => {
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => sql`SELECT ${i}::int AS value`))
    expect(answers.map(([row]) => row?.value)).toEqual(Array.from({ length: 200 }, (_, i) => i))
  })
})

test('runs nothing of what was sent behind a query that fails', async () => {
  const { end } = await database.run({}, async ({ sql }) => {
    const settled = await Promise.allSettled([
      sql`INSERT INTO notes (text) VALUES ('before')`,
      sql`SELECT 1 / 0`,
      sql`INSERT INTO notes (text) VALUES ('after')`,
      database.sequelize.query(`INSERT INTO notes (text) VALUES ('after')`),
    ])
    expect(codes(settled).slice(0, 3)).toEqual(['done', '22012', '25P02'])
  })
  expect(end).toMatchObject({ error: { code: 'UNIT_ROLLED_BACK' } })
  expect((await stateOf(database)).notes).toEqual([])
})

test('gets over a statement that cannot be parsed, named and sent twice', async () => {
  const misspelt = (unit: Unit) => unit.sql`SELEKT ${1}`
  for (let round = 0; round < 2; round++) {
    const { end } = await database.run({}, async (unit) => {
      const settled = await Promise.allSettled([misspelt(unit), misspelt(unit)])
      // The second was sent without a parse of its own, which the first had promised.
      expect(codes(settled)).toEqual(['42601', '26000'])
      throw new RangeError('undo')
    })
    expect(end).toMatchObject({ outcome: 'failed', error: { message: 'undo' } })
  }
  expect(await database.unit(({ sql }) => sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
})

test('prepares a statement once, also when it is sent twice before the first answer, and after a rollback', async () => {
  const list = (unit: Unit, value: number) => unit.sql`SELECT ${value}::int AS value, 'prepared once' AS mark`
  const prepared = (unit: Unit) =>
    unit.sql<{
      count: number
    }>`SELECT count(*)::int AS count FROM pg_prepared_statements WHERE statement LIKE '%prepared once%' AND statement NOT LIKE '%pg_prepared%'`
  await database.run({}, async (unit) => {
    expect((await Promise.all([list(unit, 1), list(unit, 2)])).flat().map(({ value }) => value)).toEqual([
      1, 2,
    ])
    await unit.sql`SELECT 1 / 0`
  })
  await database.run({}, async (unit) => {
    expect(await list(unit, 3)).toMatchObject([{ value: 3 }])
    expect(await prepared(unit)).toEqual([{ count: 1 }])
  })
})

test('gets over a named statement whose first parse fell into a failed transaction', async () => {
  const fresh = (unit: Unit) => unit.sql`SELECT 'parsed late' AS text`
  await database.run({}, async (unit) => {
    const failed = unit.attempt(() => Promise.all([unit.sql`SELECT 1 / 0`, fresh(unit)]))
    await expect(failed).rejects.toMatchObject({ code: '22012' })
    expect(await fresh(unit)).toEqual([{ text: 'parsed late' }])
  })
})
