/** grammY as a foreign client: polling, a reply, a tap, an edit, an upload, and its errors. */
import { Bot as GrammyBot, InputFile } from 'grammy'
import { expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'

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
