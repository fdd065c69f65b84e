/** Runs the built command line as a process of its own, in a project made for the test. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createWorld, startServer } from '@hello/testing'
import { expect, inject, onTestFinished } from 'vitest'
import { databasePasswords } from '../src/config/database-url.js'
import { createTestDatabase } from '../src/testing/index.js'

const fromHere = (path: string) => fileURLToPath(new URL(path, import.meta.url))
// `npm test` builds before it tests: this is what people run.
const cli = fromHere('../dist/cli/main.js')

/** A folder with these files, in which `@hello/core` is installed; gone after the test. */
export async function createProject(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'hello-cli-'))
  onTestFinished(() => rm(directory, { recursive: true, force: true, maxRetries: 5 }))
  await mkdir(join(directory, 'node_modules/@hello'), { recursive: true })
  await symlink(fromHere('..'), join(directory, 'node_modules/@hello/core'))
  await writeFile(join(directory, 'package.json'), '{ "type": "module" }')
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
  return directory
}

/** The config file of a bot with one plugin. `contract` and `behaviour` are source text; `before` stands above them. */
export const configWith = (behaviour = '{}', contract = "{ name: 'only' }", before = '') => `
import { createApp, defineContract, definePlugin } from '@hello/core'
${before}
export default createApp({ plugins: [definePlugin(defineContract(${contract}), ${behaviour})()] })
`

/** A process that runs. */
export interface RunningProcess {
  readonly child: ChildProcess
  /** Everything that it has written so far, to standard output and standard error. */
  readonly output: string
  readonly stderr: string
  /** Resolves with the first match in what it writes. Rejects when the process ends without one. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  /** Resolves with the exit code, or with the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>
}

/** Starts `hello` with these arguments; a bare environment but for `env`. It is killed after the test if it still runs. */
export function startCli(
  args: readonly string[],
  { cwd, env = {}, nodeArgs = [] }: { cwd: string; env?: Record<string, string>; nodeArgs?: string[] },
): RunningProcess {
  return startNode([...nodeArgs, cli, ...args], cwd, env)
}

/** Starts Node with these arguments. */
export function startNode(
  args: readonly string[],
  cwd: string,
  env: Record<string, string> = {},
): RunningProcess {
  const { PATH = '', HOME = '' } = process.env
  const child = spawn(process.execPath, args, { cwd, env: { PATH, HOME, NO_COLOR: '1', ...env } })
  const written = { stdout: '', stderr: '', all: '' }
  const waiting = new Set<() => void>()
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
      written.all += text
      for (const look of waiting) look()
    })
  }
  const ended = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? (signal as NodeJS.Signals)))
  })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await ended
    // Of every process of every test: whatever it did, it has told nobody its secrets.
    for (const secret of secretsIn(env)) expect(written.all, 'a secret was written').not.toContain(secret)
  })
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(written.all)
        if (found === null) return
        waiting.delete(look)
        resolve(found)
      }
      waiting.add(look)
      look()
      void ended.then((code) =>
        reject(new TypeError(`It ended with ${code} and never said ${pattern}:\n${written.all}`)),
      )
    })
  return {
    child,
    ended,
    says,
    get output() {
      return written.all
    },
    get stderr() {
      return written.stderr
    },
  }
}

/** The token, the part of it that must stay hidden, the password of the database, the webhook's secret, and what plugins have by a name that says so. */
export function secretsIn({
  BOT_TOKEN: token = '',
  DATABASE_URL: url = '',
  WEBHOOK_SECRET: secret = '',
  ...others
}: Record<string, string>) {
  const isToken = /^\d+:[A-Za-z0-9_-]{30,}$/.test(token)
  const all = [
    ...(isToken ? [token, token.slice(token.indexOf(':') + 1)] : []),
    ...databasePasswords(url),
    secret,
    ...Object.entries(others).flatMap(([name, value]) =>
      /(KEY|SECRET|PASSWORD)$/.test(name) ? [value] : [],
    ),
  ]
  return all.filter(({ length }) => length >= 8)
}

/** Runs `hello` to its end. */
export async function runCli(
  args: readonly string[],
  options: Parameters<typeof startCli>[1],
): Promise<{ exitCode: number | NodeJS.Signals; output: string; stderr: string }> {
  const running = startCli(args, options)
  const exitCode = await running.ended
  return { exitCode, output: running.output, stderr: running.stderr }
}

/** A Telegram and an empty database, with the variables that point at them. */
export async function createSurroundings() {
  const world = createWorld()
  const bot = world.createBot({ username: 'hello_cli_bot', firstName: 'Hello' })
  const server = await startServer(world, { defaults: { bot } })
  onTestFinished(() => server.stop())
  const database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  onTestFinished(() => database.drop())
  const env = {
    BOT_TOKEN: bot.token,
    DATABASE_URL: database.url,
    TELEGRAM_API_ROOT: server.apiRoot,
    MIGRATE: 'auto',
    // Tests run side by side, and all would have the one of production.
    HEALTH_PORT: 'off',
  }
  return { world, bot, server, database, env }
}
