/** The questions, with the prompts that people see, answered by keys. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { CreateError } from '../create-error.js'
import { askForTheRest } from './questions.js'

const enter = '\r'
const down = '\u001b[B'
const ctrlC = '\u0003'

/** A terminal whose person answers each question, as soon as it is asked, with the next of these keys. */
function terminalOf(answers: readonly (readonly [question: string, ...keys: string[]])[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
  const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80, rows: 40 })
  const left = [...answers]
  let shown = ''
  output.on('data', (chunk: Buffer) => {
    shown += chunk.toString()
    const [next] = left
    if (next === undefined || !shown.includes(next[0])) return
    left.shift()
    shown = ''
    for (const key of next.slice(1)) setImmediate(() => input.write(key))
  })
  return { terminal: { input, output }, left }
}

test('asks for what the command line leaves open, and for nothing else', async () => {
  const { terminal, left } = terminalOf([
    ['What shall it be?', down, enter],
    ['Install with pnpm?', enter],
  ])
  const given = { directory: 'my-bot', git: false, yes: false, help: false, version: false }
  expect(await askForTheRest(given, 'pnpm', () => undefined, terminal)).toEqual({
    directory: 'my-bot',
    template: 'minimal',
    git: false,
    install: true,
  })
  expect(left).toEqual([])
})

test('a folder that is in use is refused where it is typed', async () => {
  const { terminal } = terminalOf([
    ['Where shall it be?', 'a', enter],
    ['a is not empty', 'b', enter],
  ])
  const given = {
    template: 'hello',
    git: true,
    install: false,
    yes: false,
    help: false,
    version: false,
  } as const
  const check = (directory: string) => (directory === 'ab' ? undefined : `${directory} is not empty`)
  expect(await askForTheRest(given, 'npm', check, terminal)).toMatchObject({ directory: 'ab' })
})

test('Ctrl-C makes nothing', async () => {
  const { terminal } = terminalOf([['Where shall it be?', ctrlC]])
  const asked = askForTheRest({ yes: false, help: false, version: false }, 'npm', () => undefined, terminal)
  await expect(asked).rejects.toEqual(new CreateError('CANCELLED', 'Nothing was made.'))
})
