/** What an author is told who forgot an `await`: the statement, the line of their own file, and which handler of which plugin it was. */
import { expect, test } from 'vitest'
import { createApp, type DatabaseSession, defineContract, definePlugin } from '../src/index.js'
import { startBot } from './lifecycle.fixture.js'

// Slow, so that it is still under way when the handler returns; its own rejection is no part of the test.
const forget = (session: DatabaseSession) => {
  session.sql`SELECT pg_sleep(0.2) AS forgotten`.catch(() => undefined)
}

const hurried = definePlugin(defineContract({ name: 'hurried' }), {
  commands: {
    hurry: { description: 'Leave too soon', handle: (ctx) => forget(ctx.services.session) },
  },
  callbacks: { hurry: { handle: (ctx) => forget(ctx.services.session) } },
  handlers: {
    updates: ['message'],
    install: (bot) => bot.on('message', (ctx) => forget(ctx.services.session)),
  },
})

test('the log names the statement, the author’s own lines, the plugin, its handler and the update', async () => {
  const bot = await startBot(createApp({ plugins: [hurried()] }))
  bot.createPerson({ firstName: 'Alice' }).sends('/hurry')
  const [line] = await failuresOf(bot, 1)
  expect(line).toMatchObject({ plugin: 'hurried', handler: '/hurry', updateId: expect.any(Number) })
  expect(line?.err.message).toBe(
    'The handler returned while 1 of its queries had no answer yet (SELECT pg_sleep(?) AS forgotten); nothing was kept. Await every query.',
  )
  expect(line?.err.stack.split('\n').slice(1)).toEqual([
    expect.stringMatching(/^ +at forget \(.*forgotten-await\.test\.ts:8:\d+\)$/),
    expect.stringMatching(/^ +at .*handle .*forgotten-await\.test\.ts:13:\d+\)$/),
  ])
})

test('handlers are told from commands', async () => {
  const bot = await startBot(createApp({ plugins: [hurried()] }))
  bot.createPerson({ firstName: 'Alice' }).sends('hello')
  expect(await failuresOf(bot, 1)).toMatchObject([{ plugin: 'hurried', handler: 'handlers' }])
})

test('in production the statement is named, and no stack is kept for it', async () => {
  const bot = await startBot(createApp({ plugins: [hurried()] }), {
    env: { ENVIRONMENT: 'production', MIGRATE: 'auto' },
  })
  bot.createPerson({ firstName: 'Alice' }).sends('/hurry')
  const [line] = await failuresOf(bot, 1)
  expect(line?.err.message).toContain('(SELECT pg_sleep(?) AS forgotten)')
  expect(line?.err.stack).not.toContain('forgotten-await.test.ts')
})

interface FailureLine {
  readonly msg: string
  readonly plugin: string
  readonly handler: string
  readonly err: { readonly message: string; readonly stack: string }
}

async function failuresOf(bot: { readonly log: string }, count: number): Promise<FailureLine[]> {
  const read = () =>
    bot.log
      .split('\n')
      .filter((line) => line.includes('An update failed'))
      .map((line) => JSON.parse(line) as FailureLine)
  await expect.poll(read).toHaveLength(count)
  return read()
}
