/** A database with a few tables, models on them and a claim, for the tests of the unit of work. */

import { inject, onTestFinished } from 'vitest'
import { withClient } from '../../src/database/client.js'
import { Database, type DatabaseOptions } from '../../src/database/database.js'
import type { UnitClaim } from '../../src/database/unit-claim.js'
import { createLogger } from '../../src/logger.js'
import { BelongsTo, bigint, Column, DataType, ForeignKey, HasMany, Model, Table } from '../../src/models.js'
import { createSecretRedactor } from '../../src/secrets.js'
import { createTestDatabase, type TestDatabase } from '../../src/testing/test-database.js'

@Table({ tableName: 'people', timestamps: false })
export class Person extends Model {
  @Column(bigint('telegramId', { allowNull: false, unique: true }))
  declare telegramId: number

  @Column(DataType.TEXT)
  declare name: string

  @HasMany(() => Note)
  declare notes: Note[]
}

@Table({ tableName: 'notes', timestamps: false })
export class Note extends Model {
  @ForeignKey(() => Person)
  @Column(DataType.INTEGER)
  declare personId: number | null

  @Column(DataType.TEXT)
  declare text: string

  @BelongsTo(() => Person)
  declare person: Person
}

const schema = `
  CREATE TABLE people (id serial PRIMARY KEY, telegram_id bigint NOT NULL UNIQUE, name text NOT NULL);
  CREATE TABLE notes (id serial PRIMARY KEY, person_id int REFERENCES people DEFERRABLE INITIALLY DEFERRED, text text NOT NULL);
  CREATE TABLE claims (id int PRIMARY KEY, outcome text, error text);
  CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY, method text NOT NULL);
  INSERT INTO claims SELECT generate_series(1, 200);`

const template = {
  key: `unit of work: ${schema}`,
  prepare: (url: string) =>
    withClient(url, { applicationName: 'prepare' }, async (client) => void (await client.query(schema))),
}

/** An empty copy of the tables. */
export function createUnitDatabase(serverUrl: string): Promise<TestDatabase> {
  return createTestDatabase({ serverUrl, template })
}

/** What the lines of a test's logger are collected in. */
export function collectLog(lines: string[]) {
  return createLogger({
    level: 'trace',
    pretty: false,
    redactor: createSecretRedactor(),
    destination: { write: (line) => void lines.push(line) },
  })
}

/** An opened `Database`; close it. */
export function openDatabase(url: string, overrides: Partial<DatabaseOptions> = {}): Database {
  return new Database({
    url,
    poolSize: 5,
    statementTimeoutMs: 15_000,
    queryTimeoutMs: 18_000,
    lockTimeoutMs: 5_000,
    idleInTransactionTimeoutMs: 30_000,
    applicationName: 'hello unit test',
    models: [Person, Note],
    logger: collectLog([]),
    keepsPlaces: true,
    storeOutgoing: async (connection, outgoing) => {
      const methods = outgoing.map(({ method }) => method)
      const text = 'INSERT INTO outbox (method) SELECT unnest($1::text[]) RETURNING id'
      const { rows } = await connection.query({ text, values: [methods] })
      return outgoing.map((call, index) => ({ ...call, id: String(rows[index]?.id) }))
    },
    onDeferredError: () => undefined,
    onStored: () => undefined,
    ...overrides,
  })
}

/** The tables, opened for one test and dropped after it, with what a test asks of them. */
export async function openUnitDatabase(overrides: Partial<DatabaseOptions> = {}) {
  const target = await createUnitDatabase(inject('postgresUrl'))
  const database = openDatabase(target.url, overrides)
  onTestFinished(async () => {
    await database.close()
    await target.drop()
  })
  return {
    database,
    url: target.url,
    claimOf,
    stateOf: (claim?: number) => stateOf(database, claim),
  }
}

/** A claim on a row of `claims`. */
export function claimOf(id: number): UnitClaim {
  const set = 'UPDATE claims SET outcome = $2, error = $3 WHERE id = $1'
  return {
    take: async (connection) => {
      const text = 'SELECT 1 FROM claims WHERE id = $1 AND outcome IS NULL FOR UPDATE'
      return (await connection.query({ name: 'take', text, values: [id] })).rowCount === 1
    },
    settle: async (connection) => {
      await connection.query({ name: 'settle', text: set, values: [id, 'done', null] })
      return []
    },
    fail: async (connection, error) => {
      await connection.query({ name: 'settle', text: set, values: [id, 'failed', String(error)] })
    },
  }
}

/** What stands in the database, seen from outside of any unit. */
export async function stateOf(database: Database, claim = 0) {
  const rows = async (text: string) => (await database.query({ text })).rows
  const [row] = await rows(`SELECT outcome, error FROM claims WHERE id = ${claim}`)
  return {
    notes: (await rows('SELECT text FROM notes ORDER BY id')).map((note) => note.text),
    people: (await rows('SELECT name FROM people ORDER BY id')).map((person) => person.name),
    outcome: row?.outcome,
    error: row?.error,
  }
}

/** A promise that a test resolves by hand; `Promise.withResolvers` needs Node 22. */
export function createGate() {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
