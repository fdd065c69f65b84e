/** Telegraf as a foreign client: what a bot does on any day works against the HTTP face, by long poll and by webhook. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Input, Telegraf, TelegramError } from 'telegraf'
import { expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'

async function openStage() {
  const world = createWorld()
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const server = await startServer(world)
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
  bot.command('notes', (ctx) =>
    ctx.replyWithDocument(Input.fromBuffer(Buffer.from('do re mi'), 'notes.txt'), { caption: 'Notes' }),
  )
  const alice = world.createPerson({ firstName: 'Alice' })
  const converse = async () => {
    alice.sends('/start')
    await alice.sees('Hello, Alice!')
    const tap = await alice.taps('Wave')
    expect(await tap.answered()).toEqual({ text: 'You waved', showAlert: false })
    await alice.sees('You waved. Bye!')
    alice.sends('/notes')
    const { document } = await alice.sees('Notes')
    expect(document).toMatchObject({ file_name: 'notes.txt', file_size: 8 })
    const link = await bot.telegram.getFileLink(document?.file_id ?? '')
    expect(await (await fetch(link)).text()).toBe('do re mi')
    expect(alice.transcript()).toMatchObject([
      { from: 'Alice', text: '/start' },
      { from: 'Greeter', text: 'You waved. Bye!', edited: true },
      { from: 'Alice', text: '/notes' },
      { from: 'Greeter', text: 'Notes' },
    ])
  }
  return { account, alice, bot, converse, [Symbol.asyncDispose]: () => server.stop() }
}

test('telegraf polls, replies, gets a tap, answers it, edits its message, uploads and is refused', async () => {
  await using stage = await openStage()
  const { account, alice, bot, converse } = stage
  const polling = bot.launch()
  await converse()
  alice.blocks(account)
  const refused = bot.telegram.sendMessage(alice.id, 'Hello?')
  await expect(refused).rejects.toBeInstanceOf(TelegramError)
  await expect(refused).rejects.toMatchObject({
    code: 403,
    description: 'Forbidden: bot was blocked by the user',
  })
  bot.stop()
  await polling
})

test('telegraf does so by webhook, with its secret', async () => {
  await using stage = await openStage()
  const { bot, converse } = stage
  const listener = bot.webhookCallback('/hook', { secretToken: 'se-cret' })
  const receiver = createServer((request, response) => void listener(request, response)).listen(
    0,
    '127.0.0.1',
  )
  await once(receiver, 'listening')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  await bot.telegram.setWebhook(url, { secret_token: 'se-cret' })
  await converse()
  // What the bot did is seen before the delivery has its answer.
  await expect.poll(() => bot.telegram.getWebhookInfo()).toMatchObject({ url, pending_update_count: 0 })
  await bot.telegram.deleteWebhook()
  receiver.closeAllConnections()
  receiver.close()
})
