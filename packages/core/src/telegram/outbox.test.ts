/** What a handler may put in the outbox, and what becomes of it there. */
import { bold, fmt } from 'telegraf/format'
import { expect, expectTypeOf, test } from 'vitest'
import type { OutgoingCall } from '../database/unit.js'
import { createOutbox, type Outbox, type ReplyTarget } from './outbox.js'

function collecting(target?: ReplyTarget): { outbox: Outbox; outgoing: OutgoingCall[] } {
  const outgoing: OutgoingCall[] = []
  const outbox = createOutbox(
    (call) => outgoing.push(call),
    () => target,
  )
  return { outbox, outgoing }
}

test('a reply goes to the chat of the update, to its topic and its business account', async () => {
  const { outbox, outgoing } = collecting({ chatId: 7, threadId: 3, businessConnectionId: 'b' })
  const place = { chat_id: 7, message_thread_id: 3, business_connection_id: 'b' }
  await outbox.reply('Hello', { parse_mode: 'HTML' })
  await outbox.replyWithHTML('<b>Hello</b>')
  await outbox.replyWithMarkdownV2('*Hello*')
  await outbox.replyWithPhoto('id', { caption: 'A cat' })
  await outbox.replyWithChatAction('typing')
  expect(outgoing).toEqual([
    { chatId: 7, method: 'sendMessage', payload: { ...place, text: 'Hello', parse_mode: 'HTML' } },
    { chatId: 7, method: 'sendMessage', payload: { ...place, text: '<b>Hello</b>', parse_mode: 'HTML' } },
    { chatId: 7, method: 'sendMessage', payload: { ...place, text: '*Hello*', parse_mode: 'MarkdownV2' } },
    { chatId: 7, method: 'sendPhoto', payload: { ...place, photo: 'id', caption: 'A cat' } },
    { chatId: 7, method: 'sendChatAction', payload: { ...place, action: 'typing' } },
  ])
})

test('an edit goes to the message whose button was pressed', async () => {
  const { outbox, outgoing } = collecting({
    chatId: 7,
    threadId: 3,
    pressedMessageId: 9,
    businessConnectionId: 'b',
  })
  await outbox.edit('Done')
  const { method, payload } = outgoing[0] as OutgoingCall
  expect([method, payload]).toEqual([
    'editMessageText',
    { chat_id: 7, message_id: 9, text: 'Done', business_connection_id: 'b' },
  ])
})

test('the methods of telegraf make their calls, to any chat, in the order in which they are made', async () => {
  const { outbox, outgoing } = collecting()
  await outbox.sendMessage('@news', fmt`Hello, ${bold`all`}`)
  await outbox.sendDocument(-100, { source: Buffer.from('x') })
  await outbox.editMessageText(7, 9, undefined, 'New')
  await outbox.copyMessage(8, 7, 9)
  await outbox.deleteMessage(7, 9)
  await outbox.call('setMessageReaction', { chat_id: 7, message_id: 9 })
  await outbox.call('sendGift', { user_id: 7, gift_id: 'rose' })
  expect(outgoing.map(({ chatId, method }) => [chatId, method])).toEqual([
    ['@news', 'sendMessage'],
    [-100, 'sendDocument'],
    [7, 'editMessageText'],
    [8, 'copyMessage'],
    [7, 'deleteMessage'],
    [7, 'setMessageReaction'],
    ['user_id:7', 'sendGift'],
  ])
  expect(outgoing[0]?.payload).toMatchObject({ text: 'Hello, all', entities: [{ type: 'bold' }] })
})

test.each<[string, (outbox: Outbox) => Promise<void>, string]>([
  ['a button', (outbox) => outbox.answerCbQuery('42', 'Done'), 'callback_query_id:42'],
  [
    'an inline message',
    (outbox) => outbox.editMessageText(undefined, undefined, 'm', 'x'),
    'inline_message_id:m',
  ],
  ['the bot itself', (outbox) => outbox.setMyName('Bot'), 'bot'],
])('what has no chat keeps the order of %s', async (_, call, key) => {
  const { outbox, outgoing } = collecting()
  await call(outbox)
  expect(outgoing[0]?.chatId).toBe(key)
})

test('with() gives the same outbox on other terms, one upon the other', async () => {
  const { outbox, outgoing } = collecting({ chatId: 7 })
  const once = outbox.with({ delivery: 'at-most-once', tag: 'code' })
  await once.reply('1')
  await once.with({ priority: 'bulk', tag: 'news' }).sendMessage(8, '2')
  await outbox.reply('3')
  expect(outgoing.map(({ chatId: _, method: __, payload: ___, ...terms }) => terms)).toEqual([
    { atMostOnce: true, tag: 'code' },
    { atMostOnce: true, isBulk: true, tag: 'news' },
    {},
  ])
})

test.each([
  [{ delivery: 'twice' }, "'at-least-once' or 'at-most-once'"],
  [{ priority: 'high' }, "'normal' or 'bulk'"],
  [{ tag: '' }, '1–256 characters'],
  [{ tag: 'x'.repeat(257) }, '1–256 characters'],
  [{ once: true }, '"once" is no option. Known: delivery, priority, tag.'],
])('with(%j) is refused', (options, message) => {
  const { outbox } = collecting({ chatId: 7 })
  expect(() => outbox.with(options as never)).toThrow(
    expect.objectContaining({ code: 'OUTBOX_PAYLOAD', message: expect.stringContaining(message) }),
  )
})

test.each<[string, (outbox: Outbox) => Promise<void>, string]>([
  ['a reply', (outbox) => outbox.reply('Hello'), 'outbox.sendMessage(chatId, text)'],
  ['its kin', (outbox) => outbox.replyWithDice(), 'outbox.sendMessage(chatId, text)'],
  ['an edit', (outbox) => outbox.edit('Hello'), 'outbox.editMessageText(chatId, messageId, undefined, text)'],
])('%s where no chat is says what to use', async (_, call, message) => {
  const { outbox, outgoing } = collecting()
  await expect(call(outbox)).rejects.toMatchObject({
    code: 'OUTBOX_PAYLOAD',
    message: expect.stringContaining(message),
  })
  expect(outgoing).toEqual([])
})

test('the compiler knows every method by its arguments, and none that only answers', () => {
  const check = (outbox: Outbox) => {
    expectTypeOf(outbox.sendPhoto).parameter(0).toEqualTypeOf<number | string>()
    expectTypeOf(outbox.replyWithPhoto).parameter(0).toEqualTypeOf<Parameters<typeof outbox.sendPhoto>[1]>()
    expectTypeOf(outbox.sendMessage(1, 'x')).toEqualTypeOf<Promise<void>>()
    expectTypeOf(outbox.with({ tag: 'x' })).toEqualTypeOf<Outbox>()
    // @ts-expect-error the text is missing
    void outbox.sendMessage(1)
    // @ts-expect-error its answer is all that it is for
    void outbox.getChat(1)
    // @ts-expect-error core polls
    void outbox.setWebhook('https://example.com')
    // @ts-expect-error a known method has known parameters
    void outbox.call('sendDice', { text: 'x' })
    // @ts-expect-error a term that there is not
    outbox.with({ delivery: 'twice' })
  }
  expect(check).toBeTypeOf('function')
})
