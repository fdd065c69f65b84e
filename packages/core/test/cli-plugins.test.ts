/** Commands that plugins add to `hello`: what they are given, how they end, and that the app around them does not run. */
import { once } from 'node:events'
import pg from 'pg'
import { expect, test } from 'vitest'
import { configWith, createProject, createSurroundings, runCli, startCli } from './cli.fixture.js'

const contract = `{
  name: 'shop',
  options: z.object({ currency: z.string().default('EUR') }),
  updateServices: { sales: class { constructor({ session }) { this.session = session } count() {
    return this.session.sql\`SELECT count(*)::int AS count FROM shop_sales\`.then(([row]) => row.count)
  } } },
  migrations: [defineMigration({
    name: '0001-create-sales',
    up: ({ sql }) => sql\`CREATE TABLE shop_sales (id int PRIMARY KEY)\`,
  })],
}`
const before = `import { defineMigration, UsageError, z } from '@hello/core'`
const behaviour = `{
  start() { throw new Error('The plugin was started') },
  cli: (command) => [
    command('seed [count]', {
      describe: 'Fill the shop',
      examples: [['shop seed 3', 'Three sales']],
      builder: (yargs) => yargs
        .positional('count', { type: 'number', default: 2 })
        .option('fail', { type: 'string', requiresArg: true, describe: 'How it fails' }),
      async handle({ args, unit, print, note, progress, options, services, signal }) {
        services.logger.warn('Seeding')
        const bar = progress(args.count, 'sales')
        await unit(async ({ session }) => {
          for (let id = 1; id <= args.count; id++) {
            await session.sql\`INSERT INTO shop_sales (id) VALUES (\${id})\`
            bar.advance()
          }
          if (args.fail === 'usage') throw new UsageError('USAGE', 'Not so.')
          if (args.fail === 'error') throw new TypeError('It broke')
        })
        note('Working')
        await print(\`\${await unit(({ sales }) => sales.count())} sales in \${options.currency}\`)
        if (args.fail === 'code') return 7
      },
    }),
    command('wait', {
      describe: 'Wait for its end',
      async handle({ note, signal }) {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve)
          note('Waiting')
        })
        // A timer that a service forgot keeps no command alive.
        setInterval(() => undefined, 1_000)
      },
    }),
    command('drop', { describe: 'Ask first', handle: ({ confirm }) => confirm('All sales go.') }),
    command('flood', {
      describe: 'Print without end',
      async handle({ print }) {
        for (let line = 0; ; line++) await print('x'.repeat(1000))
      },
    }),
  ],
}`

const files = { 'hello.config.js': configWith(behaviour, contract, before) }

test('a command has the database, the services and the options of its plugin, in an app that is not started', async () => {
  const { env, world, database } = await createSurroundings()
  const cwd = await createProject(files)
  const { exitCode, output, stderr } = await runCli(['shop', 'seed', '3'], { cwd, env })
  expect(exitCode, output).toBe(0)
  expect(output.replace(stderr, '')).toContain('3 sales in EUR\n')
  expect(stderr).toMatch(/Seeding[\s\S]*Working/)
  expect(world.bots[0]?.calls ?? []).toEqual([])
  const client = new pg.Client(database.url)
  await client.connect()
  const { rows } = await client.query('SELECT count(*)::int AS count FROM shop_sales')
  await client.end()
  expect(rows).toEqual([{ count: 3 }])
})

test.each([
  ['usage', 64, /^USAGE: Not so\.$/m],
  ['error', 1, /^Error: It broke$/m],
  ['code', 7, /Working/],
])('one that fails (%s) ends with exit code %d', async (how, code, message) => {
  const { env } = await createSurroundings()
  const cwd = await createProject(files)
  const { exitCode, stderr } = await runCli(['shop', 'seed', '--fail', how], { cwd, env })
  expect(stderr).toMatch(message)
  expect(exitCode).toBe(code)
})

test('Ctrl-C is told to it, and it ends with 130 however it was left', async () => {
  const { env } = await createSurroundings()
  const cwd = await createProject(files)
  const running = startCli(['shop', 'wait'], { cwd, env })
  await running.says(/Waiting/)
  running.child.kill('SIGINT')
  expect(await running.ended).toBe(130)
})

test('what cannot be undone is refused where nobody can be asked', async () => {
  const { env } = await createSurroundings()
  const { exitCode, stderr } = await runCli(['shop', 'drop'], { cwd: await createProject(files), env })
  expect(stderr).toMatch(/^CONFIRM_REQUIRED: All sales go\. Add --yes to do it\.$/m)
  expect(exitCode).toBe(64)
})

test('a reader that goes away ends it, and well', async () => {
  const { env } = await createSurroundings()
  const running = startCli(['shop', 'flood'], { cwd: await createProject(files), env })
  await once(running.child.stdout as NonNullable<typeof running.child.stdout>, 'data')
  running.child.stdout?.destroy()
  expect(await running.ended).toBe(0)
  expect(running.stderr).not.toMatch(/error|EPIPE/i)
})

test('hello --help lists them where there is an app, and says why not where it does not load', async () => {
  const cwd = await createProject(files)
  const { output } = await runCli(['--help'], { cwd })
  expect(output).toMatch(/hello shop\s+Commands of the plugin shop: seed, wait, drop/)
  const own = await runCli(['shop', '--help'], { cwd })
  expect(own.output).toMatch(/hello shop seed \[count\]\s+Fill the shop/)
  const one = await runCli(['shop', 'seed', '--help'], { cwd })
  expect(one.output).toMatch(/--fail[\s\S]*shop seed 3\s+Three sales/)
  const broken = await createProject({ 'hello.config.js': 'export default {}' })
  const help = await runCli(['--help'], { cwd: broken })
  expect(help.output).toMatch(/hello start[\s\S]*commands of plugins are not listed/)
  expect(help.stderr).toMatch(/^NOT_A_PROJECT: /)
  expect(help.exitCode).toBe(0)
  const unknown = await runCli(['shop', 'seed'], { cwd: broken })
  expect(unknown.stderr).toMatch(/^USAGE: .*\nNOT_A_PROJECT: .*\n$/)
  expect(unknown.exitCode).toBe(64)
})

test.each([
  ['nothing', "{ cli: () => 'seed' }", "{ name: 'shop' }", /cli\(\) gave something else/],
  [
    'an odd name',
    "{ cli: (c) => [c('Seed', { describe: 'x', handle() {} })] }",
    "{ name: 'shop' }",
    /called "Seed"/,
  ],
  [
    'one name twice',
    "{ cli: (c) => ['a', 'a <b>'].map((name) => c(name, { describe: 'x', handle() {} })) }",
    "{ name: 'shop' }",
    /two commands of hello called "a"/,
  ],
  [
    'the name of one of core',
    "{ cli: (c) => [c('a', { describe: 'x', handle() {} })] }",
    "{ name: 'migrate' }",
    /Rename the plugin/,
  ],
])('%s as commands is refused with CLI_INVALID', async (_what, given, ofContract, message) => {
  const cwd = await createProject({ 'hello.config.js': configWith(given, ofContract) })
  const { stderr } = await runCli(['shop', 'a'], { cwd })
  expect(stderr).toMatch(/^CLI_INVALID: /m)
  expect(stderr).toMatch(message)
})
