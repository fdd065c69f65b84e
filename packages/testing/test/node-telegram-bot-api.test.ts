/** node-telegram-bot-api as a foreign client: by long poll and by webhook, a reply, a tap, an edit, an upload, an error. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Bot as ForeignBot, InputFile } from 'node-telegram-bot-api'
import { createWebhookServer } from 'node-telegram-bot-api/node'
import { expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'

async function openStage() {
  const world = createWorld()
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alice = world.createPerson({ firstName: 'Alice' })
  const server = await startServer(world)
  const bot = new ForeignBot(account.token, { apiRoot: server.apiRoot, maxRetries: 0 })
  bot.command('start', async (ctx) => {
    await ctx.reply(`Hello (${ctx.match})`, {
      reply_markup: { inline_keyboard: [[{ text: 'File', callback_data: 'file' }]] },
    })
  })
  bot.on('callback_query', async (ctx) => {
    const { id, message } = ctx.callbackQuery as { id: string; message: { message_id: number } }
    await bot.api.answerCallbackQuery({ callback_query_id: id, text: 'Coming' })
    await bot.api.editMessageText({
      chat_id: alice.id,
      message_id: message.message_id,
      text: 'Here it comes',
    })
    const document = new InputFile(Buffer.from('do re mi'), { filename: 'notes.txt' })
    await bot.api.sendDocument({ chat_id: alice.id, document, caption: 'Notes' })
  })
  const converse = async () => {
    alice.opens(account, 'ref_42')
    await alice.sees('Hello (ref_42)')
    expect(await (await alice.taps('File')).answered()).toEqual({ text: 'Coming', showAlert: false })
    await alice.sees('Here it comes')
    expect((await alice.sees('Notes')).document).toMatchObject({ file_name: 'notes.txt', file_size: 8 })
  }
  const stop = async () => {
    world.close()
    await server.stop()
  }
  return { account, alice, bot, converse, [Symbol.asyncDispose]: stop }
}

test('by long poll, and errors carry what the server said', async () => {
  await using stage = await openStage()
  const { account, alice, bot, converse } = stage
  const polling = bot.startPolling()
  await converse()
  alice.blocks(account)
  await expect(bot.api.sendMessage({ chat_id: alice.id, text: 'x' })).rejects.toMatchObject({
    errorCode: 403,
    message: expect.stringContaining('bot was blocked by the user'),
  })
  bot.stop()
  await polling
})

test('by webhook, with its secret', async () => {
  await using stage = await openStage()
  const { bot, converse } = stage
  const receiver = createWebhookServer(bot, { path: '/hook', secretToken: 'se-cret' }).listen(0, '127.0.0.1')
  await once(receiver, 'listening')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
  await bot.api.setWebhook({ url, secret_token: 'se-cret' })
  await converse()
  await bot.api.deleteWebhook({})
  receiver.closeAllConnections()
  receiver.close()
})
