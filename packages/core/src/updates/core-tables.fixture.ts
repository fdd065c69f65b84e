/** A database with core's own tables for the tests of inbox, engine, leader and outbox, and a look at the statements that reach it. */
import pg from 'pg'
import { inject, onTestFinished } from 'vitest'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { Logger } from '../logger.js'
import { createTestDatabase } from '../testing/test-database.js'
import { coreMigrations } from './core-migrations.js'
import type { InboxRow } from './inbox.js'

/** Opens the database for one test. */
export async function openCoreTables() {
  const database = await createTestDatabase({
    serverUrl: inject('postgresUrl'),
    template: { key: 'core-tables', prepare: createTables },
  })
  const pool = new pg.Pool({ connectionString: database.url, max: 1 })
  pool.on('error', () => undefined)
  onTestFinished(async () => {
    await pool.end()
    await database.drop()
  })
  const statements: string[] = []
  const faults: { name: string; error: Error }[] = []
  return {
    url: database.url,
    /** The names (or texts) of the statements so far. */
    statements,
    /** Fails the next statement whose name or text begins so. */
    failNext(name: string, error: Error = lostConnection()) {
      faults.push({ name, error })
    },
    async query(query: RawQuery): Promise<RawResult> {
      const label = query.name ?? query.text
      statements.push(label)
      const index = faults.findIndex(({ name }) => label.startsWith(name))
      if (index >= 0) throw faults.splice(index, 1)[0]?.error
      return (await pool.query(query as pg.QueryConfig)) as RawResult
    },
    /** Settles a row as one that was handled. */
    async settle({ seq }: InboxRow): Promise<void> {
      const set = `settled_at = clock_timestamp(), attempts = attempts + 1, outcome = 'done'`
      await pool.query(`UPDATE hello_inbox SET ${set} WHERE seq = $1 AND settled_at IS NULL`, [seq])
    },
    /** Rows as they stand, for expectations. */
    async rows(text: string): Promise<Record<string, unknown>[]> {
      return (await pool.query(text)).rows
    },
  }
}

/** What the driver says when the connection has gone. */
export const lostConnection = () => new Error('Connection terminated unexpectedly')

/** A logger that keeps what it is told: level and sentence. */
export function keepLog() {
  const lines: string[] = []
  const keep =
    (level: string) =>
    (...args: unknown[]) =>
      void lines.push(`${level}: ${args.at(-1)}`)
  const logger = Object.fromEntries(
    ['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((level) => [level, keep(level)]),
  )
  return { lines, logger: Object.assign(logger, { child: () => logger }) as unknown as Logger }
}

/** Resolves when `condition` holds; asks again every few milliseconds, and gives up after 10 s. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 10_000
  while (!(await condition())) {
    if (performance.now() > deadlineMs) throw new Error(`Never came true: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function createTables(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const sql = (strings: TemplateStringsArray) => client.query(strings.join(''))
  for (const migration of coreMigrations) await migration.up({ sql } as never)
  await client.end()
}
