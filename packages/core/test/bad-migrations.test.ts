/**
 * Migrations and databases as they should not be, given to a whole app: each is refused with its code, with which
 * migration, what was found and what to do, and nothing of it is kept. What a migration meets on the way (a lost
 * connection, a constraint at the commit, going on after an error) stands in `src/migrations/apply.test.ts`, undoing in
 * `plan-down.test.ts`, poolers in `lock.test.ts`, a role without the right to create tables in `apply.test.ts`.
 */
import pg from 'pg'
import { beforeEach, describe, expect, inject, test } from 'vitest'
import { createApp, defineContract, defineMigration, definePlugin } from '../src/index.js'
import { acquireMigrationLock } from '../src/migrations/lock.js'
import { createTestDatabase } from '../src/testing/index.js'
import { configWith, createProject, runCli } from './cli.fixture.js'
import { startTcpProxy } from './support/tcp-proxy.js'

let client: pg.Client
let env: Record<string, string>
beforeEach(async () => {
  const database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  client = new pg.Client({ connectionString: database.url })
  await client.connect()
  env = {
    ENVIRONMENT: 'test',
    LOG_LEVEL: 'silent',
    BOT_TOKEN: `7000000001:${'A'.repeat(35)}`,
    DATABASE_URL: database.url,
  }
  return async () => {
    await client.end()
    await database.drop()
  }
})

type Up = Parameters<typeof defineMigration>[0]['up']
const tableOf =
  (name: string): Up =>
  ({ query }) =>
    query(`CREATE TABLE ${name} (id bigint PRIMARY KEY)`)
const one = (name: string, up: Up = tableOf('shop_items'), rest: object = {}) =>
  defineMigration({ name, up, ...rest })
/** An app with one plugin, "shop", and these migrations. */
const appOf = (...migrations: unknown[]) =>
  createApp({
    plugins: [definePlugin(defineContract({ name: 'shop', migrations: migrations as never }), {})()],
  })
const apply = (...migrations: unknown[]) => appOf(...migrations).migrate({ env })

async function tables(): Promise<string[]> {
  const { rows } = await client.query(
    `SELECT tablename FROM pg_tables WHERE tablename LIKE 'shop%' ORDER BY 1`,
  )
  return rows.map(({ tablename }) => tablename)
}

/** What is wrong with the code alone: [row, the migrations, code, message] */
const wrong: [string, () => unknown[], string, RegExp][] = [
  [
    'duplicate name',
    () => [one('0001-a'), one('0001-a', tableOf('shop_other'))],
    'MIGRATION_DUPLICATE',
    /0001-a/,
  ],
  [
    'bad form of a name',
    () => [{ name: 'create', up: tableOf('shop_items') }],
    'MIGRATION_NAME',
    /plugin "shop" is "create".*0001-create-users/,
  ],
  [
    'no up',
    () => [{ name: '0001-a' }],
    'MIGRATION_SHAPE',
    /"0001-a" of plugin "shop": "up" must be a function, and is undefined/,
  ],
  [
    'up is no function',
    () => [{ name: '0001-a', up: 'CREATE TABLE x' }],
    'MIGRATION_SHAPE',
    /"up" must be a function, and is "CREATE/,
  ],
  [
    'no migration at all',
    () => [undefined],
    'MIGRATION_SHAPE',
    /is undefined, and must be what defineMigration/,
  ],
]

test.each(wrong)('%s: refused, and nothing is applied', async (_, migrations, code, text) => {
  await expect(async () => apply(...migrations())).rejects.toMatchObject({
    code,
    message: expect.stringMatching(text),
  })
  expect(await tables()).toEqual([])
})

test('a file that does not load: migrations are imported, so the app does not load, and the file’s own error is told', async () => {
  const directory = await createProject({
    'migrations.js':
      "export const migrations = []\nthrow new SyntaxError('shop/0001-a: a bracket is missing')",
    'hello.config.js': configWith(
      '{}',
      "{ name: 'shop', migrations }",
      "import { migrations } from './migrations.js'",
    ),
  })
  const { exitCode, stderr } = await runCli(['migrate', 'up'], { cwd: directory, env })
  expect(stderr).toMatch(/shop\/0001-a: a bracket is missing/)
  expect(exitCode).toBe(1)
  expect(await tables()).toEqual([])
})

/** What fails while it runs; one that went before it stays. [row, up, code, message, not transactional] */
const failing: [string, Up, string, RegExp][] = [
  [
    'throws mid-way',
    async (context) => {
      await tableOf('shop_half')(context)
      throw new RangeError('no more')
    },
    'MIGRATION_FAILED',
    /0002-b.*no more/s,
  ],
  [
    'an SQL error',
    async (context) => {
      await tableOf('shop_half')(context)
      await context.sql`INSERT INTO shop_half VALUES (${'no number'})`
    },
    'MIGRATION_FAILED',
    /0002-b.*22P02.*INSERT INTO shop_half VALUES \(\$1\)/s,
  ],
  [
    'BEGIN',
    async (context) => {
      await tableOf('shop_half')(context)
      await context.query('BEGIN')
    },
    'MIGRATION_TX_CONTROL',
    /0002-b.*BEGIN/s,
  ],
  [
    'COMMIT',
    async (context) => {
      await tableOf('shop_half')(context)
      await context.query('COMMIT')
    },
    'MIGRATION_TX_CONTROL',
    /0002-b.*COMMIT/s,
  ],
  [
    'CONCURRENTLY',
    async (context) => {
      await tableOf('shop_half')(context)
      await context.query('CREATE INDEX CONCURRENTLY shop_index ON shop_half (id)')
    },
    'MIGRATION_TX_CONTROL',
    /0002-b.*transactional: false/s,
  ],
  [
    'a query that is not awaited',
    async (context) => {
      await tableOf('shop_half')(context)
      void context.query('SELECT pg_sleep(0.2)').catch(() => undefined)
    },
    'MIGRATION_NOT_AWAITED',
    /0002-b/,
  ],
]

test.each(failing)(
  '%s: nothing of it is kept, what went before stays, and a mended one goes through',
  async (_, up, code, text) => {
    const first = one('0001-a')
    const error = await apply(first, one('0002-b', up, { checksum: false })).catch((thrown: Error) => thrown)
    expect(error).toMatchObject({ code, message: expect.stringMatching(text) })
    expect(await tables()).toEqual(['shop_items'])
    expect(await apply(first, one('0002-b', tableOf('shop_half')))).toEqual(['shop/0002-b'])
  },
)

describe('a database that the code does not fit', () => {
  const [a, b] = [one('0001-a'), one('0002-b', tableOf('shop_b'))]
  beforeEach(() => apply(a, b))

  const misfits: [string, unknown[], string, RegExp][] = [
    [
      'changed after applied',
      [one('0001-a', tableOf('shop_changed')), b],
      'MIGRATION_CHANGED',
      /shop\/0001-a.*applied: [0-9a-f]{12}, 20\d\d-.*now: [0-9a-f]{12}/s,
    ],
    ['applied but missing', [b], 'MIGRATION_MISSING', /shop\/0001-a.*found: 0002-b.*Bring back/s],
    [
      'older than the last applied',
      [a, one('0001-aa', tableOf('shop_aa')), b],
      'MIGRATION_OUT_OF_ORDER',
      /"shop\/0001-aa" is pending and sorts before shop\/0002-b/,
    ],
    [
      'newer than the code',
      [a],
      'MIGRATION_AHEAD',
      /has shop\/0002-b, and the newest migration that plugin "shop" brings is 0001-a/,
    ],
  ]
  test.each(misfits)(
    '%s: a start is refused as migrate is, and nothing is applied',
    async (_, migrations, code, text) => {
      const refusal = { code, message: expect.stringMatching(text) }
      await expect(apply(...migrations)).rejects.toMatchObject(refusal)
      for (const MIGRATE of ['auto', 'check']) {
        await expect(appOf(...migrations).start({ env: { ...env, MIGRATE } })).rejects.toMatchObject(refusal)
      }
      expect(await tables()).toEqual(['shop_b', 'shop_items'])
    },
  )

  test('of a plugin that is removed: no fault, and its tables stay', async () => {
    expect(await createApp({ plugins: [] }).migrate({ env })).toEqual([])
    expect(await tables()).toEqual(['shop_b', 'shop_items'])
  })

  test('everything is said at once', async () => {
    const changed = one('0002-b', tableOf('shop_changed'))
    const error = await apply(one('0001-aa', tableOf('shop_aa')), changed).catch(
      (thrown: AggregateError) => thrown,
    )
    expect((error as AggregateError).errors.map(({ code }) => code)).toEqual([
      'MIGRATION_MISSING',
      'MIGRATION_CHANGED',
      'MIGRATION_OUT_OF_ORDER',
    ])
  })
})

test('one outside of a transaction that did not come to its end: MIGRATION_DIRTY with two ways out', async () => {
  const broken = one('0001-a', () => Promise.reject(new RangeError('half done')), { transactional: false })
  await expect(apply(broken)).rejects.toMatchObject({ code: 'MIGRATION_FAILED' })
  const mended = one('0001-a', tableOf('shop_items'), { transactional: false })
  const dirty = await apply(mended).catch((thrown: Error) => thrown)
  expect(dirty).toMatchObject({ code: 'MIGRATION_DIRTY', message: expect.stringMatching('"shop/0001-a"') })
  const [, finish, undo] = /run: (UPDATE .*?); or .* run: (DELETE .*?);/.exec((dirty as Error).message) ?? []
  expect(finish).toContain("SET state = 'done'")
  await client.query(undo as string)
  expect(await apply(mended)).toEqual(['shop/0001-a'])
})

test.each(['auto', 'check'])(
  'a pooler in transaction mode, with MIGRATE=%s and nothing to apply: MIGRATION_POOLER, and no lock is asked for',
  async (MIGRATE) => {
    await apply(one('0001-a'))
    await using proxy = await startTcpProxy(env.DATABASE_URL as string)
    // As where each query may run on another backend.
    const [asked, answered] = ['pg_backend_pid() AS pid', 'random()::text   AS pid']
    proxy.rewrite = (sent) => Buffer.from(sent.toString('latin1').replace(asked, answered), 'latin1')
    // Nobody listens there.
    const elsewhere = { TELEGRAM_API_ROOT: 'http://127.0.0.1:1', DATABASE_URL: proxy.url, MIGRATE }
    await expect(appOf(one('0001-a')).start({ env: { ...env, ...elsewhere } })).rejects.toMatchObject({
      code: 'MIGRATION_POOLER',
      message: expect.stringContaining('of a pooler in session mode'),
    })
    expect(proxy.statements.filter((text) => text.includes('advisory'))).toEqual([])
  },
)

test('the lock is not had in time: MIGRATION_LOCKED with pid, application_name and since when', async () => {
  const holder = new pg.Client({ connectionString: env.DATABASE_URL })
  await holder.connect()
  try {
    const { pid } = await acquireMigrationLock(holder)
    const refused = await acquireMigrationLock(client, { deadlineMs: 0 }).catch((thrown: Error) => thrown)
    expect(refused).toMatchObject({ code: 'MIGRATION_LOCKED' })
    const { message } = refused as Error
    expect(message).toContain(`pid ${pid} (application "`)
    expect(message).toContain(', connected since 20')
    expect(message).toContain(`pg_terminate_backend(${pid})`)
  } finally {
    await holder.end()
  }
})
