/** Test databases are copies of one template, however many ask at once, and belong to their run alone. */
import { Client } from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createTestDatabase, type TestTemplate, withServer } from './test-database.js'

const serverUrl = inject('postgresUrl')

test('makes an empty database and drops it, even while it is in use', async () => {
  const database = await createTestDatabase({ serverUrl })
  const client = new Client({ connectionString: database.url })
  const ended = new Promise((resolve) => client.on('error', resolve))
  await client.connect()
  await Promise.all([database.drop(), database.drop()])
  await ended
  expect(await namesLike(database.name)).toEqual([])
})

test('prepares a template once for all who ask at once, and gives each a copy', async () => {
  let prepared = 0
  const template: TestTemplate = {
    key: crypto.randomUUID(),
    async prepare(url) {
      prepared += 1
      await query(url, `CREATE TABLE word AS SELECT 'copied' AS text`)
    },
  }
  const copies = await Promise.all([1, 2, 3, 4].map(() => createTestDatabase({ serverUrl, template })))
  expect(prepared).toBe(1)
  expect(new Set(copies.map(({ name }) => name)).size).toBe(4)
  await query(copies[0]?.url as string, 'DROP TABLE word')
  expect(await query(copies[1]?.url as string, 'SELECT text FROM word')).toEqual([{ text: 'copied' }])
  for (const copy of copies) await copy.drop()
})

test('leaves no half template when its preparation fails, and tries anew', async () => {
  const key = crypto.randomUUID()
  const failing = { key, prepare: () => Promise.reject(new Error('no luck')) }
  await expect(createTestDatabase({ serverUrl, template: failing })).rejects.toThrow('no luck')
  expect(await namesLike('hello_test_%_t_%_new')).toEqual([])
  const working = { key, prepare: (url: string) => query(url, 'CREATE TABLE done ()').then(() => {}) }
  await using database = await createTestDatabase({ serverUrl, template: working })
  expect(await query(database.url, 'SELECT FROM done')).toEqual([])
})

test('says that the user may not create databases', async () => {
  const role = `hello_poor_${crypto.randomUUID().slice(0, 8)}`
  await query(serverUrl, `CREATE ROLE ${role} LOGIN PASSWORD 'poor'`)
  onTestFinished(() => query(serverUrl, `DROP ROLE ${role}`).then(() => {}))
  const url = new URL(serverUrl)
  url.username = role
  url.password = 'poor'
  await expect(createTestDatabase({ serverUrl: url.href })).rejects.toMatchObject({
    code: 'TEST_SERVER_UNUSABLE',
  })
})

async function namesLike(pattern: string): Promise<string[]> {
  return withServer(serverUrl, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'SELECT datname FROM pg_database WHERE datname LIKE $1',
      [pattern],
    )
    return rows.map(({ datname }) => datname)
  })
}

async function query(url: string, text: string): Promise<unknown[]> {
  return withServer(url, async (client) => (await client.query(text)).rows)
}
