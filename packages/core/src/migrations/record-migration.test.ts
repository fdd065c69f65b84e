/** What can be known of a migration without a database, and that nothing else comes of trying. */
import { expect, test, vi } from 'vitest'
import { StatementHash } from './checksum.js'
import { defineMigration, type MigrationDefinition } from './migration.js'
import { orderMigrations, type PlannedMigration } from './order.js'
import { recordApplied, recordMigration } from './record-migration.js'

type Up = MigrationDefinition['up']

const knownWith = (up: Up, more: Partial<MigrationDefinition> = {}) => [
  { plugin: 'p', requires: [], migrations: [defineMigration({ name: '0001-a', up, ...more })] },
]

const record = (up: Up, more: Partial<MigrationDefinition> = {}, deadlineMs = 1_000) =>
  recordMigration(orderMigrations(knownWith(up, more))[0] as PlannedMigration, deadlineMs)

function checksumsOf(...texts: string[]) {
  const hash = new StatementHash()
  for (const text of texts) hash.add(text)
  return hash.checksums()
}

test('gives the checksums of the statements, without values', async () => {
  const recorded = await record(async ({ sql, query }) => {
    await sql`INSERT INTO a VALUES (${1})`
    await Promise.all([query('SELECT 1; SELECT 2'), query('SELECT $1', [3])])
    return sql`SELECT 4`
  })
  expect(recorded).toEqual(
    checksumsOf('INSERT INTO a VALUES ($1)', 'SELECT 1; SELECT 2', 'SELECT $1', 'SELECT 4'),
  )
})

test.each<[string, Up]>([
  ['takes a row', async ({ sql }) => (await sql`SELECT 1`)[0]?.id],
  ['counts the rows', async ({ sql }) => (await sql`SELECT 1`).length],
  ['goes through the rows', async ({ sql }) => [...(await sql`SELECT 1`)]],
  ['lists the rows', async ({ sql }) => Object.keys(await sql`SELECT 1`)],
  ['asks for a row', async ({ sql }) => 0 in (await sql`SELECT 1`)],
  [
    'fails without rows',
    async ({ sql }) => {
      const [row] = await sql<{ id: number }>`SELECT 1 AS id`
      await sql`SELECT ${(row as { id: number }).id}`
    },
  ],
  [
    'throws at once',
    () => {
      throw new Error('oops')
    },
  ],
  ['rejects', () => Promise.reject(new Error('oops'))],
  [
    'asks until there is an answer, whatever fails',
    async ({ sql }) => {
      for (let found = 0; found === 0; ) found = (await sql`SELECT 1`.catch(() => [])).length
    },
  ],
  ['does not await', ({ sql }) => void sql`SELECT 1`],
])('leaves open what %s', async (_, up) => {
  expect(await record(up)).toBeUndefined()
})

test('does not wait for one that does not end, with and without queries', async () => {
  expect(await record(() => new Promise(() => undefined), {}, 5)).toBeUndefined()
  const forever: Up = async ({ sql }) => {
    for (;;) await sql`SELECT 1`
  }
  expect(await record(forever, {}, 5)).toBeUndefined()
})

test('what comes after the end is neither answered nor refused', async () => {
  const settled = vi.fn()
  let late: () => Promise<unknown> = async () => {}
  await record(({ sql, query }) => {
    late = () => Promise.race([sql`SELECT 1`.finally(settled), query('SELECT 2').finally(settled), 'open'])
  })
  expect(await late()).toBe('open')
  await new Promise((resolve) => setImmediate(resolve))
  expect(settled).not.toHaveBeenCalled()
})

test('checksum: false is not run at all', async () => {
  const up = vi.fn()
  expect(await record(up, { checksum: false })).toBeUndefined()
  expect(up).not.toHaveBeenCalled()
})

test('of what is known, only what is applied and has a checksum is run', async () => {
  const up = vi.fn()
  const row = { plugin: 'p', name: '0001-a', state: 'done' as const, checksum: 'x', appliedAt: new Date(0) }
  await recordApplied(knownWith(up), [])
  await recordApplied(knownWith(up), [{ ...row, checksum: '' }])
  await recordApplied(knownWith(up), [{ ...row, state: 'started' }])
  await recordApplied(knownWith(up), [{ ...row, plugin: 'gone' }])
  expect(up).not.toHaveBeenCalled()
  expect([...(await recordApplied(knownWith(up), [row])).keys()]).toEqual(['p/0001-a'])
})

test('SQL that is another each time is left open', async () => {
  let count = 0
  const row = { plugin: 'p', name: '0001-a', state: 'done' as const, checksum: 'x', appliedAt: new Date(0) }
  const recorded = await recordApplied(
    knownWith(({ query }) => query(`SELECT ${count++}`)),
    [row],
  )
  expect(recorded.size).toBe(0)
})
