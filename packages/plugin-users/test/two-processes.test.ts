/** Two instances in processes of their own meet one person at the same time. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { expect, inject, onTestFinished, test } from 'vitest'
import { User, users } from '../src/index.js'

const childPath = fileURLToPath(new URL('./race.child.ts', import.meta.url))

test('two processes with 100 simultaneous first messages of one person make one row', async () => {
  const app = createApp({ plugins: [users()] })
  await using bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
  const processes = await Promise.all([startInstance(bot), startInstance(bot)])
  const telegramId = 2 ** 41
  const answers = processes.map((child) => once(child, 'message'))
  for (const child of processes) child.send({ telegramId, times: 50 })
  const remembered = (await Promise.all(answers)).flatMap(
    ([list]) => list as { id: number; isNew: boolean }[],
  )
  expect(remembered).toHaveLength(100)
  expect(new Set(remembered.map(({ id }) => id)).size).toBe(1)
  expect(remembered.filter(({ isNew }) => isNew)).toHaveLength(1)
  const rows = await app.unit(({ session }) => session.repository(User).findAll({ where: { telegramId } }))
  expect(rows.map(({ id }) => id)).toEqual([remembered[0]?.id])
})

async function startInstance(bot: TestBot): Promise<ChildProcess> {
  const child = fork(childPath, {
    execArgv: ['--import', 'tsx'],
    env: { PATH: process.env.PATH, ...bot.env },
    silent: true,
  })
  const told: string[] = []
  child.stderr?.on('data', (chunk) => told.push(String(chunk)))
  onTestFinished(() => void child.kill('SIGKILL'))
  const [word] = await Promise.race([once(child, 'message'), once(child, 'exit')])
  expect(word, told.join('')).toBe('started')
  return child
}
