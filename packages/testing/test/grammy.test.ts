/** grammY as a foreign client: polling and webhook, a reply, a tap, an edit, an upload, and its errors. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Bot as GrammyBot, InputFile, webhookCallback } from 'grammy'
import { expect, test } from 'vitest'
import { createManualClock, createWorld, startServer } from '../src/index.js'

test('grammY polls, replies, gets a tap, edits, uploads and is refused', async () => {
  const world = createWorld()
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  await using server = await startServer(world)
  const bot = new GrammyBot(account.token, { client: { apiRoot: server.apiRoot } })
  bot.command('start', (ctx) =>
    ctx.reply(`Hello, ${ctx.from?.first_name}! (${ctx.match})`, {
      reply_markup: { inline_keyboard: [[{ text: 'File', callback_data: 'file' }]] },
    }),
  )
  bot.callbackQuery('file', async (ctx) => {
    await ctx.answerCallbackQuery()
    await ctx.editMessageText('Here it comes')
    await ctx.replyWithDocument(new InputFile(Buffer.from('do re mi'), 'notes.txt'), { caption: 'Notes' })
  })
  const blocked = new Promise<string>((resolve) => {
    bot.on('my_chat_member', (ctx) => resolve(ctx.myChatMember.new_chat_member.status))
  })
  const polling = bot.start()
  const alice = world.createPerson({ firstName: 'Alice' })

  alice.sends('/start ref_42')
  await alice.sees('Hello, Alice! (ref_42)')
  const tap = await alice.taps('File')
  expect(await tap.answered()).toEqual({ text: undefined, showAlert: false })
  await alice.sees('Here it comes')
  expect((await alice.sees('Notes')).document).toMatchObject({ file_name: 'notes.txt', file_size: 8 })
  alice.blocks(account)
  await expect(bot.api.sendMessage(alice.id, 'Hello?')).rejects.toMatchObject({
    error_code: 403,
    description: 'Forbidden: bot was blocked by the user',
  })

  expect(await blocked).toBe('kicked')
  await bot.stop()
  await polling
  expect(account.updates.pending()).toEqual([])
})

test('grammY gets updates by webhook, with its secret, and may answer with a method', async () => {
  const world = createWorld()
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  await using server = await startServer(world)
  const client = { apiRoot: server.apiRoot, canUseWebhookReply: (method: string) => method === 'sendMessage' }
  const bot = new GrammyBot(account.token, { client })
  bot.command('start', (ctx) =>
    ctx.reply('Hello!', {
      reply_markup: { inline_keyboard: [[{ text: 'Wave', callback_data: 'wave' }]] },
    }),
  )
  bot.callbackQuery('wave', async (ctx) => {
    await ctx.answerCallbackQuery('You waved')
    await ctx.editMessageText('Bye!')
  })
  const listener = webhookCallback(bot, 'http', { secretToken: 'se-cret' })
  const receiver = createServer((request, response) => void listener(request, response)).listen(
    0,
    '127.0.0.1',
  )
  await once(receiver, 'listening')
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`
  await bot.api.setWebhook(url, { secret_token: 'se-cret' })
  const alice = world.createPerson({ firstName: 'Alice' })

  alice.sends('/start')
  await alice.sees('Hello!')
  const tap = await alice.taps('Wave')
  expect(await tap.answered()).toEqual({ text: 'You waved', showAlert: false })
  await alice.sees('Bye!')

  await bot.api.deleteWebhook()
  receiver.closeAllConnections()
  receiver.close()
})

test('an idle bot makes one long poll at a time, and the next one when its time is up', async () => {
  const clock = createManualClock()
  const world = createWorld({ clock })
  const account = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  await using server = await startServer(world)
  const bot = new GrammyBot(account.token, { client: { apiRoot: server.apiRoot } })
  const polls = { underWay: 0, begun: 0, mostAtOnce: 0 }
  bot.api.config.use(async (next, method, payload, signal) => {
    if (method !== 'getUpdates') return next(method, payload, signal)
    polls.begun += 1
    polls.underWay += 1
    polls.mostAtOnce = Math.max(polls.mostAtOnce, polls.underWay)
    try {
      return await next(method, payload, signal)
    } finally {
      polls.underWay -= 1
    }
  })
  const polling = bot.start()
  const waiting = async (than?: unknown) => {
    while (!account.waitingPoll || account.waitingPoll === than) await new Promise(setImmediate)
    return account.waitingPoll
  }
  let last = await waiting()
  const { begun } = polls
  for (let round = 0; round < 3; round += 1) {
    // grammY asks for 30 seconds.
    clock.advance(30_000)
    last = await waiting(last)
  }
  expect(polls).toEqual({ underWay: 1, begun: begun + 3, mostAtOnce: 1 })
  await bot.stop()
  await polling
})
