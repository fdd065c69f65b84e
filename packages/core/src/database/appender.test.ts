import { expect, test } from 'vitest'
import { openUnitDatabase } from '../../test/support/unit-database.js'
import { defineAppender } from './appender.js'
import { statement } from './sql.js'

const notes = defineAppender<string>(
  (texts) => statement`INSERT INTO notes (text) SELECT unnest(${texts}::text[])`,
)

test('rows are written with the commit, in their order, and nothing is asked of the server before', async () => {
  const { database, stateOf } = await openUnitDatabase()
  await database.unitOf(async (unit) => {
    unit.append(notes, 'a')
    unit.append(notes, 'b')
    expect(unit.transaction).toBeUndefined()
  })
  expect((await stateOf()).notes).toEqual(['a', 'b'])
})

test('a later query of the unit sees them', async () => {
  const { database, stateOf } = await openUnitDatabase()
  const seen = await database.unitOf(async (unit) => {
    unit.append(notes, 'a')
    const first = await unit.sql`SELECT text FROM notes`
    unit.append(notes, 'b')
    return [...first, ...(await unit.sql`SELECT text FROM notes ORDER BY id`)]
  })
  expect(seen).toEqual([{ text: 'a' }, { text: 'a' }, { text: 'b' }])
  expect((await stateOf()).notes).toEqual(['a', 'b'])
})

test('those of an attempt that is undone are not written, those before and after it are', async () => {
  const { database, stateOf } = await openUnitDatabase()
  await database.unit(async (session) => {
    session.append(notes, 'before')
    await session
      .attempt(async () => {
        session.append(notes, 'undone, written')
        await session.sql`SELECT 1`
        session.append(notes, 'undone, waiting')
        throw new Error('no')
      })
      .catch(() => undefined)
    await session.attempt(async () => session.append(notes, 'kept'))
    session.append(notes, 'after')
  })
  expect((await stateOf()).notes).toEqual(['before', 'kept', 'after'])
})

test('nothing of a unit that throws is written', async () => {
  const { database, stateOf } = await openUnitDatabase()
  const failing = database.unit(async (session) => {
    session.append(notes, 'a')
    throw new RangeError('no')
  })
  await expect(failing).rejects.toThrow(RangeError)
  expect((await stateOf()).notes).toEqual([])
})

test('what the server refuses fails the unit with the server’s error', async () => {
  const { database, stateOf } = await openUnitDatabase()
  const broken = defineAppender<string>((texts) => statement`INSERT INTO nowhere VALUES (${texts})`)
  const failing = database.unit(async ({ sql, append }) => {
    await sql`INSERT INTO notes (text) VALUES ('a')`
    append(broken, 'b')
  })
  await expect(failing).rejects.toMatchObject({ code: '42P01' })
  expect((await stateOf()).notes).toEqual([])
})

test.each([
  ['at the end', false],
  ['ahead of a query whose error is let pass', true],
])('an appender that throws undoes the whole unit: %s', async (_, isAhead) => {
  const { database, stateOf } = await openUnitDatabase()
  const throwing = defineAppender<string>(() => {
    throw new TypeError('cannot be written')
  })
  const failing = database.unit(async ({ sql, append }) => {
    await sql`INSERT INTO notes (text) VALUES ('a')`
    append(throwing, 'b')
    if (isAhead) await sql`SELECT 1`.catch(() => undefined)
  })
  await expect(failing).rejects.toThrow('cannot be written')
  expect((await stateOf()).notes).toEqual([])
})

test('it may not end the transaction', async () => {
  const { database } = await openUnitDatabase()
  const ending = defineAppender<string>(() => statement`COMMIT`)
  const failing = database.unit(async ({ append }) => append(ending, 'a'))
  await expect(failing).rejects.toMatchObject({ code: 'UNIT_TX_CONTROL' })
})
