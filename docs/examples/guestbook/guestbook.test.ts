import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp } from '@hello/core'
import { runTestCommand, startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { guestbook } from './guestbook.js'

let bot: TestBot
let folder: string
beforeAll(async () => {
  bot = await startTestBot(createApp({ plugins: [guestbook()] }), { postgresUrl: inject('postgresUrl') })
  folder = await mkdtemp(join(tmpdir(), 'guestbook-'))
})
afterAll(async () => {
  await bot?.stop()
  await rm(folder, { recursive: true, force: true })
})

// #region test
test('what is imported can be exported, with who has signed', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/sign')
  await alice.sees('You are in the guest book.')
  const file = join(folder, 'names')
  await writeFile(file, 'Bob\nCarol\n')
  const { notes } = await runTestCommand(bot, ['guestbook', 'import', file, '--yes'])
  expect(notes).toContain('2 guests were read.')
  const { lines } = await runTestCommand(bot, ['guestbook', 'export'])
  expect(lines.map((line) => JSON.parse(line).name)).toEqual(['Alice', 'Bob', 'Carol'])
})
// #endregion

test('more than one unit of work is read and written', async () => {
  const file = join(folder, 'many')
  await writeFile(file, Array.from({ length: 2_345 }, (_, index) => `Guest ${index}`).join('\n'))
  await runTestCommand(bot, ['guestbook', 'import', file], { answer: true })
  const { lines } = await runTestCommand(bot, ['guestbook', 'export', '--from', '4'])
  expect(lines).toHaveLength(2_345)
})

test('nothing is imported where it is not confirmed, or a line is too long', async () => {
  const file = join(folder, 'long')
  await writeFile(file, 'x'.repeat(101))
  const importing = (options?: { answer: boolean }) =>
    runTestCommand(bot, ['guestbook', 'import', file], options)
  await expect(importing()).rejects.toMatchObject({ code: 'CONFIRM_REQUIRED' })
  await expect(importing({ answer: true })).rejects.toMatchObject({ code: 'USAGE' })
})
