/** `hello dev` while its sources change: the bot is another process then, and chat, page and database are the same. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import {
  configWith,
  createProject,
  createSurroundings,
  type RunningProcess,
  startCli,
} from './cli.fixture.js'

// Says what another module says, and which process it is.
const config = configWith(
  `{
    start: () => console.log('bot process ' + process.pid + '.'),
    commands: {
      hi: { description: 'Hi', handle: (ctx) => ctx.outbox.reply(answer) },
      fall: { description: 'Fall', handle: () => void setImmediate(() => { throw new TypeError('it fell') }) },
    },
  }`,
  "{ name: 'only' }",
  "import { answer } from './src/answer.js'",
)
const saying = (answer: string) => `export const answer: string = '${answer}'\n`

interface Development {
  readonly hello: RunningProcess
  /** Of the bot's process, the latest one. */
  pid(): number
  /** Replaces the module that has the answer. */
  change(text: string): Promise<void>
  /** Resolves when the bot has said it so many times. */
  says(text: string, times?: number): Promise<unknown>
  send(text: string): Promise<unknown>
  /** Resolves when this is the whole of the chat. */
  chatIs(...texts: string[]): Promise<void>
}

async function develop(...args: string[]): Promise<Development> {
  const { env } = await createSurroundings()
  const cwd = await createProject({ 'hello.config.ts': config, 'src/answer.ts': saying('one') })
  const hello = startCli(['dev', ...args], { cwd, env: { DATABASE_URL: env.DATABASE_URL } })
  const [, page] = await hello.says(/Chat with the bot: (http:\/\/127\.0\.0\.1:\d+\/)\n/)
  await hello.says(/Ready in/)
  const pid = () => Number([...hello.output.matchAll(/bot process (\d+)\./g)].at(-1)?.[1])
  // Of the processes that the test leaves behind where it fails.
  onTestFinished(() => {
    if (isAlive(pid())) process.kill(pid(), 'SIGKILL')
  })
  return {
    hello,
    pid,
    change: (text) => writeFile(join(cwd, 'src/answer.ts'), text),
    says: (text, times = 1) => hello.says(new RegExp(`(${text}[\\s\\S]*){${times}}`)),
    send: (text) =>
      fetch(`${page}control/say`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ text }),
      }),
    chatIs: (...texts) => expect.poll(() => textsOf(page as string), { timeout: 15_000 }).toEqual(texts),
  }
}

test('a change is answered with, in the same chat; one that does not start is told, and mended by the next', async () => {
  const { hello, pid, change, says, send, chatIs } = await develop()
  await send('/hi')
  await chatIs('/hi', 'one')
  const first = pid()

  await change(saying('two'))
  await says('The bot runs again')
  expect(pid()).not.toBe(first)
  await expect.poll(() => isAlive(first)).toBe(false)
  await send('/hi')
  await chatIs('/hi', 'one', '/hi', 'two')

  await change("export const answer: string = 'three',,\n")
  await says('The bot has not started\\. The next change of a source file starts it again\\.')
  expect(hello.output).toMatch(/src[\\/]answer\.ts has changed: starting the bot again …/)
  expect(hello.stderr).toMatch(/answer\.ts:1:\d+: ERROR: /)
  expect(hello.stderr).not.toMatch(/^ +at /m)
  // Waits in the local Telegram.
  await send('/hi')
  await change(saying('four'))
  await says('The bot runs again', 2)
  await chatIs('/hi', 'one', '/hi', 'two', '/hi', 'four')

  hello.child.kill('SIGINT')
  expect(await hello.ended).toBe(0)
  expect(hello.stderr).toMatch(/Stopping …\nStopped\.\n$/)
  expect(isAlive(pid())).toBe(false)
})

test('a fault ends the bot and not hello dev; the next change starts it again', async () => {
  const { hello, pid, change, says, send, chatIs } = await develop()
  const first = pid()
  await send('/fall')
  await says('it fell')
  await says('The bot has ended with exit code 1\\. The next change of a source file starts it again\\.')
  expect(isAlive(first)).toBe(false)
  await send('/hi')
  await change(saying('two'))
  await says('The bot runs again')
  await chatIs('/fall', '/hi', 'two')
  hello.child.kill('SIGTERM')
  expect(await hello.ended).toBe(0)
})

test('where hello dev is killed, its bot ends as well', async () => {
  const { hello, pid } = await develop()
  expect(pid()).not.toBe(hello.child.pid)
  hello.child.kill('SIGKILL')
  expect(await hello.ended).toBe('SIGKILL')
  await expect.poll(() => isAlive(pid()), { timeout: 10_000 }).toBe(false)
})

test('with --no-watch there is one process', async () => {
  const { hello, pid, send, chatIs } = await develop('--no-watch')
  expect(pid()).toBe(hello.child.pid)
  await send('/hi')
  await chatIs('/hi', 'one')
  hello.child.kill('SIGINT')
  expect(await hello.ended).toBe(0)
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

async function textsOf(page: string): Promise<string[]> {
  const { messages } = (await (await fetch(`${page}control/transcript`)).json()) as {
    messages: { text: string }[]
  }
  return messages.map(({ text }) => text)
}
