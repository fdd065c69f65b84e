import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import {
  claimOf,
  collectLog,
  createUnitDatabase,
  openDatabase,
  Person,
} from '../../test/support/unit-database.js'
import type { TestDatabase } from '../testing/test-database.js'
import type { TraceEvents } from '../trace.js'
import type { Database } from './database.js'

let target: TestDatabase
let database: Database
const log: string[] = []

beforeAll(async () => {
  target = await createUnitDatabase(inject('postgresUrl'))
})

beforeEach(() => {
  log.length = 0
  database = openDatabase(target.url, { logger: collectLog(log) })
})

afterEach(() => database.close())
afterAll(() => target.drop())

test('runs what was deferred after the commit, in order; an error is logged and stops nothing', async () => {
  const ran: string[] = []
  const value = await database.unit(async (session) => {
    await session.sql`INSERT INTO notes (text) VALUES ('committed')`
    session.afterCommit(async () => {
      const { rows } = await database.query({ text: 'SELECT text FROM notes' })
      ran.push(`first sees ${rows[0]?.text}`)
    })
    session.afterCommit(() => {
      throw new RangeError('second breaks')
    })
    session.afterCommit(() => database.unit(async () => void ran.push('third has a unit of its own')))
    ran.push('handler')
    return 'value'
  })
  expect(value).toBe('value')
  expect(ran).toEqual(['handler', 'first sees committed', 'third has a unit of its own'])
  expect(log.join('')).toContain('second breaks')
})

test('runs it after the work returned where there was nothing to commit', async () => {
  const ran: string[] = []
  await database.unit(async (session) => {
    session.afterCommit(() => ran.push('after'))
    ran.push('work')
  })
  expect(ran).toEqual(['work', 'after'])
})

test('runs nothing of it where the work failed', async () => {
  const ran: string[] = []
  const unit = database.unit(async (session) => {
    session.afterCommit(() => ran.push('after'))
    throw new RangeError('failed')
  })
  await expect(unit).rejects.toThrow('failed')
  expect(ran).toEqual([])
})

test('shows its password in nothing that is printed', async () => {
  const secret = 'a-very-secret-password'
  const url = new URL(target.url)
  url.password = secret
  const own = openDatabase(url.href)
  const shown: unknown[] = [own, own.sequelize]
  // The server may ask for the password or trust us: an error is welcome too.
  shown.push(await own.unit((session) => session.sql`SELECT 1`).catch((error: unknown) => error))
  await own
    .unit(async (session) => void shown.push(session.repository(Person), session))
    .catch(() => undefined)
  shown.push(own.sequelize)
  url.port = '1'
  const unreachable = openDatabase(url.href)
  shown.push(await unreachable.connect().catch((error: unknown) => error))
  shown.push(await unreachable.unit((session) => session.sql`SELECT 1`).catch((error: unknown) => error))
  shown.push(await unreachable.query({ text: 'SELECT 1' }).catch((error: unknown) => error))
  for (const value of shown) expect(inspect(value, { depth: 12 })).not.toContain(secret)
  await own.close()
  await unreachable.close()
})

test('logs a unique violation without the values', async () => {
  const add = (name: string) =>
    database.unit((session) => session.repository(Person).create({ telegramId: 987654321, name }))
  await add('Ann of Somewhere')
  const error = await add('Bob of Elsewhere').catch((reason: unknown) => reason)
  collectLog(log).error({ err: error }, 'It failed')
  const line = log.join('')
  expect(line).not.toMatch(/987654321|Elsewhere|INSERT/)
  expect(JSON.parse(line)).toMatchObject({ err: { sqlstate: '23505', constraint: 'people_telegram_id_key' } })
})

test('publishes each statement with its time while somebody listens, and no values', async () => {
  const events: TraceEvents['hello:sql'][] = []
  const listen = (event: unknown) => void events.push(event as TraceEvents['hello:sql'])
  const work = () =>
    database.run({ claim: claimOf(1), traced: { botId: 1, updateId: 2 } }, async (unit) => {
      await unit.sql`SELECT ${'a secret'}::text`
      await database.sequelize.getRepository(Person).findAll({ where: { name: 'a secret' } })
      await unit.attempt(() => unit.sql`SELECT 1 / 0`).catch(() => undefined)
      throw new RangeError('undo')
    })
  await work()
  expect(events).toEqual([])
  subscribe('hello:sql', listen)
  await database.query({ text: 'UPDATE claims SET outcome = NULL' })
  await work()
  unsubscribe('hello:sql', listen)
  expect(events).toMatchObject([
    { botId: 1, updateId: 2, text: 'SELECT $1::text', ok: true },
    { text: expect.stringMatching(/^SELECT "id".*WHERE "Person"\."name" = \?;$/), ok: true },
    { text: 'SELECT 1 / 0', ok: false },
  ])
  for (const { durationMs } of events) expect(durationMs).toBeGreaterThan(0)
  expect(JSON.stringify(events)).not.toContain('a secret')
})

test('closes while connections are idle and when nothing was ever opened', async () => {
  const idle = openDatabase(target.url)
  await Promise.all([1, 2, 3].map(() => idle.unit((session) => session.sql`SELECT 1`)))
  await idle.query({ text: 'SELECT 1' })
  await idle.close()
  await openDatabase(target.url).close()
  const { rows } = await database.query({
    text: `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
  })
  expect(rows).toEqual([{ count: 0 }])
})
