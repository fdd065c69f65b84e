/** `hello db` as people run it: what it prints, where the password goes, and what it says to bad input. */
import { readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createProject, runCli } from './cli.fixture.js'
import { findInstalledPostgres } from './support/installed-postgres.js'
import { queryOnce, type SharedServer, startSharedServer } from './support/shared-server.js'

const installed = await findInstalledPostgres()
let server: SharedServer
beforeAll(async () => {
  server = await startSharedServer(installed?.binaries)
})
afterAll(() => server.stop())

async function project() {
  const cwd = await createProject({})
  const env = { DATABASE_ADMIN_URL: server.url }
  const hello = (...args: string[]) => runCli(['db', ...args], { cwd, env: { ...env, ...hello.env } })
  hello.env = {} as Record<string, string>
  return { cwd, hello }
}

/** What stands on standard output alone. */
const stdout = ({ output, stderr }: { output: string; stderr: string }) =>
  stderr.split('\n').reduce((text, line) => (line === '' ? text : text.replace(`${line}\n`, '')), output)

test('a bot gets an address that works, once, and can be listed, looked at and dropped', async () => {
  const { hello } = await project()
  const created = await hello('create', 'hello-bot')
  expect(created.stderr).toMatch(
    /only hello-bot_user may connect to hello-bot_db\. The address above is shown once/,
  )
  expect(created.exitCode).toBe(0)
  const url = /^DATABASE_URL=(\S+)\n$/.exec(stdout(created))?.[1] as string
  await queryOnce(url, 'CREATE TABLE orders AS SELECT generate_series(1, 20) AS id')

  const again = await hello('create', 'hello-bot')
  expect([again.exitCode, stdout(again)]).toEqual([0, ''])
  expect(again.stderr).toMatch(/is there already: rights and limit .* its password is as it was/)

  const listed = await hello('list')
  expect(listed.output).toMatch(
    /^bot +state +size +connections +created\nhello-bot +ready +[\d.]+ MB +0 of 13 +\d{4}-\d\d-\d\d\n1 in all\. PostgreSQL \S+, \d+ of 100 connections\.\n$/,
  )
  expect(JSON.parse((await hello('list', '--json')).output).bots).toEqual([
    expect.objectContaining({
      bot: 'hello-bot',
      state: 'ready',
      connectionLimit: 13,
      database: 'hello-bot_db',
    }),
  ])

  await queryOnce(url, 'ANALYZE orders')
  const shown = await hello('stats', 'hello-bot')
  expect(shown.output).toMatch(/^hello-bot_db: [\d.]+ MB, \d+ of 13 connections, .* PostgreSQL/)
  expect(shown.output).toMatch(/^orders +8\.0 kB +0 B +20 +0 +never +\d{4}-\d\d-\d\d \d\d:\d\d$/m)
  // A bot may look at its own, without an administrator.
  const own = await runCli(['db', 'stats', '--json'], {
    cwd: (await project()).cwd,
    env: { DATABASE_URL: url },
  })
  expect(JSON.parse(own.output)).toMatchObject({
    database: 'hello-bot_db',
    tables: [{ table: 'orders', liveRows: 20 }],
  })

  const unasked = await hello('drop', 'hello-bot')
  expect([unasked.exitCode, unasked.stderr]).toEqual([
    64,
    expect.stringMatching(
      /^CONFIRM_REQUIRED: The database hello-bot_db \(.*\) is removed with everything in it, and its role\. Add --yes to do it\.\n$/,
    ),
  ])
  expect(await queryOnce(url, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 20 }])
  expect((await hello('drop', 'hello-bot', '--yes')).output).toMatch(/hello-bot is dropped\.\n$/)
  await expect(queryOnce(url, 'SELECT 1')).rejects.toMatchObject({ code: '28P01' })
})

test('the address goes into a file for DATABASE_URL_FILE, with the host that bots know, and is seen nowhere', async () => {
  const { cwd, hello } = await project()
  const created = await hello(
    'create',
    'filed',
    '--url-file',
    'filed.url',
    '--address',
    'postgres-shared:5432',
  )
  const text = await readFile(join(cwd, 'filed.url'), 'utf8')
  expect(text).toMatch(/^postgresql:\/\/filed_user:[\w-]{32}@postgres-shared:5432\/filed_db\n$/)
  expect((await stat(join(cwd, 'filed.url'))).mode & 0o777).toBe(0o600)
  expect(created.output).not.toContain(new URL(text).password)

  const bare = await hello('url', 'filed')
  expect(stdout(bare)).toBe(`postgresql://filed_user@${new URL(server.url).host}/filed_db\n`)
  const renewed = JSON.parse(stdout(await hello('url', 'filed', '--new-password', '--json')))
  expect(await queryOnce(renewed.url, 'SELECT current_user AS role')).toEqual([{ role: 'filed_user' }])
  // Its own file may be written anew, another one never.
  expect((await hello('url', 'filed', '--new-password', '--url-file', 'filed.url')).exitCode).toBe(0)
  await writeFile(join(cwd, 'mine.txt'), 'precious')
  const refused = await hello('create', 'other', '--url-file', 'mine.txt')
  expect([refused.exitCode, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/^ALREADY_EXISTS: .*mine\.txt is there/),
  ])
  expect(await readFile(join(cwd, 'mine.txt'), 'utf8')).toBe('precious')
  expect(JSON.parse((await hello('list', '--json')).output).bots).not.toContainEqual(
    expect.objectContaining({ bot: 'other' }),
  )
})

test.skipIf(installed === undefined)(
  'a backup is made and restored in two commands (needs an installed PostgreSQL with pg_dump)',
  async () => {
    const { cwd, hello } = await project()
    const bin = ['--pg-bin', installed?.directory as string]
    const { url } = JSON.parse(stdout(await hello('create', 'saved', '--json')))
    await queryOnce(url, 'CREATE TABLE orders AS SELECT generate_series(1, 20) AS id')
    const saved = await hello('backup', 'saved', '--file', 'saved.dump', ...bin)
    expect(saved.stderr).toBe('Saving table 1 of 1: public.orders\n')
    expect(stdout(saved)).toMatch(/saved\.dump: [\d.]+ kB, 1 table with 20 rows\.\n$/)
    // Its own, by DATABASE_URL and without an administrator.
    hello.env = { DATABASE_URL: url }
    const own = JSON.parse(stdout(await hello('backup', '--json', ...bin)))
    expect(own).toMatchObject({ database: 'saved_db', tables: { 'public.orders': 20 } })
    expect(own.file).toMatch(new RegExp(`^${cwd}/saved_db-\\d{4}-\\d\\d-\\d\\dT\\d+Z\\.dump$`))

    await queryOnce(url, 'DELETE FROM orders')
    const unasked = await hello('restore', 'saved', 'saved.dump', ...bin)
    expect([unasked.exitCode, unasked.stderr]).toEqual([
      64,
      expect.stringMatching(/^CONFIRM_REQUIRED: The database saved_db .* is replaced by/),
    ])
    const restored = await hello('restore', 'saved', 'saved.dump', '--yes', ...bin)
    expect(stdout(restored)).toBe(
      'saved is restored: 1 table with 20 rows. As many as were saved. If the code is newer than the backup: hello migrate up.\n',
    )
    expect(await queryOnce(url, 'SELECT count(*)::int AS n FROM orders')).toEqual([{ n: 20 }])
  },
  60_000,
)

test('bad input is refused in one line with the right exit code, and nothing is made', async () => {
  const { hello } = await project()
  const before = await queryOnce(
    server.url,
    'SELECT (SELECT count(*) FROM pg_roles) AS roles, (SELECT count(*) FROM pg_database) AS databases',
  )
  for (const [exitCode, message, ...args] of [
    [64, /^BOT_NAME_INVALID: "" cannot/, 'create', ''],
    [64, /^BOT_NAME_INVALID: "a\\"; drop database x; --" cannot/, 'create', 'a"; drop database x; --'],
    [64, /^BOT_NAME_INVALID: "Bot"/, 'create', 'Bot'],
    [64, /^BOT_NAME_INVALID: "бот"/, 'create', 'бот'],
    [64, /^BOT_NAME_INVALID: "x{64}"/, 'create', 'x'.repeat(64)],
    [64, /^BOT_NAME_INVALID: "postgres"/, 'drop', 'postgres', '--yes'],
    [64, /^BOT_NAME_INVALID: "template1"/, 'stats', 'template1'],
    [64, /^BOT_NAME_INVALID: "pg_x"/, 'url', 'pg_x'],
    [64, /^BOT_NAME_INVALID: "user"/, 'backup', 'user'],
    [64, /^USAGE: .*password/, 'list', '--admin-url', 'postgres://me:secret@127.0.0.1/postgres'],
    [78, /^CONFIG_DATABASE_URL: --admin-url is not/, 'list', '--admin-url', 'mysql://127.0.0.1/postgres'],
    [64, /^USAGE: --address takes a host/, 'create', 'fine', '--address', 'a b'],
    [64, /^USAGE: --connections takes one whole number/, 'create', 'fine', '--connections', '0'],
    [64, /^USAGE: .*requires|^USAGE: Not enough/, 'create', 'fine', '--connections'],
    [64, /^USAGE: Say what to do: hello db list/],
    [64, /^USAGE: Not enough non-option arguments/, 'create'],
    [64, /^USAGE: Unknown argument/, 'create', 'fine', 'more'],
    [64, /^USAGE: Unknown argument.* Did you mean --connections\?/, 'create', 'fine', '--conections', '4'],
    [1, /^DB_NOT_FOUND: The server has no bot "nobody"/, 'drop', 'nobody', '--yes'],
    [1, /^DB_NOT_FOUND: /, 'stats', 'nobody'],
    [1, /^PG_TOOL_MISSING: /, 'backup', 'nobody', '--pg-bin', '/nowhere'],
    [78, /^CONFIG_DATABASE_URL: DATABASE_URL is missing.* or name a bot of the server\./, 'stats'],
  ] as [number, RegExp, ...string[]][]) {
    const refused = await hello(...args)
    expect(refused.stderr, args.join(' ')).toMatch(message)
    expect(refused.stderr.trim().split('\n'), args.join(' ')).toHaveLength(1)
    expect(refused.exitCode, args.join(' ')).toBe(exitCode)
    expect(refused.output).not.toContain('secret@')
  }
  expect(
    await queryOnce(
      server.url,
      'SELECT (SELECT count(*) FROM pg_roles) AS roles, (SELECT count(*) FROM pg_database) AS databases',
    ),
  ).toEqual(before)
})

test('without an administrator, or with one that the server does not know, it says which variable to set', async () => {
  const cwd = await createProject({})
  const none = await runCli(['db', 'list'], { cwd })
  expect([none.exitCode, none.stderr]).toEqual([
    78,
    expect.stringMatching(/^CONFIG_DATABASE_URL: DATABASE_ADMIN_URL is missing.*DATABASE_ADMIN_URL_FILE/),
  ])
  const wrong = new URL(server.url)
  wrong.password = 'wrong-password'
  const refused = await runCli(['db', 'list'], { cwd, env: { DATABASE_ADMIN_URL: wrong.href } })
  expect([refused.exitCode, refused.stderr]).toEqual([
    1,
    expect.stringMatching(/^DB_AUTH: .*Check user and password in DATABASE_ADMIN_URL/),
  ])
  await writeFile(join(cwd, 'admin.url'), `${server.url}\n`, { mode: 0o600 })
  const byFile = await runCli(['db', 'list', '--json'], {
    cwd,
    env: { DATABASE_ADMIN_URL_FILE: join(cwd, 'admin.url') },
  })
  expect(byFile.exitCode).toBe(0)
})
