import { afterAll, beforeAll, describe, expect, expectTypeOf, inject, test } from 'vitest'
import { createUnitDatabase, openDatabase } from '../../test/support/unit-database.js'
import type { TestDatabase } from '../testing/test-database.js'
import type { Database } from './database.js'
import type { SqlSession } from './session.js'
import { compileSql, identifier, raw, SqlFragment, withoutLiterals } from './sql.js'

const compile = (strings: TemplateStringsArray, ...values: unknown[]) => compileSql(strings, values)

describe('compileSql', () => {
  test('turns values into parameters', () => {
    expect(compile`SELECT ${1}, ${'two'}`).toMatchObject({ text: 'SELECT $1, $2', values: [1, 'two'] })
  })

  test('names a call site by its text, always the same', () => {
    const site = (value: number) => compile`SELECT ${value}`
    const elsewhere = compile`SELECT ${3}`
    expect(site(1).name).toMatch(/^hello_[0-9a-f]{16}$/)
    expect(site(2).name).toBe(site(1).name)
    expect(elsewhere.name).toBe(site(1).name)
    expect(compile`SELECT  ${3}`.name).not.toBe(elsewhere.name)
  })

  test('puts fragments into the text and gives it no name', () => {
    const query = compile`SELECT ${identifier('a"b')} FROM t WHERE x = ${5} ORDER BY ${raw('x DESC')}`
    expect(query).toEqual({ text: 'SELECT "a""b" FROM t WHERE x = $1 ORDER BY x DESC', values: [5] })
  })

  test('takes nothing for a fragment that only looks like one', () => {
    expect(compile`SELECT ${{ text: 'now()' }}`.values).toEqual([{ text: 'now()' }])
    expect(identifier('x')).toBeInstanceOf(SqlFragment)
  })
})

describe('withoutLiterals', () => {
  test.each([
    [
      `SELECT "name 2" FROM "t1" WHERE "x" = 'it''s' AND y = 42`,
      'SELECT "name 2" FROM "t1" WHERE "x" = ? AND y = ?',
    ],
    [`INSERT INTO t VALUES ($1,$2) LIMIT 10`, 'INSERT INTO t VALUES ($1,$2) LIMIT ?'],
    [`SELECT E'a\\'b', -1.5e3, col2`, 'SELECT ?, -?, col2'],
    [`WHERE id IN (7000000001, 2) AND "q""1" = ''`, 'WHERE id IN (?, ?) AND "q""1" = ?'],
  ])('hides the values of %s', (text, shown) => {
    expect(withoutLiterals(text)).toBe(shown)
  })
})

describe('session.sql', () => {
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

  test('never takes what a person wrote for SQL', async () => {
    const attack = `x'); DROP TABLE notes; --`
    await database
      .unit(async ({ sql }) => {
        await sql`INSERT INTO notes (text) VALUES (${attack})`
        expect(await sql`SELECT text FROM notes WHERE text = ${attack}`).toEqual([{ text: attack }])
        expect(
          await sql`SELECT ${identifier('text')} FROM ${identifier('notes')} ${raw('LIMIT 1')}`,
        ).toHaveLength(1)
        await expect(sql`SELECT 1 FROM ${identifier('notes"; DROP TABLE notes; --')}`).rejects.toMatchObject({
          code: '42P01',
        })
      })
      .catch(() => undefined)
    expect(
      (await database.query({ text: 'SELECT to_regclass($1) AS found', values: ['notes'] })).rows,
    ).toEqual([{ found: 'notes' }])
  })

  test('gives arrays, JSON, dates and bigints as pg does', async () => {
    const [row] = await database.unit(
      ({ sql }) =>
        sql`SELECT ${[1, 2]}::int[] AS list, ${{ a: 1 }}::jsonb AS json, 9007199254740993::bigint AS big, 'epoch'::timestamptz AS at, ${undefined}::text AS nothing`,
    )
    expect(row).toEqual({
      list: [1, 2],
      json: { a: 1 },
      big: '9007199254740993',
      at: new Date(0),
      nothing: null,
    })
  })

  test('is typed by its rows', () => {
    const plain = (session: SqlSession) => session.sql`SELECT 1`
    expectTypeOf(plain).returns.resolves.toEqualTypeOf<Record<string, unknown>[]>()
    const typed = (session: SqlSession) => session.sql<{ total: string }>`SELECT count(*) AS total`
    expectTypeOf(typed).returns.resolves.toEqualTypeOf<{ total: string }[]>()
    // @ts-expect-error: text that was put together is no template
    const joined = (session: SqlSession) => session.sql('SELECT 1')
    expect(joined).toBeTypeOf('function')
  })
})
