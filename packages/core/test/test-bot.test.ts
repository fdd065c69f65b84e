/** What a test sees of an update that failed: its error at once, and the failure as a value. */
import { expect, inject, onTestFinished, test, vi } from 'vitest'
import { createApp, defineContract, definePlugin } from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'

const failing = definePlugin(defineContract({ name: 'failing' }), {
  callbacks: {
    break: {
      handle: () => {
        throw new RangeError('broken button')
      },
    },
  },
  commands: {
    fail: {
      description: 'Fail',
      handle: () => {
        throw new TypeError('broken')
      },
    },
    ask: {
      description: 'Ask',
      handle: (ctx) =>
        ctx.outbox.reply('Well?', {
          reply_markup: { inline_keyboard: [[{ text: 'Break', callback_data: 'break:1' }]] },
        }),
    },
  },
})

async function start(quiet: boolean) {
  const shown: string[] = []
  const spy = vi
    .spyOn(process.stderr, 'write')
    .mockImplementation((text) => Boolean(shown.push(String(text))))
  onTestFinished(() => spy.mockRestore())
  const bot = await startTestBot(createApp({ plugins: [failing()] }), {
    postgresUrl: inject('postgresUrl'),
    quiet,
  })
  onTestFinished(() => bot.stop())
  return { bot, shown, alice: bot.createPerson({ firstName: 'Alice' }) }
}

test('an update that fails is shown on standard error, and kept', async () => {
  const { bot, shown, alice } = await start(false)
  alice.sends('/fail')
  await expect.poll(() => bot.failures).toHaveLength(1)
  expect(bot.failures).toEqual([
    { updateId: expect.any(Number), plugin: 'failing', handler: '/fail', error: new TypeError('broken') },
  ])
  expect(shown.join('')).toMatch(
    /^\[bot\] error: An update failed.*plugin failing, handler \/fail.*\n\[bot\] {3}TypeError: broken\n\[bot\] +at .*test-bot\.test\.ts:\d+/,
  )
})

test('a quiet bot keeps the failure and shows nothing; a button is named by its prefix', async () => {
  const { bot, shown, alice } = await start(true)
  alice.sends('/ask')
  await alice.sees('Well?')
  await alice.taps('Break')
  await expect.poll(() => bot.failures).toMatchObject([{ handler: 'callback break' }])
  expect(bot.log).toContain('broken button')
  expect(shown).toEqual([])
})

test('a wait ends with the failure of its update, at once, and the next update ends that', async () => {
  const { alice } = await start(false)
  alice.sends('/fail')
  const early = alice.sees('Done', { timeoutMs: 60_000 })
  await expect(early).rejects.toMatchObject({
    code: 'NOT_SEEN',
    message: expect.stringMatching(
      /ended before its time: update \d+ failed in plugin failing, handler \/fail: broken\./,
    ),
    cause: { cause: new TypeError('broken') },
  })
  await expect(alice.taps('Break', { timeoutMs: 60_000 })).rejects.toThrow(/handler \/fail/)

  alice.sends('/ask')
  await alice.sees('Well?')
  const tap = await alice.taps('Break')
  await expect(alice.sees('Broken', { timeoutMs: 60_000 })).rejects.toThrow(/broken button/)
  expect(tap.queryId).toBeDefined()
})
