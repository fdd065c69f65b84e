/** What a handler may put in the outbox, and what is refused because it could not be stored. */
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import type { OutgoingCall } from '../database/unit.js'
import { createOutbox, type Outbox, type ReplyTarget } from './outbox.js'

function collecting(target?: ReplyTarget): { outbox: Outbox; outgoing: OutgoingCall[] } {
  const outgoing: OutgoingCall[] = []
  return {
    outgoing,
    outbox: createOutbox(
      (call) => outgoing.push(call),
      () => target,
    ),
  }
}

test('a reply goes to the chat of the update, and to its topic', async () => {
  const { outbox, outgoing } = collecting({ chatId: 7, threadId: 3 })
  await outbox.reply('Hello', { parse_mode: 'HTML' })
  expect(outgoing).toEqual([
    {
      chatId: 7,
      method: 'sendMessage',
      payload: { chat_id: 7, message_thread_id: 3, text: 'Hello', parse_mode: 'HTML' },
    },
  ])
})

test('a message goes to any chat, and so does any method, in the order of the calls', async () => {
  const { outbox, outgoing } = collecting()
  await outbox.send('@news', 'Hello')
  await outbox.call('sendDocument', { chat_id: -100, document: { source: Buffer.from('x') } })
  expect(outgoing.map(({ chatId, method }) => [chatId, method])).toEqual([
    ['@news', 'sendMessage'],
    [-100, 'sendDocument'],
  ])
})

test('a reply where no chat is says what to use', async () => {
  const { outbox, outgoing } = collecting()
  await expect(outbox.reply('Hello')).rejects.toMatchObject({
    code: 'OUTBOX_PAYLOAD',
    message: expect.stringContaining('outbox.send(chatId, text)'),
  })
  expect(outgoing).toEqual([])
})

test.each([
  ['an empty text', '', 'found an empty text'],
  ['no text', undefined, 'found undefined'],
  ['a number', 7, 'found number'],
])('refuses %s', async (_, text, found) => {
  const { outbox, outgoing } = collecting({ chatId: 7 })
  const fault = { code: 'OUTBOX_PAYLOAD', message: expect.stringContaining(found) }
  await expect(outbox.reply(text as string)).rejects.toMatchObject(fault)
  await expect(outbox.send(7, text as string)).rejects.toMatchObject(fault)
  expect(outgoing).toEqual([])
})

test('refuses a call that names no chat', async () => {
  const { outbox, outgoing } = collecting()
  await expect(outbox.call('sendDice', {} as never)).rejects.toMatchObject({
    code: 'OUTBOX_PAYLOAD',
    message: expect.stringContaining('sendDice has undefined'),
  })
  expect(outgoing).toEqual([])
})

test.each([
  ['a stream', { document: { source: Readable.from(['x']) } }, 'document.source'],
  ['a function', { reply_markup: { keyboard: [[() => 'x']] } }, 'reply_markup.keyboard.0.0'],
  ['a bigint', { message_id: 7n }, 'message_id'],
])('refuses %s, which cannot be stored, and says where it stands', async (_, payload, path) => {
  const { outbox, outgoing } = collecting()
  await expect(outbox.call('sendDocument', { chat_id: 7, ...payload })).rejects.toMatchObject({
    code: 'OUTBOX_PAYLOAD',
    message: expect.stringContaining(`sendDocument has a value at "${path}"`),
  })
  expect(outgoing).toEqual([])
})
