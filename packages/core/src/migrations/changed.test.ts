/** An applied migration that was edited is refused, at every start and before anything is applied. */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { bringSchemaUp } from '../app/schema.js'
import { withClient } from '../database/client.js'
import { createLogger } from '../logger.js'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import { migrate } from './apply.js'
import { defineMigration, type MigrationDefinition } from './migration.js'
import type { KnownPlugin } from './order.js'
import { ensureMigrated, migrationStatus } from './status.js'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
})
afterEach(() => database.drop())

type Up = MigrationDefinition['up']

/** Migrations 0001, 0002 … of a plugin "p". */
function plugin(...ups: (Up | Partial<MigrationDefinition>)[]): KnownPlugin[] {
  const migrations = ups.map((up, index) =>
    defineMigration({
      name: `000${index + 1}-step`,
      ...(typeof up === 'function' ? { up } : { up: () => undefined, ...up }),
    }),
  )
  return [{ plugin: 'p', requires: [], migrations }]
}

const notes: string[] = []
const logger = { info: (...args: unknown[]) => void notes.push(String(args.at(-1))) }
beforeEach(() => {
  notes.length = 0
})

const apply = (known: KnownPlugin[]) =>
  migrate({ databaseUrl: database.url, coreVersion: '0.1.0', known, logger })
const status = (known: KnownPlugin[]) => migrationStatus({ databaseUrl: database.url, known })
const codesOf = async (known: KnownPlugin[]) => (await status(known)).problems.map(({ code }) => code)
const rowsOf = (text: string): Promise<Record<string, unknown>[]> =>
  withClient(database.url, { applicationName: 'test' }, async (client) => (await client.query(text)).rows)

const createA: Up = ({ sql }) => sql`CREATE TABLE a (id int)`
const createB: Up = ({ sql }) => sql`CREATE TABLE b ()`
const createAOtherwise: Up = ({ sql }) => sql`CREATE TABLE a (id bigint)`

describe('refused', () => {
  const edited = plugin(createAOtherwise, createB)
  const refusal = { code: 'MIGRATION_CHANGED', message: expect.stringContaining('"p/0001-step"') }

  test.each(['auto', 'check'])('by a start with migrate: %s, and nothing is applied', async (mode) => {
    await apply(plugin(createA))
    const config = { database: { url: database.url, migrate: mode, lockTimeoutMs: 5_000 } }
    const quiet = createLogger({ level: 'silent' } as never)
    await expect(
      bringSchemaUp({ config } as never, edited, quiet, new AbortController().signal),
    ).rejects.toMatchObject(refusal)
    expect(await rowsOf(`SELECT to_regclass('b') AS b`)).toEqual([{ b: null }])
  })

  test('by migrate and ensureMigrated; the status lists it and what is pending', async () => {
    await apply(plugin(createA))
    await expect(apply(edited)).rejects.toMatchObject(refusal)
    await expect(ensureMigrated({ databaseUrl: database.url, known: edited })).rejects.toMatchObject(refusal)
    expect(await status(edited)).toMatchObject({
      applied: ['p/0001-step'],
      pending: ['p/0002-step'],
      problems: [refusal],
    })
    expect(await rowsOf('SELECT name FROM hello_migrations')).toHaveLength(1)
  })

  test('all at once', async () => {
    await apply(plugin(createA, createB))
    const failure = await apply(plugin(createB, createA)).catch((error) => error)
    expect(failure).toBeInstanceOf(AggregateError)
    expect(failure.errors).toEqual([
      expect.objectContaining(refusal),
      expect.objectContaining({ ...refusal, message: expect.stringContaining('"p/0002-step"') }),
    ])
  })

  test('where the log was written before layout was left out', async () => {
    await apply(plugin(createA))
    // SHA-256 of the text and a NUL, as it was.
    await rowsOf(
      `UPDATE hello_migrations SET checksum = encode(sha256('CREATE TABLE a (id int)'::bytea || '\\x00'), 'hex')`,
    )
    expect(await codesOf(plugin(createA))).toEqual([])
    expect(await codesOf(plugin(createAOtherwise))).toEqual(['MIGRATION_CHANGED'])
  })
})

describe('let through', () => {
  test('another layout, other comments, other values', async () => {
    await apply(
      plugin(async ({ sql }) => {
        await sql`CREATE TABLE a (id int)`
        await sql`INSERT INTO a VALUES (${1})`
      }),
    )
    const again: Up = async ({ sql }) => {
      await sql`
        CREATE TABLE a (
          id int -- the key
        )`
      await sql`INSERT INTO a VALUES (${2})`
    }
    expect(await codesOf(plugin(again))).toEqual([])
    expect((await apply(plugin(again))).applied).toEqual([])
  })

  test('a pending one is edited freely', async () => {
    await apply(plugin(createA))
    const half: Up = ({ sql }) => sql`CREATE TABLE nowhere.b ()`
    await expect(apply(plugin(createA, half))).rejects.toMatchObject({ code: 'MIGRATION_FAILED' })
    expect((await apply(plugin(createA, createB))).applied).toEqual(['p/0002-step'])
  })

  test('what was applied without a transaction is compared as well', async () => {
    const known = plugin(createA, {
      transactional: false,
      up: ({ sql }) => sql`CREATE INDEX CONCURRENTLY i ON a (id)`,
    })
    await apply(known)
    expect(await codesOf(known)).toEqual([])
    expect(await codesOf(plugin(createA, { transactional: false, up: createB }))).toEqual([
      'MIGRATION_CHANGED',
    ])
  })
})

describe('not comparable', () => {
  const fill: Up = ({ sql }) => sql`INSERT INTO a VALUES (1), (2)`
  const copy: Up = async ({ sql, query }) => {
    await sql`CREATE TABLE copies (id int)`
    for (const { id } of await sql<{ id: number }>`SELECT id FROM a`)
      await query(`INSERT INTO copies VALUES (${id})`)
  }
  const noted = (line: string) => line.includes('checksum: false')

  test('one that depends on answers is applied with a note, and never refused', async () => {
    await apply(plugin(createA, fill, copy))
    expect(notes.filter(noted)).toHaveLength(1)
    expect(await codesOf(plugin(createA, fill, copy))).toEqual([])
    expect(await rowsOf('SELECT id FROM copies')).toHaveLength(2)
  })

  test('also where the log has its checksum from before', async () => {
    await apply(plugin(createA, fill, copy))
    await rowsOf(`UPDATE hello_migrations SET checksum = repeat('0', 64) WHERE name = '0003-step'`)
    expect(await codesOf(plugin(createA, fill, copy))).toEqual([])
  })

  test('with checksum: false there is no note', async () => {
    const known = plugin(createA, fill, { up: copy, checksum: false })
    await apply(known)
    expect(notes.filter(noted)).toEqual([])
    expect(await rowsOf(`SELECT checksum FROM hello_migrations WHERE name = '0003-step'`)).toEqual([
      { checksum: '' },
    ])
    expect(await codesOf(known)).toEqual([])
  })

  test('one that goes on after an error of the database, which a recording does not meet', async () => {
    const known = plugin(async ({ query }) => {
      await query('SAVEPOINT try')
      await query('SELECT wrong').catch(() => query('ROLLBACK TO try'))
    })
    await apply(known)
    expect(notes.filter(noted)).toHaveLength(1)
    expect(await codesOf(known)).toEqual([])
  })

  test('checksum: false lets through what was applied with one', async () => {
    await apply(plugin(createA))
    expect(await codesOf(plugin({ up: createAOtherwise, checksum: false }))).toEqual([])
  })
})
