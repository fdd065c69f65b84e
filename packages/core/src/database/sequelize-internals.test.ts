import { createRequire } from 'node:module'
import pg from 'pg'
import { ConnectionError, Sequelize, Transaction } from 'sequelize'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import {
  endTransaction,
  GuardedClient,
  poolSettings,
  poolUsageOf,
  prepareConnections,
  takeTransaction,
} from './sequelize-internals.js'

// What `sequelize-internals.ts` relies on and no documentation promises. A release that changes it fails here.
const require = createRequire(import.meta.url)
let target: TestDatabase
let sequelize: Sequelize

beforeAll(async () => {
  target = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  sequelize = new Sequelize({ ...poolSettings(target.url, { application_name: 'guard' }, 1), logging: false })
  prepareConnections(sequelize)
})

afterAll(async () => {
  await sequelize.close()
  await target.drop()
})

test('is written for these releases', () => {
  expect(require('sequelize/package.json').version).toMatch(/^6\.37\./)
  expect(require('pg/package.json').version).toMatch(/^8\./)
})

test('takes a connection that pipelines, with the answers of pg itself', async () => {
  const { connection, transaction } = await takeTransaction(sequelize)
  expect(connection).toBeInstanceOf(pg.Client)
  expect(connection.pipeline).toBe(true)
  expect(connection.processID).toBeGreaterThan(0)
  const [begin, failed, commit] = await Promise.allSettled([
    connection.query({ text: 'BEGIN' }),
    connection.query({ text: 'SELECT 1 / 0' }),
    connection.query({ text: 'COMMIT' }),
  ])
  expect([begin, failed, commit].map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect((commit as PromiseFulfilledResult<{ command: string }>).value.command).toBe('ROLLBACK')
  endTransaction(sequelize, transaction, 'release')
})

test('tells how the pool is used', async () => {
  expect(poolUsageOf(sequelize, 1)).toEqual({ size: 1, inUse: 0, waiting: 0 })
  const first = await takeTransaction(sequelize)
  const second = takeTransaction(sequelize)
  await expect.poll(() => poolUsageOf(sequelize, 1)).toEqual({ size: 1, inUse: 1, waiting: 1 })
  endTransaction(sequelize, first.transaction, 'release')
  endTransaction(sequelize, (await second).transaction, 'release')
  expect(poolUsageOf(sequelize, 1)).toEqual({ size: 1, inUse: 0, waiting: 0 })
})

test('refuses queries with a transaction that was ended, and gives its connection to the next', async () => {
  const first = await takeTransaction(sequelize)
  expect(first.transaction).toBeInstanceOf(Transaction)
  endTransaction(sequelize, first.transaction, 'release')
  endTransaction(sequelize, first.transaction, 'release')
  await expect(sequelize.query('SELECT 1', { transaction: first.transaction })).rejects.toThrow(
    /commit has been called/,
  )
  const second = await takeTransaction(sequelize)
  expect(second.connection.processID).toBe(first.connection.processID)
  endTransaction(sequelize, second.transaction, 'destroy')
  const third = await takeTransaction(sequelize)
  expect(third.connection.processID).not.toBe(first.connection.processID)
  endTransaction(sequelize, third.transaction, 'release')
})

test('reads a URL as pg does: decoded names, sslmode, parameters', () => {
  const url =
    'postgresql://us%40er:p%3Ass@db.example:6543/na%20me?sslmode=no-verify&application_name=from-url'
  const settings = poolSettings(url, { application_name: 'own', statement_timeout: 5 }, 4)
  expect(settings).toMatchObject({
    host: 'db.example',
    port: 6543,
    username: 'us@er',
    database: 'na me',
    pool: { max: 4 },
    dialectOptions: {
      application_name: 'from-url',
      statement_timeout: 5,
      ssl: { rejectUnauthorized: false },
    },
  })
  expect((settings as unknown as { password(): string }).password()).toBe('p:ss')
})

test('gives every limit to the connection', async () => {
  const limits = { statement_timeout: 1234, lock_timeout: 2345, idle_in_transaction_session_timeout: 3456 }
  const own = new Sequelize({ ...poolSettings(target.url, limits, 1), logging: false })
  for (const [name, value] of Object.entries(limits)) {
    const [[row]] = (await own.query(`SELECT setting::int FROM pg_settings WHERE name = '${name}'`)) as [
      [object],
      unknown,
    ]
    expect(row).toEqual({ setting: value })
  }
  expect((await own.query('SHOW TIME ZONE', { plain: true, raw: true })) as object).toEqual({
    TimeZone: expect.stringMatching(/^<\+00>-00$|UTC/),
  })
  await own.close()
})

test('says so where the password is wrong, with the password in no property', async () => {
  const url = new URL(target.url)
  url.password = 'wrong-secret'
  url.username = 'nobody_here'
  const own = new Sequelize({ ...poolSettings(url.href, {}, 1), logging: false })
  const error = await own.query('SELECT 1').catch((reason: unknown) => reason)
  expect(error).toBeInstanceOf(ConnectionError)
  await own.close()
})

test('a connection that is lost before anybody listens is no error of the process', () => {
  expect(new GuardedClient().emit('error', new Error('terminating connection'))).toBe(true)
})
