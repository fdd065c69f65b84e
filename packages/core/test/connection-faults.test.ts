import { afterEach, beforeEach, expect, inject, onTestFinished, test } from 'vitest'
import { defineAppender } from '../src/database/appender.js'
import { connectClient } from '../src/database/client.js'
import type { Database } from '../src/database/database.js'
import { statement } from '../src/database/sql.js'
import type { Unit } from '../src/database/unit.js'
import type { TestDatabase } from '../src/testing/test-database.js'
import { startTcpProxy, type TcpProxy } from './support/tcp-proxy.js'
import {
  claimOf,
  collectLog,
  createUnitDatabase,
  openDatabase,
  Person,
  stateOf,
} from './support/unit-database.js'

let target: TestDatabase
let proxy: TcpProxy
let database: Database
let direct: Database
let log: string[]

beforeEach(async () => {
  target = await createUnitDatabase(inject('postgresUrl'))
  proxy = await startTcpProxy(target.url)
  log = []
  database = openDatabase(proxy.url, { logger: collectLog(log) })
  direct = openDatabase(target.url)
})

afterEach(async () => {
  proxy.setMode('pass')
  await database.close()
  await direct.close()
  await proxy[Symbol.asyncDispose]()
  await target.drop()
})

const note = (unit: Unit, text: string) => unit.sql`INSERT INTO notes (text) VALUES (${text})`

test('does not know the outcome where the connection is cut after COMMIT; the claim prevents a second effect', async () => {
  for (let id = 1; id <= 30; id++) {
    proxy.setMode('cutOnCommit')
    const { end } = await database.run({ claim: claimOf(id) }, (unit) => note(unit, String(id)))
    expect(end.outcome).toBe('unknown')
    proxy.setMode('pass')
    const again = await database.run({ claim: claimOf(id) }, (unit) => note(unit, 'twice'))
    expect(again.end).toEqual({ outcome: 'duplicate' })
  }
  const { notes } = await stateOf(direct)
  expect(notes).toEqual(Array.from({ length: 30 }, (_, i) => String(i + 1)))
})

test('keeps nothing where COMMIT never reaches the server; a second try has its effect once', async () => {
  for (let id = 1; id <= 30; id++) {
    proxy.setMode('dropBeforeCommit')
    const { end } = await database.run({ claim: claimOf(id) }, (unit) => note(unit, 'lost'))
    expect(end.outcome).toBe('unknown')
    proxy.setMode('pass')
    const again = await database.run({ claim: claimOf(id) }, (unit) => note(unit, String(id)))
    expect(again.end.outcome).toBe('committed')
  }
  expect((await stateOf(direct)).notes).toEqual(Array.from({ length: 30 }, (_, i) => String(i + 1)))
})

test('tells the one who asked for a unit that its outcome is unknown, and runs nothing that waits for the commit', async () => {
  const ran: string[] = []
  proxy.setMode('cutOnCommit')
  const unit = database.unit(async (session) => {
    session.afterCommit(() => ran.push('after'))
    await session.sql`INSERT INTO notes (text) VALUES ('maybe')`
  })
  await expect(unit).rejects.toMatchObject({ code: 'UNIT_OUTCOME_UNKNOWN', cause: expect.any(Error) })
  expect(ran).toEqual([])
})

test('nor does it know where the whole of a unit was sent in one packet, and no part of it was answered', async () => {
  const appended = defineAppender<string>(
    (texts) => statement`INSERT INTO notes (text) SELECT unnest(${texts}::text[])`,
  )
  // A connection that stands: what it answers from now on is on its way when it is cut.
  await database.unit(({ sql }) => sql`SELECT 1`)
  proxy.latencyMs = 5_000
  onTestFinished(() => {
    proxy.latencyMs = 0
  })
  proxy.setMode('cutOnCommit')
  const unit = database.unit(async (session) => session.append(appended, 'maybe'))
  await expect(unit).rejects.toMatchObject({ code: 'UNIT_OUTCOME_UNKNOWN' })
  expect((await stateOf(direct)).notes).toEqual(['maybe'])
})

test.each([
  ['an update', { claim: claimOf(1) }],
  ['a unit without a claim', {}],
])(
  'keeps nothing of %s where BEGIN is refused, although its first query was sent along, and closes the connection',
  async (_, options) => {
    proxy.rewrite = (message) =>
      message.includes('BEGIN ')
        ? Buffer.from(message.toString('latin1').replace('BEGIN', 'BEGUN'), 'latin1')
        : message
    const { end } = await database.run(options, (unit) => note(unit, 'by itself'))
    expect(end).toMatchObject({ outcome: 'retry', error: { code: '42601' } })
    expect(proxy.statements.some((statement) => statement.startsWith('INSERT INTO notes'))).toBe(true)
    expect(await stateOf(direct, 1)).toMatchObject({ notes: [], outcome: null })
    await expect.poll(() => proxy.connections).toBe(0)
    proxy.rewrite = (message) => message
    const again = await database.run({ claim: claimOf(1) }, (unit) => note(unit, 'kept'))
    expect(again.end.outcome).toBe('committed')
  },
)

test('understands answers that arrive byte by byte', async () => {
  proxy.setMode('slice')
  const text = 'Привет, 👋 мир'
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await Promise.all([note(unit, text), note(unit, text)])
    await database.sequelize.getRepository(Person).create({ telegramId: 1, name: text })
  })
  expect(end.outcome).toBe('committed')
  expect(await stateOf(direct, 1)).toMatchObject({ notes: [text, text], people: [text], outcome: 'done' })
})

test('recovers from a stall: what hung may be tried again, and new connections serve what follows', async () => {
  await database.close()
  database = openDatabase(proxy.url, {
    logger: collectLog(log),
    // Long enough for every query that does not hang, also on a slow machine.
    statementTimeoutMs: 1_500,
    queryTimeoutMs: 2_000,
  })
  await database.unit((session) => session.sql`SELECT 1`)
  await database.query({ text: 'SELECT 1' })
  proxy.setMode('stall')
  const [unit, first, second, service] = await Promise.all([
    database.run({ claim: claimOf(1) }, (opened) => note(opened, 'lost')),
    database.run({ claim: claimOf(2) }, (opened) => opened.sql`SELECT 1`),
    database.run({ claim: claimOf(3) }, () => database.sequelize.getRepository(Person).findAll()),
    database.query({ text: 'SELECT 1' }).catch((error: unknown) => error),
  ])
  expect([unit, first, second].map(({ end }) => end.outcome)).toEqual(['retry', 'retry', 'retry'])
  expect(service).toBeInstanceOf(Error)
  proxy.setMode('pass')
  const again = await database.run({ claim: claimOf(1) }, (opened) => note(opened, 'kept'))
  expect(again.end.outcome).toBe('committed')
  expect((await database.query({ text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }])
  expect((await stateOf(direct)).notes).toEqual(['kept'])
})

test('survives the end of every connection, idle or not, and says that the service connection was lost', async () => {
  await database.unit((session) => session.sql`SELECT 1`)
  await database.query({ text: 'SELECT 1' })
  const client = await connectClient(target.url, { applicationName: 'killer' })
  const kill = () =>
    client.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    )
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await note(unit, 'lost')
    await kill()
    await note(unit, 'lost')
  })
  expect(end.outcome).toBe('retry')
  await kill()
  await expect.poll(() => log.join('')).toContain('The service connection was lost')
  await expect.poll(() => proxy.connections).toBe(0)
  expect(await database.unit((session) => session.sql`SELECT 1 AS one`)).toEqual([{ one: 1 }])
  expect((await database.query({ text: 'SELECT 1 AS one' })).rows).toEqual([{ one: 1 }])
  await client.end()
})
