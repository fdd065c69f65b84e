/** `hello db backup` and `restore` with the real pg_dump and pg_restore: what comes back is what was there, and what cannot come back changes nothing. */
import { createHash } from 'node:crypto'
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { urlOfDatabase } from '../src/cli/db/admin-server.js'
import { backupDatabase } from '../src/cli/db/backup-database.js'
import { type BackupNote, notePath } from '../src/cli/db/backup-file.js'
import { parseBotName } from '../src/cli/db/bot-names.js'
import { createBotDatabase } from '../src/cli/db/create-bot-database.js'
import { findPgTool, runPgTool } from '../src/cli/db/pg-tools.js'
import { restoreDatabase } from '../src/cli/db/restore-database.js'
import { connectClient } from '../src/database/client.js'
import { findInstalledPostgres } from './support/installed-postgres.js'
import { queryOnce, type SharedServer, startSharedServer } from './support/shared-server.js'

const installed = await findInstalledPostgres()
const why =
  installed === undefined ? ' (skipped: no PostgreSQL with pg_dump is installed on this machine)' : ''
const names = parseBotName('mybot')
const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '' }

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hello-backup-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A program that answers `--version` so, and fails at everything else. */
async function fakeTool(name: string, version: string): Promise<string> {
  const directory = await mkdtemp(join(folder, 'bin-'))
  await writeFile(join(directory, name), `#!/bin/sh\necho '${name} (PostgreSQL) ${version}'\n`)
  await chmod(join(directory, name), 0o755)
  return directory
}

describe('the programs', () => {
  test('that are missing, or are something else, are asked for in clear words', async () => {
    for (const directory of [join(folder, 'nowhere'), await fakeTool('other', '15.1')]) {
      await expect(findPgTool('pg_dump', env, directory)).rejects.toMatchObject({
        code: 'PG_TOOL_MISSING',
        message: expect.stringMatching(
          /^There is no working pg_dump in .*\(ENOENT\)\. Install the client programs.*--pg-bin.*Nothing was done\.$/,
        ),
      })
    }
    await expect(findPgTool('pg_restore', { PATH: folder })).rejects.toMatchObject({
      code: 'PG_TOOL_MISSING',
      message: expect.stringContaining('no working pg_restore on the PATH'),
    })
  })

  test('are given a password by their environment, and nothing else of ours', async () => {
    const directory = await fakeTool('pg_dump', '18.0')
    const path = join(directory, 'pg_dump')
    const seen = join(directory, 'seen')
    const tool = await findPgTool(
      'pg_dump',
      { ...env, BOT_TOKEN: 'a-token', PGSSLMODE: 'require' },
      directory,
    )
    await writeFile(path, `#!/bin/sh\necho "$@" > ${seen}\nenv >> ${seen}\n`)
    await runPgTool(tool, {
      args: ['--verbose'],
      url: 'postgres://me:p%40ss%2Fword@db.example:5433/x?sslmode=prefer',
    })
    const [args, ...variables] = (await readFile(seen, 'utf8')).split('\n')
    expect(args).toBe('--verbose --dbname=postgres://me@db.example:5433/x?sslmode=prefer')
    expect(variables).toContain('PGPASSWORD=p@ss/word')
    expect(variables).toContain('PGSSLMODE=require')
    expect(variables.join()).not.toContain('a-token')
  })

  test('that are older than the server are refused before anything is written', async () => {
    const server = await startSharedServer()
    try {
      await server.admin((admin) =>
        createBotDatabase(admin, names, { connectionLimit: 5, deliver: async () => undefined }),
      )
      const pgDump = await findPgTool('pg_dump', env, await fakeTool('pg_dump', '12.3 (Debian 12.3-1)'))
      const file = join(folder, 'old.dump')
      await expect(
        backupDatabase({
          url: urlOfDatabase(server.url, names.database),
          urlVariable: 'DATABASE_ADMIN_URL',
          file,
          pgDump,
        }),
      ).rejects.toMatchObject({
        code: 'PG_TOOL_OLD',
        message: expect.stringMatching(
          /^pg_dump is of PostgreSQL 12\.3, and the server of 18: .* Install pg_dump 18/,
        ),
      })
      const pgRestore = await findPgTool('pg_restore', env, await fakeTool('pg_restore', '12.3'))
      await writeFile(join(folder, 'any.dump'), 'any')
      await expect(
        server.admin((admin) => restoreDatabase(admin, names, { file: join(folder, 'any.dump'), pgRestore })),
      ).rejects.toMatchObject({ code: 'PG_TOOL_OLD' })
      expect((await readdir(folder)).filter((name) => name.startsWith('old.dump'))).toEqual([])
    } finally {
      await server.stop()
    }
  })
})

describe.skipIf(installed === undefined)(`a backup${why}`, () => {
  let server: SharedServer
  let url: string
  let count = 0
  beforeAll(async () => {
    server = await startSharedServer(installed?.binaries)
    await server.admin((admin) =>
      createBotDatabase(admin, names, {
        connectionLimit: 8,
        deliver: async (delivered) => {
          url = delivered
        },
      }),
    )
    await queryOnce(
      url,
      `CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL)`,
    )
    await queryOnce(url, 'CREATE SCHEMA shop')
    await queryOnce(
      url,
      'CREATE TABLE shop.orders (id int PRIMARY KEY, user_id bigint REFERENCES public.users)',
    )
  }, 60_000)
  afterAll(() => server?.stop())
  beforeEach(async () => {
    await queryOnce(url, 'TRUNCATE users, shop.orders')
    await queryOnce(url, `INSERT INTO users (name) SELECT 'Алиса ' || n FROM generate_series(1, 1000) AS n`)
    await queryOnce(url, 'INSERT INTO shop.orders SELECT row_number() OVER (), id FROM users LIMIT 30')
  })

  const tool = (name: 'pg_dump' | 'pg_restore') => findPgTool(name, env, installed?.directory)
  const newFile = () => {
    count += 1
    return join(folder, `backup-${count}.dump`)
  }

  async function backup(
    file = newFile(),
    tables: string[] = [],
  ): Promise<{ file: string; note: BackupNote }> {
    const note = await backupDatabase({
      url: urlOfDatabase(server.url, names.database),
      urlVariable: 'DATABASE_ADMIN_URL',
      role: names.role,
      file,
      pgDump: await tool('pg_dump'),
      onTable: (name, index, all) => tables.push(`${index}/${all} ${name}`),
    })
    return { file, note }
  }

  async function restore(file: string, breakOff?: AbortController) {
    const pgRestore = await tool('pg_restore')
    return server.admin((admin) =>
      restoreDatabase(admin, names, {
        file,
        pgRestore,
        signal: breakOff?.signal,
        onTable: () => breakOff?.abort(),
      }),
    )
  }

  const rowsOf = async (table: string) =>
    (await queryOnce(url, `SELECT count(*)::int AS n FROM ${table}`))[0]?.n
  const leftovers = () =>
    queryOnce(server.url, `SELECT datname FROM pg_database WHERE datname ~ '_(restoring|replaced)$'`)

  test('is readable by us alone, says what is in it, and shows its progress', async () => {
    const tables: string[] = []
    const { file, note } = await backup(undefined, tables)
    expect(note).toMatchObject({ database: 'mybot_db', tables: { 'public.users': 1000, 'shop.orders': 30 } })
    expect(JSON.parse(await readFile(notePath(file), 'utf8'))).toEqual(note)
    expect(tables).toEqual(['1/2 public.users', '2/2 shop.orders'])
    for (const path of [file, notePath(file)]) expect((await stat(path)).mode & 0o777).toBe(0o600)
    await expect(backup(file)).rejects.toMatchObject({ code: 'BACKUP_FILE' })
  })

  test('brings back what was there, while the bot goes on with connections that are ended', async () => {
    const { file } = await backup()
    await queryOnce(url, `DELETE FROM shop.orders`)
    await queryOnce(url, `DELETE FROM users WHERE id % 2 = 0`)
    await queryOnce(url, `CREATE TABLE later (id int)`)
    const bot = await connectClient(url, { applicationName: 'bot' })
    const { tables, note } = await restore(file)
    await expect(bot.query('SELECT 1')).rejects.toThrow()
    expect(note?.tables).toEqual(tables)
    expect([await rowsOf('users'), await rowsOf('shop.orders')]).toEqual([1000, 30])
    // It all belongs to the bot, and its numbers go on where they were.
    await queryOnce(url, `INSERT INTO users (name) VALUES ('Боб')`)
    await queryOnce(url, 'ALTER TABLE users ADD COLUMN age int')
    await queryOnce(url, 'ALTER TABLE users DROP COLUMN age')
    await expect(queryOnce(url, 'SELECT FROM later')).rejects.toMatchObject({ code: '42P01' })
    expect(await leftovers()).toEqual([])
  })

  test('is still of one moment where the bot writes meanwhile', async () => {
    let isDone = false
    const writing = (async () => {
      while (!isDone) await queryOnce(url, `INSERT INTO users (name) VALUES ('late')`)
    })()
    const { file, note } = await backup()
    isDone = true
    await writing
    await restore(file)
    expect(await rowsOf('users')).toBe(note.tables['public.users'])
  })

  test('that lost bytes, was changed, or is something else is refused, and nothing is touched', async () => {
    const { file } = await backup()
    const whole = await readFile(file)
    await queryOnce(url, 'DELETE FROM shop.orders')
    for (const [bytes, message] of [
      [whole.subarray(0, whole.length - 100), /is not as it was .* it has \d+ bytes and should have \d+\./],
      [Buffer.concat([whole.subarray(0, -1), Buffer.from([(whole.at(-1) ?? 0) ^ 1])]), /and other contents/],
    ] as const) {
      await writeFile(file, bytes)
      await expect(restore(file)).rejects.toMatchObject({
        code: 'BACKUP_FILE',
        message: expect.stringMatching(message),
      })
    }
    const text = newFile()
    await writeFile(text, 'SELECT 1;')
    await expect(restore(text)).rejects.toMatchObject({
      code: 'BACKUP_FILE',
      message: expect.stringContaining('no archive that pg_restore can read'),
    })
    await expect(restore(join(folder, 'nowhere.dump'))).rejects.toMatchObject({
      code: 'BACKUP_FILE',
      message: expect.stringContaining('ENOENT'),
    })
    expect(await rowsOf('shop.orders')).toBe(0)
    expect(await leftovers()).toEqual([])
  })

  test('whose rows are not those that were noted does not take the place of the database', async () => {
    const { file, note } = await backup()
    await writeFile(
      notePath(file),
      JSON.stringify({ ...note, tables: { ...note.tables, 'public.users': 1001, 'public.lost': 3 } }),
    )
    await queryOnce(url, 'DELETE FROM shop.orders')
    await expect(restore(file)).rejects.toMatchObject({
      code: 'RESTORE_MISMATCH',
      message: expect.stringContaining(
        'public.lost is missing; public.users has 1000 rows, not 1001. The database of "mybot" is as it was.',
      ),
    })
    expect(await rowsOf('shop.orders')).toBe(0)
    expect(await leftovers()).toEqual([])
  })

  test('without its note is restored, and the missing check is told', async () => {
    const { file } = await backup()
    await rm(notePath(file))
    expect(await restore(file)).toEqual({
      tables: { 'public.users': 1000, 'shop.orders': 30 },
      note: undefined,
    })
  })

  test('a restore that is broken off, or that the archive makes fail, leaves the database as it was', async () => {
    const { file, note } = await backup()
    await queryOnce(url, 'DELETE FROM shop.orders')
    await expect(restore(file, new AbortController())).rejects.toMatchObject({
      code: 'RESTORE_FAILED',
      message: expect.stringMatching(/broken off\. The database of "mybot" is as it was\.$/),
    })
    // Cut in the data of a table, and noted as if it were whole.
    const cut = newFile()
    const bytes = (await readFile(file)).subarray(0, -2_000)
    await writeFile(cut, bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    await writeFile(notePath(cut), JSON.stringify({ ...note, bytes: bytes.length, sha256 }))
    await expect(restore(cut)).rejects.toMatchObject({
      code: /^(RESTORE_FAILED|RESTORE_MISMATCH|BACKUP_FILE)$/,
    })
    expect(await rowsOf('shop.orders')).toBe(0)
    expect(await leftovers()).toEqual([])
  })

  test('a backup that fails leaves no file and says why', async () => {
    // A table that the bot's role may not read.
    await queryOnce(urlOfDatabase(server.url, names.database), 'CREATE TABLE private (id int)')
    const file = newFile()
    await expect(backup(file)).rejects.toMatchObject({
      code: 'BACKUP_FAILED',
      message: expect.stringMatching(
        /was not saved: pg_dump: error: .*permission denied.* No file was written\.$/,
      ),
    })
    await queryOnce(urlOfDatabase(server.url, names.database), 'DROP TABLE private')
    expect((await readdir(folder)).filter((name) => join(folder, name).startsWith(file))).toEqual([])
    await expect(backup(join(folder, 'no/such/folder.dump'))).rejects.toMatchObject({ code: 'BACKUP_FILE' })
  })
})
