/** Telegraf as a foreign client: what a bot does on any day works against the HTTP face. */
import { Telegraf } from 'telegraf'
import { expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'

test('telegraf polls, replies, gets a tap, answers it and edits its message', async () => {
  const world = createWorld()
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  await using server = await startServer(world)
  const bot = new Telegraf(account.token, { telegram: { apiRoot: server.apiRoot } })
  bot.start((ctx) =>
    ctx.reply(`Hello, ${ctx.from.first_name}!`, {
      reply_markup: { inline_keyboard: [[{ text: 'Wave', callback_data: 'wave' }]] },
    }),
  )
  bot.action('wave', async (ctx) => {
    await ctx.answerCbQuery('You waved')
    await ctx.editMessageText('You waved. Bye!')
  })
  const polling = bot.launch()
  const alice = world.createPerson({ firstName: 'Alice' })

  alice.sends('/start')
  await alice.sees('Hello, Alice!')
  const tap = await alice.taps('Wave')
  expect(await tap.answered()).toEqual({ text: 'You waved', showAlert: false })
  await alice.sees('You waved. Bye!')
  expect(alice.transcript()).toMatchObject([
    { from: 'Alice', text: '/start' },
    { from: 'Greeter', text: 'You waved. Bye!', edited: true },
  ])

  bot.stop()
  await polling
})
