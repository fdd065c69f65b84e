/** Runs the README: every block of shell, in its order, on one database; what stands below a block as text must be written. */
import { spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestDatabase } from '@hello/core/testing'
import { expect, inject, onTestFinished, test } from 'vitest'

const project = fileURLToPath(new URL('..', import.meta.url))
const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')

/** A block of shell, and the block of text right below it. */
const blocks = [...readme.matchAll(/^```sh\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm)].map(
  ([, line = '', told = '']) => ({ line: line.trim(), told: told.trim().split('\n').filter(Boolean) }),
)

test(`the ${blocks.length} blocks of the README do what it says`, { timeout: 180_000 }, async () => {
  expect(blocks.map(({ line }) => line)).toContain('npx hello dev')
  const folder = await copyProject()
  await using database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  const { PATH = '', HOME = '' } = process.env
  const variables = { PATH, HOME, NO_COLOR: '1', DATABASE_URL: database.url }
  for (const { line, told } of blocks) {
    // It is the one that gets by without a token, and that goes on until it is stopped.
    const isDev = line === 'npx hello dev'
    // The usual port of routes is everybody's, and another bot may take it after hello dev has looked.
    const own: Record<string, string> = isDev
      ? { PORT: await freePort() }
      : { BOT_TOKEN: `123456:${'A'.repeat(35)}` }
    const { code, output } = await run(
      folder,
      line,
      { ...variables, ...own },
      isDev ? patternOf(told) : undefined,
    )
    expect(code, `${line}\n${output}`).toBeOneOf(isDev ? [0, 130] : [0])
    expect(output).toMatch(patternOf(told))
  }
})

/** Of those that the system gives nobody by itself. */
async function freePort(): Promise<string> {
  for (;;) {
    const server = createServer().listen(randomInt(20_000, 32_000))
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    const { port } = server.address() as AddressInfo
    await promisify(server.close.bind(server))()
    return String(port)
  }
}

/** What the bot keeps beside itself (`.hello`) is not that of the developer. */
async function copyProject(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hello-readme-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  for (const name of ['package.json', 'tsconfig.json', 'hello.config.ts', 'src'])
    await cp(join(project, name), join(folder, name), { recursive: true })
  await symlink(join(project, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

/** The lines in their order, with anything between them, and anything for `…`. */
function patternOf(lines: readonly string[]): RegExp {
  const escaped = lines.map((line) =>
    line
      .split('…')
      .map((part) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
      .join('.*'),
  )
  return new RegExp(escaped.map((line) => `^ *${line}.*$`).join('[\\s\\S]*?\\n'), 'm')
}

/** @param until stops the program, as Ctrl-C does, when it has written this */
async function run(folder: string, line: string, env: Record<string, string>, until: RegExp | undefined) {
  const [program = '', ...words] = line
    .replace(/^npx hello/, `${process.execPath} node_modules/@hello/core/dist/cli/main.js`)
    .split(' ')
  const child = spawn(program, words, { cwd: folder, env })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  let isStopped = false
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (isStopped || !until?.test(output)) return
      // Once: a second one does not wait.
      isStopped = child.kill('SIGINT')
    })
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}
