/** What a database has and lacks, read without a trace. */
import { readdir, readFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { withClient } from '../database/client.js'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import { migrate } from './apply.js'
import { defineMigration } from './migration.js'
import type { KnownPlugin } from './order.js'
import { ensureMigrated, migrationStatus } from './status.js'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
})
afterEach(() => database.drop())

function plugin(name: string, ...names: string[]): KnownPlugin {
  return {
    plugin: name,
    requires: [],
    migrations: names.map((migration) => defineMigration({ name: migration, up: () => undefined })),
  }
}

const apply = (...known: KnownPlugin[]) => migrate({ databaseUrl: database.url, coreVersion: '0.1.0', known })
const status = (...known: KnownPlugin[]) => migrationStatus({ databaseUrl: database.url, known })
const ensure = (...known: KnownPlugin[]) => ensureMigrated({ databaseUrl: database.url, known })

test('on an empty database all is pending, and nothing is written', async () => {
  expect(await status(plugin('p', '0001-a'))).toEqual({
    applied: [],
    pending: ['p/0001-a'],
    orphaned: [],
    records: [],
    problems: [],
  })
  await withClient(database.url, { applicationName: 'test' }, async (client) => {
    const { rows } = await client.query(`SELECT to_regclass('hello_migrations') AS log`)
    expect(rows).toEqual([{ log: null }])
  })
})

test('shows what is applied, pending, orphaned, and what would be refused', async () => {
  await apply(plugin('p', '0001-a', '0002-b'), plugin('gone', '0001-x'))
  expect(await status(plugin('p', '0001-a', '0003-c'))).toEqual({
    applied: ['p/0001-a'],
    pending: ['p/0003-c'],
    orphaned: ['gone/0001-x'],
    records: [
      ['p', '0001-a'],
      ['p', '0002-b'],
      ['gone', '0001-x'],
    ].map(([plugin, name]) => expect.objectContaining({ plugin, name })),
    problems: [expect.objectContaining({ code: 'MIGRATION_MISSING' })],
  })
})

test('MIGRATION_PENDING lists what is pending, and the command', async () => {
  await apply(plugin('p', '0001-a'))
  await expect(ensure(plugin('p', '0001-a', '0002-b'), plugin('q', '0001-x'))).rejects.toMatchObject({
    code: 'MIGRATION_PENDING',
    message:
      'The database lacks 2 of the migrations that the code needs: p/0002-b, q/0001-x. Run: hello migrate up',
  })
})

test('a database that fits passes; one that does not fit is refused for that reason', async () => {
  await apply(plugin('p', '0001-a', '0002-b'))
  expect((await ensure(plugin('p', '0001-a', '0002-b'))).pending).toEqual([])
  await expect(ensure(plugin('p', '0001-a'))).rejects.toMatchObject({ code: 'MIGRATION_AHEAD' })
})

test('neither status nor the plan loads Umzug', async () => {
  const folder = new URL('.', import.meta.url)
  const sources = (await readdir(folder)).filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
  const importsOf = async (file: string) =>
    [...(await readFile(new URL(file, folder), 'utf8')).matchAll(/from '([^']+)'/g)].map(([, path]) => path)
  const reachesUmzug = await Promise.all(
    sources.map(
      async (file) =>
        (await importsOf(file)).some((path) => path === 'umzug' || path === './apply.js') && file,
    ),
  )
  expect(reachesUmzug.filter(Boolean)).toEqual(['apply.ts'])
})
