/** `hello migrate`: the schema brought up and back, looked at, corrected, and added to. */
import { readFile, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { createProject, createSurroundings, runCli, startCli } from './cli.fixture.js'

const notes = (second = '') => `
import { createApp, defineContract, defineMigration, definePlugin } from '@hello/core'
import { AllowNull, Column, DataType, Model, PrimaryKey, Table } from '@hello/core/models'
class Note extends Model {}
Column(DataType.BIGINT)(Note.prototype, 'id'); PrimaryKey(Note.prototype, 'id')
Column(DataType.TEXT)(Note.prototype, 'text'); AllowNull(false)(Note.prototype, 'text')
Table({ tableName: 'notes_notes', timestamps: false })(Note)
const first = defineMigration({
  name: '0001-create-notes',
  up: ({ sql }) => sql\`CREATE TABLE notes_notes (id bigint PRIMARY KEY, text text NOT NULL)\`,
  down: ({ sql }) => sql\`DROP TABLE notes_notes\`,
})
const tags = defineMigration({
  name: '0001-create-tags',
  up: ({ sql }) => sql\`CREATE TABLE tags_tags (id bigint PRIMARY KEY)\`,
})
const plugin = definePlugin(defineContract({ name: 'notes', models: [Note], migrations: [first, ${second}] }), {})
export default createApp({ plugins: [plugin(), definePlugin(defineContract({ name: 'tags', migrations: [tags] }), {})()] })
`
const addColour = `defineMigration({
  name: '0002-add-colour',
  up: ({ sql }) => sql\`ALTER TABLE notes_notes ADD COLUMN colour text\`,
  down: ({ sql }) => sql\`ALTER TABLE notes_notes DROP COLUMN colour\`,
})`

async function setUp(config = notes()) {
  const { env, database } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.js': config })
  const { BOT_TOKEN: _, ...others } = env
  // Who looks after a schema need not have the token.
  const settings = { ...others, LOG_LEVEL: 'silent' }
  const hello = (...args: string[]) => runCli(['migrate', ...args], { cwd, env: settings })
  const startAloud = (...args: string[]) =>
    startCli(['migrate', ...args], { cwd, env: { ...settings, LOG_LEVEL: 'info' } })
  const query = async (text: string) => {
    const client = new pg.Client(database.url)
    await client.connect()
    try {
      return (await client.query(text)).rows
    } finally {
      await client.end()
    }
  }
  return { cwd, hello, startAloud, query, databaseUrl: database.url }
}

test('a terminal session: status, plan, up, a second migration and back', async () => {
  const { hello, query } = await setUp(notes(addColour))
  const fresh = await hello('status')
  expect(fresh.output).toMatch(/pending {3}notes\/0001-create-notes\n/)
  expect(fresh.exitCode).toBe(1)
  const plan = await hello('plan', '--plugin', 'notes', '--sql')
  expect(plan.output).toContain('-- notes/0001-create-notes\nCREATE TABLE notes_notes')
  expect(plan.output).not.toContain('tags')
  const dry = await hello('up', '--dry-run')
  expect(dry.output).toContain('-- tags/0001-create-tags\nCREATE TABLE tags_tags')
  expect(await query("SELECT to_regclass('hello_migrations') AS log")).toEqual([{ log: null }])
  const first = await hello('up', '--to', 'notes/0001-create-notes')
  expect(first.output).toMatch(/notes\/0001-create-notes\n\d+ applied\.\n$/)
  expect((await hello('up', '--plugin', 'notes')).output).toBe('notes/0002-add-colour\n1 applied.\n')
  expect((await hello('status')).output).toMatch(
    /applied {3}notes\/0002-add-colour +\d{4}-\d\d-\d\dT\S+Z {2}\d+ ms\npending {3}tags\/0001-create-tags\n1 pending, 0 wrong\. Run: hello migrate up\n/,
  )
  expect(await hello('up')).toMatchObject({ exitCode: 0, output: 'tags/0001-create-tags\n1 applied.\n' })
  expect(await hello('up')).toMatchObject({ exitCode: 0, output: 'Nothing is pending.\n' })
  expect(await hello('status')).toMatchObject({ exitCode: 0 })
  const asked = await hello('down', '--plugin', 'notes')
  expect(asked.stderr).toMatch(/^CONFIRM_REQUIRED: What notes\/0002-add-colour made is removed.*--yes/)
  expect(asked.exitCode).toBe(64)
  expect((await hello('down', '--plugin', 'notes', '--dry-run')).output).toContain('DROP COLUMN colour;')
  expect((await hello('down', '--to', 'notes/0001-create-notes', '--yes')).output).toBe(
    'notes/0002-add-colour\n1 undone.\n',
  )
  const back = await query(
    "SELECT column_name FROM information_schema.columns WHERE table_name = 'notes_notes'",
  )
  expect(back).toHaveLength(2)
})

test('with --json a program can read what is found, and what is refused', async () => {
  const { hello } = await setUp(notes(addColour))
  const up = await hello('up', '--json')
  expect(JSON.parse(up.output)).toMatchObject({
    ok: true,
    applied: expect.arrayContaining(['notes/0002-add-colour']),
  })
  const status = JSON.parse((await hello('status', '--json')).output)
  expect(status).toMatchObject({ ok: true, pending: [], problems: [], orphaned: [] })
  expect(status.applied.at(-1)).toMatchObject({
    durationMs: expect.any(Number),
    appliedAt: expect.any(String),
  })
  const unknown = await hello('down', '--to', 'notes/0009-none', '--json')
  expect(JSON.parse(unknown.output)).toMatchObject({ ok: false, error: { code: 'MIGRATION_TARGET' } })
  expect(unknown.exitCode).toBe(1)
  expect(JSON.parse((await hello('up', '--plugin', 'none', '--json')).output)).toMatchObject({
    error: { code: 'MIGRATION_TARGET' },
  })
})

test('verify says where models and tables differ, each in a sentence', async () => {
  const { hello, query } = await setUp()
  expect(await hello('verify')).toMatchObject({
    exitCode: 1,
    output: expect.stringContaining('MIGRATION_PENDING'),
  })
  await hello('up')
  expect(await hello('verify')).toMatchObject({
    exitCode: 0,
    output: 'Database, migrations and models agree.\n',
  })
  await query(
    'ALTER TABLE notes_notes ALTER id TYPE integer, ALTER text DROP NOT NULL, ADD owner bigint NOT NULL',
  )
  const changed = await hello('verify')
  expect(changed.output).toBe(
    `Plugin "notes", model Note: notes_notes.id is integer, and the model has bigint.
Plugin "notes", model Note: notes_notes.text may be NULL, and in the model it may not.
Plugin "notes", model Note: notes_notes.owner must have a value and has no default, and the model does not know it.
`,
  )
  expect(changed.exitCode).toBe(1)
  await query('ALTER TABLE notes_notes DROP text, DROP CONSTRAINT notes_notes_pkey, DROP owner')
  expect((await hello('verify')).output).toMatch(
    /id is not in the primary key[\s\S]*no column notes_notes\.text/,
  )
  await query('DROP TABLE notes_notes')
  expect((await hello('verify')).output).toMatch(/there is no table notes_notes\./)
})

test('repair accepts a changed migration, and baseline one that a database already has', async () => {
  const { hello, query, cwd } = await setUp(notes(addColour))
  await query('CREATE TABLE notes_notes (id bigint PRIMARY KEY, text text NOT NULL)')
  expect((await hello('up')).stderr).toMatch(/^MIGRATION_FAILED: .*already exists/)
  expect((await hello('baseline', '--to', 'notes/0001-create-notes')).exitCode).toBe(64)
  const baseline = await hello('baseline', '--to', 'notes/0001-create-notes', '--yes')
  expect(baseline.output).toBe('notes/0001-create-notes\n1 taken as applied.\n')
  expect((await hello('up')).output).toContain('notes/0002-add-colour\n')
  await writeFile(
    join(cwd, 'hello.config.js'),
    notes(addColour.replace('ADD COLUMN colour text', 'ADD colour varchar')),
  )
  const changed = await hello('up')
  expect(changed.stderr).toMatch(/^MIGRATION_CHANGED: .*hello migrate repair/)
  expect((await hello('repair')).stderr).toMatch(/CONFIRM_REQUIRED/)
  expect((await hello('repair', '--yes')).output).toBe('notes/0002-add-colour\n1 repaired.\n')
  expect(await hello('status')).toMatchObject({ exitCode: 0 })
})

test('a database that is ahead or out of order is let through by the flags that the messages name', async () => {
  const { hello, cwd } = await setUp(notes(addColour))
  await hello('up')
  await writeFile(join(cwd, 'hello.config.js'), notes())
  expect((await hello('up')).stderr).toMatch(/^MIGRATION_AHEAD: .*--allow-ahead/)
  expect(await hello('up', '--allow-ahead')).toMatchObject({ exitCode: 0 })
  expect(await hello('status', '--allow-ahead')).toMatchObject({ exitCode: 0 })
  const between = addColour.replace('0002-add-colour', '0001-a-first')
  await writeFile(
    join(cwd, 'hello.config.js'),
    notes(`${addColour}, ${between.replaceAll('colour', 'shade')}`),
  )
  expect((await hello('up')).stderr).toMatch(/^MIGRATION_OUT_OF_ORDER: .*--allow-out-of-order/)
  expect((await hello('up', '--allow-out-of-order')).output).toBe('notes/0001-a-first\n1 applied.\n')
})

test('who waits for the lock is told who holds it', async () => {
  const { startAloud, databaseUrl } = await setUp()
  const other = new pg.Client({ connectionString: databaseUrl })
  await other.connect()
  onTestFinished(() => other.end())
  await other.query("SET application_name = 'the other one'")
  await other.query('SELECT pg_advisory_lock(1296648018, hashtext(current_database()))')
  const waiting = startAloud('up')
  await waiting.says(/waiting for another process that migrates.*"pid":\d+,"applicationName":"the other one"/)
  await other.query('SELECT pg_advisory_unlock_all()')
  expect(await waiting.ended).toBe(0)
})

test('five processes migrate one empty database at once: each migration is applied once, and all end well', async () => {
  const { hello, query } = await setUp(notes(addColour))
  const ends = await Promise.all(Array.from({ length: 5 }, () => hello('up')))
  expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0])
  const applied = ends.flatMap(({ output }) => output.split('\n').filter((line) => line.includes('/')))
  expect(new Set(applied).size).toBe(applied.length)
  expect(await query('SELECT count(*)::int AS count FROM hello_migrations')).toEqual([
    { count: applied.length },
  ])
})

const typescript = dirname(dirname(createRequire(import.meta.url).resolve('typescript')))

test('create writes a typed migration with the next number and registers it, wherever the list stands', async () => {
  const inline = (name: string, list: string, before = '') =>
    `import { defineContract, defineMigration, definePlugin } from '@hello/core'\n${before}\nexport const ${name} = definePlugin(defineContract({ name: '${name}'${list} }), {})\n`
  const cwd = await createProject({
    'hello.config.ts': `import { createApp } from '@hello/core'
import { bare } from './src/bare.js'
import { listed } from './src/listed.js'
import { far } from './src/far.js'
export default createApp({ plugins: [bare(), listed(), far()] })\n`,
    'src/bare.ts': inline('bare', ''),
    'src/listed.ts': inline(
      'listed',
      ', migrations: [one]',
      "const one = defineMigration({ name: '0001-one', up: ({ sql }) => sql`SELECT 1` })",
    ),
    'src/far.ts': inline('far', ', migrations', "import { migrations } from './far-migrations.js'"),
    'src/far-migrations.ts': 'export const migrations = []\n',
  })
  await symlink(typescript, join(cwd, 'node_modules/typescript'))
  for (const plugin of ['bare', 'listed', 'far']) {
    const { exitCode, output } = await runCli(['migrate', 'create', plugin, 'add-birthday'], { cwd })
    expect(output).toMatch(/src\/migrations\/[a-z-]*000[12]-add-birthday\.ts is written, and stands in src\//)
    expect(exitCode).toBe(0)
    // The next one must not have the file of this one.
    if (plugin !== 'bare') continue
    await runCli(['migrate', 'create', plugin, 'add-name'], { cwd })
  }
  expect(await readFile(join(cwd, 'src/bare.ts'), 'utf8')).toContain('migrations: [addBirthday, addName]')
  expect(await readFile(join(cwd, 'src/listed.ts'), 'utf8')).toContain('migrations: [one, addBirthday]')
  const { env } = await createSurroundings()
  const plan = await runCli(['migrate', 'plan'], { cwd, env })
  expect(plan.output, plan.stderr).toMatch(
    /bare\/0001-add-birthday\nbare\/0002-add-name\nlisted\/0001-one\nlisted\/0002-add-birthday\nfar\/0001-add-birthday\n/,
  )
})

test.each([
  ['notes', 'Add Birthday', 'USAGE', /lower-case words joined by hyphens/],
  ['none', 'add-birthday', 'USAGE', /no plugin "none" \(found: notes, tags\)/],
  ['notes', 'add-birthday', 'MIGRATION_CREATE', /TypeScript, which is not installed/],
])('create %s %j is refused with %s', async (plugin, name, code, message) => {
  const cwd = await createProject({ 'hello.config.js': notes() })
  const { exitCode, stderr } = await runCli(['migrate', 'create', plugin, name], { cwd })
  expect(stderr).toMatch(message)
  expect(stderr.startsWith(`${code}: `)).toBe(true)
  expect(exitCode).toBe(64)
})
