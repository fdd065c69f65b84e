/**
 * Command lines as nobody should write them: each row is refused in one line, without a stack, with its code and exit
 * code 64. What a command itself cannot take stands beside its tests; names of bots beside those of `hello db`.
 */
import { expect, test } from 'vitest'
import { configWith, createProject, createSurroundings, runCli } from './cli.fixture.js'

/** [row, command line, what is said] */
const rows: [string, string[], RegExp][] = [
  ['no command', [], /^USAGE: Say what to do\. See hello --help\n$/],
  ['an unknown command', ['strat'], /^USAGE: .*Did you mean start\?/],
  ['an unknown command that is like no other', ['frobnicate'], /^USAGE: Unknown argument: frobnicate/],
  ['an unknown command below one', ['migrate', 'upp'], /^USAGE: .*Did you mean up\?/],
  ['an unknown option', ['migrate', 'up', '--dry-rnu'], /^USAGE: .*Did you mean --dry-run\?/],
  ['an option of another command', ['start', '--yes'], /^USAGE: Unknown argument: yes\./],
  ['a missing value', ['migrate', 'up', '--to'], /^USAGE: Not enough arguments following: to\./],
  [
    'a missing argument',
    ['updates', 'show'],
    /^USAGE: Not enough non-option arguments: got 0, need at least 1\./,
  ],
  [
    'an option twice',
    ['migrate', 'up', '--to', 'a/1', '--to', 'b/2'],
    /^USAGE: --to is given twice; give it once\./,
  ],
  ['a word too many', ['start', 'now'], /^USAGE: Unknown/],
  ['-- before an option', ['start', '--', '--port'], /^USAGE: Unknown argument: --\./],
  ['-- before a command', ['--', 'start'], /^USAGE: Unknown argument: --\./],
  ['a question that nobody can answer', ['migrate', 'down'], /^CONFIRM_REQUIRED: .*--yes/],
  ['something destructive without --yes', ['migrate', 'baseline'], /^CONFIRM_REQUIRED: .*--yes/],
  [
    'a token as an argument',
    ['start', '--bot-token', `123456:${'a'.repeat(35)}`],
    /^USAGE: .*BOT_TOKEN.*_FILE/,
  ],
  ['a token anywhere', ['start', `123456:${'a'.repeat(35)}`], /^USAGE: A token/],
  [
    'a password in a URL',
    ['migrate', 'up', '--to', 'postgres://me:long-password@host/db'],
    /^USAGE: A token/,
  ],
]

test.each(rows)('%s', async (row, args, message) => {
  const config = configWith('{}', "{ name: 'only', migrations: [one] }", only)
  const cwd = await createProject({ 'hello.config.js': config })
  const { env } = await createSurroundings()
  if (row.includes('question')) await runCli(['migrate', 'up'], { cwd, env: { ...env, LOG_LEVEL: 'silent' } })
  const { exitCode, stderr, output } = await runCli(args, { cwd, env: { ...env, LOG_LEVEL: 'silent' } })
  expect(stderr).toMatch(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
  expect(output).not.toContain('a'.repeat(35))
  expect(output).not.toContain('long-password')
  expect(exitCode).toBe(64)
})

const only = `import { defineMigration } from '@hello/core'
const one = defineMigration({ name: '0001-one', up: ({ sql }) => sql\`SELECT 1\`, down: ({ sql }) => sql\`SELECT 1\` })`

test('outside of a project', async () => {
  const { exitCode, stderr } = await runCli(['start'], { cwd: await createProject({}) })
  expect(stderr).toMatch(/^NOT_A_PROJECT: There is no hello\.config\.ts.*--cwd\.\n$/)
  expect(exitCode).toBe(64)
})

test('a Node that is too old', async () => {
  const cwd = await createProject({
    'hello.config.js': configWith(),
    'old.mjs':
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.8' } })",
  })
  const { exitCode, stderr } = await runCli(['start'], { cwd, nodeArgs: ['--import', './old.mjs'] })
  expect(stderr).toMatch(/^NODE_VERSION: Hello needs Node 20\.19 or newer, and this is Node 18\.20\.8\..*\n$/)
  expect(exitCode).toBe(64)
})

test('TypeScript alone, where nothing can read it', async () => {
  const hook = `export const resolve = (name, context, next) => {
    if (!name.startsWith('tsx')) return next(name, context)
    throw Object.assign(new Error("Cannot find package 'tsx'"), { code: 'ERR_MODULE_NOT_FOUND' })
  }`
  const cwd = await createProject({
    'hello.config.ts': configWith(),
    'hook.mjs': hook,
    'hide.mjs': "import { register } from 'node:module'\nregister('./hook.mjs', import.meta.url)",
  })
  const { exitCode, stderr } = await runCli(['start'], { cwd, nodeArgs: ['--import', './hide.mjs'] })
  expect(stderr).toMatch(/^BUILD_MISSING: .*hello\.config\.ts.*hello build.*\n$/)
  expect(exitCode).toBe(64)
})
