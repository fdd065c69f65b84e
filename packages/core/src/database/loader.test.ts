import { expect, test } from 'vitest'
import { openUnitDatabase } from '../../test/support/unit-database.js'
import { defineLoader } from './loader.js'
import { statement } from './sql.js'
import type { Unit } from './unit.js'

interface PersonRow {
  telegram_id: string
  name: string
}

/** A database with Ann (1) and Bob (2), and a loader that notes what it is asked for. */
async function openPeople() {
  const tables = await openUnitDatabase()
  const asked: number[][] = []
  const byTelegramId = defineLoader<number, PersonRow>({
    select(ids) {
      asked.push([...ids])
      return statement`SELECT telegram_id, name FROM people WHERE telegram_id = ANY(${ids}::bigint[])`
    },
    keyOf: ({ telegram_id }) => Number(telegram_id),
  })
  await tables.database.unit(
    ({ sql }) => sql`INSERT INTO people (telegram_id, name) VALUES (1, 'Ann'), (2, 'Bob')`,
  )
  const inUnit = <T>(work: (unit: Unit) => Promise<T>) => tables.database.run({}, work).then(({ end }) => end)
  return { ...tables, asked, byTelegramId, inUnit }
}

test('what several units look for in one moment is read in one statement, each key once', async () => {
  const { inUnit, byTelegramId, asked } = await openPeople()
  const ends = await Promise.all([1, 2, 1, 3].map((id) => inUnit((unit) => unit.load(byTelegramId, id))))
  expect(ends.map((end) => end.outcome === 'untouched' && end.value?.name)).toEqual([
    'Ann',
    'Bob',
    'Ann',
    undefined,
  ])
  // Each load is checked by itself before; the last one is what was read.
  expect(asked.at(-1)).toEqual([1, 2, 3])
  expect(asked.filter(({ length }) => length > 1)).toHaveLength(1)
})

test('each unit has a row of its own, though they share what was read', async () => {
  const { inUnit, byTelegramId } = await openPeople()
  const [first, second] = await Promise.all([1, 1].map((id) => inUnit((unit) => unit.load(byTelegramId, id))))
  expect(first).toEqual(second)
  expect((first as { value: object }).value).not.toBe((second as { value: object }).value)
})

test('a unit sees what it has written itself', async () => {
  const { inUnit, byTelegramId } = await openPeople()
  const end = await inUnit(async (unit) => {
    const before = await unit.load(byTelegramId, 1)
    await unit.sql`UPDATE people SET name = 'Anna' WHERE telegram_id = 1`
    return [before?.name, (await unit.load(byTelegramId, 1))?.name]
  })
  expect(end).toMatchObject({ outcome: 'committed', value: ['Ann', 'Anna'] })
})

test('a key that the server refuses fails its own unit alone', async () => {
  const { inUnit, byTelegramId } = await openPeople()
  const [bad, good] = await Promise.all([1.5, 2].map((id) => inUnit((unit) => unit.load(byTelegramId, id))))
  expect(bad).toMatchObject({ outcome: 'failed', error: { code: '22P02' } })
  expect(good).toMatchObject({ outcome: 'untouched', value: { name: 'Bob' } })
})

test('a loader that would write, or end the transaction, is refused', async () => {
  const { inUnit, stateOf } = await openPeople()
  const writing = defineLoader<number, PersonRow>({
    select: (ids) => statement`DELETE FROM people WHERE telegram_id = ANY(${ids}::bigint[]) RETURNING *`,
    keyOf: ({ telegram_id }) => Number(telegram_id),
  })
  expect(await inUnit((unit) => unit.load(writing, 1))).toMatchObject({
    outcome: 'failed',
    error: { code: '25006' },
  })
  const ending = defineLoader<number, PersonRow>({ select: () => statement`COMMIT`, keyOf: () => 1 })
  expect(await inUnit((unit) => unit.load(ending, 1))).toMatchObject({
    error: { code: 'UNIT_TX_CONTROL' },
  })
  expect((await stateOf()).people).toEqual(['Ann', 'Bob'])
})

test('a connection that is lost has the work done again, also where the handler let it pass', async () => {
  const { inUnit, database, byTelegramId } = await openPeople()
  const ended = `SELECT count(*)::int AS count FROM (
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%pg_sleep%') AS ended`
  const slow = defineLoader<number, PersonRow>({
    select: (ids) => statement`SELECT id, pg_sleep(30) FROM people WHERE telegram_id = ANY(${ids}::bigint[])`,
    keyOf: () => 1,
  })
  const ending = inUnit((unit) => unit.load(slow, 1).catch(() => undefined))
  await expect.poll(async () => (await database.query({ text: ended })).rows[0]?.count).toBe(1)
  expect(await ending).toMatchObject({ outcome: 'retry' })
  expect(await inUnit((unit) => unit.load(byTelegramId, 1))).toMatchObject({ value: { name: 'Ann' } })
})

test('one that is not awaited is named', async () => {
  const { inUnit, byTelegramId } = await openPeople()
  let floating: Promise<unknown> | undefined
  const end = await inUnit(async (unit) => {
    floating = unit.load(byTelegramId, 1)
  })
  await floating
  expect(end).toMatchObject({
    outcome: 'failed',
    error: { code: 'UNIT_NOT_AWAITED', message: expect.stringContaining('SELECT telegram_id, name FROM') },
  })
})
