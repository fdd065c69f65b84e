/** Migrations on a real database: each once, each wholly or not at all, whoever else starts at the same moment. */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { withClient } from '../database/client.js'
import { identifier } from '../database/sql.js'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import { type MigrateOptions, migrate, migrateDown } from './apply.js'
import { acquireMigrationLock } from './lock.js'
import { findMigrationLog } from './log.js'
import { defineMigration, type MigrationDefinition } from './migration.js'
import { MigrationStep } from './migration-step.js'
import { type KnownPlugin, orderMigrations } from './order.js'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
})
afterEach(() => database.drop())

type Up = MigrationDefinition['up']

function plugin(name: string, ...definitions: MigrationDefinition[]): KnownPlugin {
  return { plugin: name, requires: [], migrations: definitions.map(defineMigration) }
}

/** A plugin "p" with a first migration that works and a second that is under test. */
function second(up: Up, more: Partial<MigrationDefinition> = {}): KnownPlugin[] {
  return [
    plugin(
      'p',
      { name: '0001-first', up: ({ sql }) => sql`CREATE TABLE first (id int)` },
      { name: '0002-second', up, ...more },
    ),
  ]
}

const run = (known: readonly KnownPlugin[], more: Partial<MigrateOptions> = {}) =>
  migrate({ databaseUrl: database.url, coreVersion: '0.1.0', known, ...more })

function rowsOf(text: string): Promise<Record<string, unknown>[]> {
  return withClient(
    database.url,
    { applicationName: 'test' },
    async (client) => (await client.query(text)).rows,
  )
}

const logRows = () => rowsOf('SELECT plugin, name, state FROM hello_migrations ORDER BY applied_at')
const tables = async () =>
  (
    await rowsOf(
      `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1`,
    )
  ).map(({ relname }) => relname)

async function failureOf(
  known: readonly KnownPlugin[],
  more: Partial<MigrateOptions> = {},
): Promise<Error & { code: string }> {
  return run(known, more).then(
    () => expect.unreachable('applied'),
    (reason) => reason,
  )
}

const onlyFirst = [{ plugin: 'p', name: '0001-first', state: 'done' }]

describe('up', () => {
  test('applies across plugins in order, logs each, and does nothing the second time', async () => {
    const lines: string[] = []
    const logger = { info: (...args: unknown[]) => lines.push(String(args.at(-1))) }
    const known = [
      plugin('users', {
        name: '0001-create',
        up: ({ sql }) => sql`CREATE TABLE users (id bigint PRIMARY KEY)`,
      }),
      plugin('events', {
        name: '0001-create',
        after: ['users/0001-create'],
        checksum: false,
        up: async ({ query, sql }) => {
          await query(
            'CREATE TABLE events (user_id bigint REFERENCES users (id)); CREATE INDEX ON events (user_id)',
          )
          await sql`INSERT INTO users VALUES (${7})`
          expect(await sql<{ id: string }>`SELECT id FROM users WHERE id = ${7}`).toEqual([{ id: '7' }])
          expect(await query('SELECT 1 AS a; SELECT $$b$$ AS b')).toEqual([{ b: 'b' }])
          expect(await query('SELECT $1::text AS a', ['x'])).toEqual([{ a: 'x' }])
        },
      }),
    ]
    expect(await run(known, { logger })).toEqual({
      applied: ['users/0001-create', 'events/0001-create'],
      orphaned: [],
    })
    expect(await run(known, { logger })).toEqual({ applied: [], orphaned: [] })
    expect(lines).toEqual(['migration applied', 'migration applied'])
    expect(await tables()).toEqual(['events', 'hello_migrations', 'users'])
    const log = await withClient(database.url, { applicationName: 'test' }, async (client) =>
      (await findMigrationLog(client))?.read(),
    )
    expect(log?.map(({ plugin: name, state, coreVersion }) => [name, state, coreVersion])).toEqual([
      ['users', 'done', '0.1.0'],
      ['events', 'done', '0.1.0'],
    ])
    expect(log?.map(({ checksum }) => checksum)).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/), ''])
    for (const row of log ?? []) {
      expect(row.durationMs).toBeGreaterThanOrEqual(0)
      expect(row.appliedAt).toBeInstanceOf(Date)
    }
  })

  test('the checksum is that of the statements, without values', async () => {
    const checksumOf = async (up: Up) => {
      await run([plugin('p', { name: '0001-x', up })])
      const [row] = await rowsOf('SELECT checksum FROM hello_migrations')
      await rowsOf('DELETE FROM hello_migrations')
      return row?.checksum
    }
    const one = await checksumOf(({ sql }) => sql`SELECT ${1}::int`)
    expect(await checksumOf(({ sql }) => sql`SELECT ${2}::int`)).toBe(one)
    expect(await checksumOf(({ sql }) => sql`SELECT ${2}::bigint`)).not.toBe(one)
  })

  test('plugins that are removed are told as orphans, and their tables stay', async () => {
    await run([plugin('gone', { name: '0001-x', up: ({ sql }) => sql`CREATE TABLE gone ()` })])
    expect(await run(second(() => undefined))).toEqual({
      applied: ['p/0001-first', 'p/0002-second'],
      orphaned: ['gone/0001-x'],
    })
    expect(await tables()).toContain('gone')
  })

  test('one that sets search_path or a role for the session does not reach its own log row or the next migration', async () => {
    const known = [
      plugin(
        'p',
        {
          name: '0001-dump',
          up: ({ query }) => query(`SELECT set_config('search_path', '', false); CREATE TABLE public.a ()`),
        },
        { name: '0002-next', up: ({ sql }) => sql`CREATE TABLE b ()` },
      ),
    ]
    await run(known)
    expect(await tables()).toEqual(['a', 'b', 'hello_migrations'])
  })

  test('queries may run under Promise.all, and savepoints may be used', async () => {
    await run(
      second(async ({ sql, query }) => {
        await Promise.all([sql`CREATE TABLE a ()`, sql`CREATE TABLE b ()`])
        await query('SAVEPOINT try')
        await query('SELECT wrong').catch(() => query('ROLLBACK TO try'))
        await sql`CREATE TABLE c ()`
      }),
    )
    expect(await tables()).toEqual(['a', 'b', 'c', 'first', 'hello_migrations'])
  })
})

describe('at once', () => {
  test('five that start on an empty database: each migration once, no error', async () => {
    const names = ['0001-a', '0002-b', '0003-c', '0004-d']
    const known = ['one', 'two', 'three'].map((name) =>
      plugin(
        name,
        ...names.map(
          (migration): MigrationDefinition => ({
            name: migration,
            up: async ({ sql }) => {
              await sql`CREATE TABLE IF NOT EXISTS runs (id text)`
              await sql`INSERT INTO runs VALUES (${`${name}/${migration}`})`
            },
          }),
        ),
      ),
    )
    const results = await Promise.all(Array.from({ length: 5 }, () => run(known)))
    const expected = orderMigrations(known).map(({ id }) => id)
    expect(results.flatMap(({ applied }) => applied)).toEqual(expected)
    expect((await rowsOf('SELECT id FROM runs')).map(({ id }) => id)).toEqual(expected)
  })

  test('an index is built concurrently while others wait for the lock', async () => {
    const known = second(({ sql }) => sql`CREATE INDEX CONCURRENTLY first_id ON first (id)`, {
      transactional: false,
    })
    const results = await Promise.all(Array.from({ length: 3 }, () => run(known)))
    expect(results.flatMap(({ applied }) => applied)).toEqual(['p/0001-first', 'p/0002-second'])
    expect(await rowsOf(`SELECT indisvalid FROM pg_index WHERE indexrelid = 'first_id'::regclass`)).toEqual([
      { indisvalid: true },
    ])
  })

  test('MIGRATION_LOCKED after the deadline, and who holds it is logged', async () => {
    await withClient(database.url, { applicationName: 'someone else' }, async (client) => {
      const lock = await acquireMigrationLock(client)
      const fields: object[] = []
      const logger = { info: (...args: [object | string, string?]) => void fields.push(Object(args[0])) }
      let nowMs = 0
      const clock = {
        nowMs: () => nowMs,
        wait: async (ms: number) => {
          nowMs += ms
        },
      }
      const error = await failureOf(
        second(() => undefined),
        { deadlineMs: 1_000, clock, logger },
      )
      expect(error.code).toBe('MIGRATION_LOCKED')
      expect(error.message).toContain('someone else')
      expect(fields).toEqual([{ holder: expect.objectContaining({ pid: lock.pid }) }])
    })
    expect(await tables()).toEqual([])
  })

  test('what is up to date does not wait for the lock', async () => {
    await run(second(() => undefined))
    await withClient(database.url, { applicationName: 'someone else' }, async (client) => {
      await acquireMigrationLock(client)
      expect(
        await run(
          second(() => undefined),
          { deadlineMs: 0 },
        ),
      ).toEqual({ applied: [], orphaned: [] })
    })
  })
})

describe('MIGRATION_FAILED', () => {
  test('names plugin, migration, SQLSTATE and statement without values; earlier ones are kept, a mended one goes through', async () => {
    const error = await failureOf(
      second(async ({ sql }) => {
        await sql`CREATE TABLE half ()`
        await sql`INSERT INTO nowhere
                  VALUES (${'a secret'})`
      }),
    )
    expect(error.code).toBe('MIGRATION_FAILED')
    expect(error.message).toContain(
      'Migration "0002-second" of plugin "p" failed (up): relation "nowhere" does not exist (SQLSTATE 42P01). At: INSERT INTO nowhere VALUES ($1). Nothing of it was kept',
    )
    expect(error.message).not.toContain('a secret')
    expect(error.cause).toMatchObject({ code: '42P01' })
    expect(await tables()).toEqual(['first', 'hello_migrations'])
    expect(await logRows()).toEqual(onlyFirst)
    expect((await run(second(({ sql }) => sql`CREATE TABLE half ()`))).applied).toEqual(['p/0002-second'])
  })

  test('an error of the code, not of the database', async () => {
    const error = await failureOf(
      second(async ({ sql }) => {
        await sql`CREATE TABLE half ()`
        throw new TypeError('oops')
      }),
    )
    expect(error.message).toContain('failed (up): oops. Nothing of it was kept')
    expect(error.cause).toBeInstanceOf(TypeError)
    expect(await tables()).toEqual(['first', 'hello_migrations'])
  })

  test('a failure that the migration catches is still the cause', async () => {
    for (const up of [
      ({ sql }) => sql`SELECT wrong`.catch(() => undefined),
      async ({ sql }) => {
        await sql`SELECT wrong`.catch(() => undefined)
        await sql`CREATE TABLE half ()`
      },
      async ({ sql }) => {
        void sql`SELECT wrong`
        await sql`SELECT 1`.catch(() => undefined)
      },
    ] satisfies Up[]) {
      const error = await failureOf(second(up))
      expect(error.code).toBe('MIGRATION_FAILED')
      expect(error.message).toContain('(SQLSTATE 42703). At: SELECT wrong.')
    }
    expect(await tables()).toEqual(['first', 'hello_migrations'])
  })

  test('what runs beside the failed statement is not sent after the rollback', async () => {
    let other: Promise<unknown> = Promise.resolve()
    const error = await failureOf(
      second(async ({ sql }) => {
        const wrong = sql`SELECT wrong`
        other = sql`SELECT 1`.catch(() => undefined).then(() => sql`CREATE TABLE leaked ()`)
        await Promise.all([wrong, other])
      }),
    )
    expect(error.code).toBe('MIGRATION_FAILED')
    await other.catch(() => undefined)
    expect(await tables()).toEqual(['first', 'hello_migrations'])
  })

  test('a constraint that fails at the commit', async () => {
    const error = await failureOf(
      second(({ query }) =>
        query(
          'CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES a DEFERRABLE INITIALLY DEFERRED); INSERT INTO a VALUES (1, 2)',
        ),
      ),
    )
    expect(error).toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('SQLSTATE 23503'),
    })
    expect(await logRows()).toEqual(onlyFirst)
  })

  test('the connection is lost on the way', async () => {
    const error = await failureOf(
      second(async ({ sql }) => {
        await sql`CREATE TABLE half ()`
        await sql`SELECT pg_terminate_backend(pg_backend_pid())`
      }),
    )
    expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('57P01') })
    expect(await tables()).toEqual(['first', 'hello_migrations'])
    expect((await run(second(() => undefined))).applied).toEqual(['p/0002-second'])
  })

  test('a table that someone else holds is not waited for without end', async () => {
    await run(second(() => undefined))
    const third = plugin('q', {
      name: '0001-lock',
      up: ({ sql }) => sql`ALTER TABLE first ADD COLUMN more int`,
    })
    await withClient(database.url, { applicationName: 'reader' }, async (client) => {
      await client.query('BEGIN; LOCK TABLE first')
      const error = await failureOf([...second(() => undefined), third], { lockTimeoutMs: 20 })
      expect(error).toMatchObject({ code: 'MIGRATION_FAILED', message: expect.stringContaining('55P03') })
    })
  })
})

describe('MIGRATION_TX_CONTROL', () => {
  test.each([
    ['BEGIN', 'BEGIN'],
    ['CREATE TABLE half (); COMMIT; CREATE TABLE other ()', 'COMMIT'],
    ['ROLLBACK', 'ROLLBACK'],
    ['CREATE INDEX CONCURRENTLY i ON first (id)', 'CREATE INDEX CONCURRENTLY i ON first (id)'],
    ['VACUUM first', 'VACUUM first'],
    ['DO $$ BEGIN COMMIT; END $$', 'DO $$ BEGIN COMMIT; END $$'],
  ])('%s', async (text, statement) => {
    const error = await failureOf(
      second(async ({ query }) => {
        await query('CREATE TABLE before ()')
        await query(text)
      }),
    )
    expect(error.code).toBe('MIGRATION_TX_CONTROL')
    expect(error.message).toContain(`sent: ${statement}. Remove this`)
    expect(await tables()).toEqual(['first', 'hello_migrations'])
    expect(await logRows()).toEqual(onlyFirst)
  })

  test('also where the migration catches the refusal', async () => {
    const error = await failureOf(second(({ query }) => query('COMMIT').catch(() => undefined)))
    expect(error.code).toBe('MIGRATION_TX_CONTROL')
    expect(await logRows()).toEqual(onlyFirst)
  })

  test('a COMMIT that the reading of the text cannot see', async () => {
    const error = await failureOf(
      second(async ({ query }) => {
        await query('SET standard_conforming_strings = off')
        await query(String.raw`SELECT '\'' ; COMMIT; SELECT ''`)
      }),
    )
    expect(error).toMatchObject({
      code: 'MIGRATION_TX_CONTROL',
      message: expect.stringContaining('ended the transaction'),
    })
    expect(await logRows()).toEqual(onlyFirst)
  })

  test('one outside of a transaction that leaves one open', async () => {
    const error = await failureOf(
      second(({ query }) => query('BEGIN; CREATE TABLE half ()'), { transactional: false }),
    )
    expect(error).toMatchObject({
      code: 'MIGRATION_TX_CONTROL',
      message: expect.stringContaining('left a transaction open'),
    })
    expect(await logRows()).toEqual([...onlyFirst, { plugin: 'p', name: '0002-second', state: 'started' }])
  })
})

describe('MIGRATION_NOT_AWAITED', () => {
  test('a query that still runs when up has ended', async () => {
    const error = await failureOf(
      second(({ sql }) => {
        void sql`CREATE TABLE half ()`
      }),
    )
    expect(error).toMatchObject({
      code: 'MIGRATION_NOT_AWAITED',
      message: expect.stringContaining('was still running: CREATE TABLE half ()'),
    })
    expect(await tables()).toEqual(['first', 'hello_migrations'])
  })

  test('a query that comes when up has ended', async () => {
    const error = await failureOf(
      second(({ sql }) => {
        setImmediate(() => void sql`CREATE TABLE half ()`)
      }),
    )
    expect(error).toMatchObject({
      code: 'MIGRATION_NOT_AWAITED',
      message: expect.stringContaining('another query came: CREATE TABLE half ()'),
    })
    expect(await tables()).toEqual(['first', 'hello_migrations'])
    expect(await logRows()).toEqual(onlyFirst)
  })

  test('a query that comes when all is over is refused', async () => {
    let late: () => Promise<unknown> = async () => {}
    await run(
      second(({ sql }) => {
        late = () => sql`CREATE TABLE half ()`
      }),
    )
    await expect(late()).rejects.toMatchObject({ code: 'MIGRATION_NOT_AWAITED' })
  })
})

describe('outside of a transaction', () => {
  test('a failure stays recorded as started, and the next run is MIGRATION_DIRTY', async () => {
    const known = second(
      async ({ sql }) => {
        await sql`CREATE TABLE half ()`
        await sql`SELECT wrong`
      },
      { transactional: false },
    )
    const error = await failureOf(known)
    expect(error).toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('what it did before stays'),
    })
    expect(await tables()).toContain('half')
    expect(await logRows()).toEqual([...onlyFirst, { plugin: 'p', name: '0002-second', state: 'started' }])
    expect((await failureOf(known)).code).toBe('MIGRATION_DIRTY')
  })

  test('both ways out of MIGRATION_DIRTY work', async () => {
    const known = second(({ sql }) => sql`SELECT wrong`, { transactional: false })
    await failureOf(known)
    const statements = (await failureOf(known)).message.match(/(UPDATE|DELETE)[^;]*/g) ?? []
    expect(statements).toHaveLength(2)
    await rowsOf(statements[1] ?? '')
    expect((await failureOf(known)).code).toBe('MIGRATION_FAILED')
    await rowsOf(statements[0] ?? '')
    expect((await run(known)).applied).toEqual([])
  })
})

describe('refused before anything is done', () => {
  test('the database is ahead, and the flag lets it through', async () => {
    await run(second(() => undefined))
    const older = [plugin('p', { name: '0001-first', up: ({ sql }) => sql`CREATE TABLE first (id int)` })]
    expect((await failureOf(older)).code).toBe('MIGRATION_AHEAD')
    expect((await run(older, { allowAhead: true })).applied).toEqual([])
  })

  test('out of order, and the flag lets it through', async () => {
    const late = plugin('p', { name: '0002-b', up: () => undefined })
    await run([late])
    const both = [
      { ...late, migrations: [defineMigration({ name: '0001-a', up: () => undefined }), ...late.migrations] },
    ]
    expect((await failureOf(both)).code).toBe('MIGRATION_OUT_OF_ORDER')
    expect((await run(both, { allowOutOfOrder: true })).applied).toEqual(['p/0001-a'])
  })

  test('a mistake of the author is found without a database', async () => {
    const known = [
      plugin('p', { name: '0001-a', up: () => undefined }, { name: '0001-a', up: () => undefined }),
    ]
    const error = await failureOf(known, { databaseUrl: 'postgresql://nobody@127.0.0.1:1/none' })
    expect(error.code).toBe('MIGRATION_DUPLICATE')
  })

  test('DB_FORBIDDEN: the role may not create tables', async () => {
    const role = `${database.name}_role`
    await rowsOf(
      `CREATE ROLE ${identifier(role).text} LOGIN PASSWORD 'pw'; REVOKE CREATE ON SCHEMA public FROM PUBLIC`,
    )
    try {
      const url = new URL(database.url)
      url.username = role
      url.password = 'pw'
      const error = await failureOf(
        second(() => undefined),
        { databaseUrl: url.href },
      )
      expect(error).toMatchObject({
        code: 'DB_FORBIDDEN',
        message: expect.stringContaining('GRANT USAGE, CREATE ON SCHEMA'),
      })
    } finally {
      await rowsOf(`DROP ROLE ${identifier(role).text}`)
    }
  })

  test('MIGRATION_POOLER: the backend is not the one that holds the lock', async () => {
    await run(second(() => undefined))
    await withClient(database.url, { applicationName: 'test' }, async (client) => {
      const log = await findMigrationLog(client)
      const [planned] = orderMigrations([
        plugin('q', { name: '0001-x', up: ({ sql }) => sql`CREATE TABLE x ()` }),
      ])
      if (log === undefined || planned === undefined) return expect.unreachable()
      const step = new MigrationStep(
        { client, log, lockPid: -1, coreVersion: '0.1.0', lockTimeoutMs: 5_000 },
        planned,
        'up',
      )
      await expect(step.start()).rejects.toMatchObject({ code: 'MIGRATION_POOLER' })
    })
    expect(await tables()).toEqual(['first', 'hello_migrations'])
  })
})

describe('down', () => {
  const known = [
    plugin(
      'p',
      { name: '0001-a', up: ({ sql }) => sql`CREATE TABLE a ()`, down: ({ sql }) => sql`DROP TABLE a` },
      { name: '0002-b', up: ({ sql }) => sql`CREATE TABLE b ()`, down: ({ sql }) => sql`DROP TABLE b` },
      {
        name: '0003-c',
        transactional: false,
        up: ({ sql }) => sql`CREATE TABLE c ()`,
        down: ({ sql }) => sql`DROP TABLE c`,
      },
    ),
  ]
  const down = (to?: string, plugins = known) =>
    migrateDown({
      databaseUrl: database.url,
      coreVersion: '0.1.0',
      known: plugins,
      ...(to !== undefined && { to }),
    })

  test('undoes the last, then back to a target, then all, and up again', async () => {
    await run(known)
    expect(await down()).toEqual({ undone: ['p/0003-c'] })
    expect(await down('p/0001-a')).toEqual({ undone: ['p/0002-b'] })
    expect(await tables()).toEqual(['a', 'hello_migrations'])
    expect(await down('p/0')).toEqual({ undone: ['p/0001-a'] })
    expect(await down()).toEqual({ undone: [] })
    expect((await run(known)).applied).toEqual(['p/0001-a', 'p/0002-b', 'p/0003-c'])
  })

  test('a failed down is undone with its log row', async () => {
    const broken = second(() => undefined, {
      down: async ({ sql }) => {
        await sql`DROP TABLE first`
        await sql`SELECT wrong`
      },
    })
    await run(broken)
    await expect(down(undefined, broken)).rejects.toMatchObject({
      code: 'MIGRATION_FAILED',
      message: expect.stringContaining('failed (down)'),
    })
    expect(await tables()).toContain('first')
    expect(await logRows()).toHaveLength(2)
  })

  test('MIGRATION_NO_DOWN: nothing is done', async () => {
    await run(second(() => undefined))
    await expect(
      down(
        'p/0',
        second(() => undefined),
      ),
    ).rejects.toThrow(/has no down/)
    expect(await logRows()).toHaveLength(2)
  })
})
