import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isRawUpdate, laneOf, type RawUpdate, replyTargetOf } from './update-facts.js'

const chat = { id: -100_200, type: 'supergroup' }
const from = { id: 42, is_bot: false }
const message = { message_id: 1, date: 1, chat, from }
const topic = { ...message, is_topic_message: true, message_thread_id: 7 }

const inChat = { lane: 'chat:-100200', target: { chatId: -100_200 } }
const pressedInChat = { ...inChat, target: { ...inChat.target, pressedMessageId: 1 } }
const ofPerson = { lane: 'person:42', target: undefined }
const ofNobody = { lane: 'update:1', target: undefined }

test.each([
  ['message', message, inChat],
  ['message', { ...message, from: undefined }, inChat],
  ['edited_message', message, inChat],
  ['channel_post', { ...message, sender_chat: chat }, inChat],
  ['edited_channel_post', message, inChat],
  [
    'business_message',
    { ...message, business_connection_id: 'b' },
    { ...inChat, target: { chatId: -100_200, businessConnectionId: 'b' } },
  ],
  ['edited_business_message', message, inChat],
  ['deleted_business_messages', { chat, message_ids: [1] }, inChat],
  ['business_connection', { id: 'b', user: from, user_chat_id: 42 }, ofPerson],
  ['message', topic, { lane: 'chat:-100200', target: { chatId: -100_200, threadId: 7 } }],
  ['message', { ...topic, is_topic_message: undefined }, inChat],
  ['callback_query', { id: '1', from, message, data: 'x' }, pressedInChat],
  [
    'callback_query',
    { id: '1', from, message: topic },
    { ...inChat, target: { chatId: -100_200, threadId: 7, pressedMessageId: 1 } },
  ],
  ['callback_query', { id: '1', from, message: { chat, message_id: 1, date: 0 } }, pressedInChat],
  ['callback_query', { id: '1', from, inline_message_id: 'i' }, ofPerson],
  ['inline_query', { id: '1', from, query: '' }, ofPerson],
  ['chosen_inline_result', { result_id: '1', from, query: '' }, ofPerson],
  ['shipping_query', { id: '1', from }, ofPerson],
  ['pre_checkout_query', { id: '1', from }, ofPerson],
  ['poll', { id: '1', question: '?' }, ofNobody],
  ['poll_answer', { poll_id: '1', user: from, option_ids: [0] }, ofPerson],
  ['poll_answer', { poll_id: '1', voter_chat: chat, option_ids: [0] }, ofNobody],
  ['my_chat_member', { chat, from, date: 1 }, inChat],
  ['chat_member', { chat, from, date: 1 }, inChat],
  ['chat_join_request', { chat, from, user_chat_id: 42, date: 1 }, inChat],
  ['message_reaction', { chat, message_id: 1, user: from }, inChat],
  ['message_reaction_count', { chat, message_id: 1 }, inChat],
  ['chat_boost', { chat, boost: {} }, inChat],
  ['something_of_next_year', { user: from }, ofPerson],
])('%s has its lane and its place to answer', (kind, event, { lane, target }) => {
  const update = { update_id: 1, [kind]: event }
  expect(laneOf(update)).toBe(lane)
  expect(replyTargetOf(update)).toEqual(target)
})

test('chats keep their lanes up to the largest ids, and of what is no id there is none', () => {
  for (const id of [2 ** 31, 2 ** 40, -1_002_000_000_000, 2 ** 53 - 1])
    expect(laneOf({ update_id: 1, message: { chat: { id } } })).toBe(`chat:${id}`)
  for (const id of ['42', 1.5, 2 ** 53, null, { valueOf: 1 }, [42]])
    expect(laneOf({ update_id: 1, message: { chat: { id } } })).toBe('update:1')
})

test('an update is an object with an id that can be a key', () => {
  for (const update_id of [0, 1, 2 ** 31, 2 ** 53 - 1]) expect(isRawUpdate({ update_id })).toBe(true)
  for (const update_id of [undefined, null, '1', -1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, [1]])
    expect(isRawUpdate({ update_id })).toBe(false)
  for (const value of [null, undefined, [], [{ update_id: 1 }], 'x', 1, true, {}])
    expect(isRawUpdate(value)).toBe(false)
})

test('hostile shapes never throw and leave the prototype alone', () => {
  const shapes = [
    '{"update_id":1,"__proto__":{"chat":{"id":7}},"message":null}',
    '{"update_id":1,"constructor":{"chat":{"id":{"__proto__":null}}}}',
    '{"update_id":1,"message":{"chat":[],"from":"x","message":{"message":{"chat":1}}}}',
    '{"update_id":1,"callback_query":{"message":{"chat":null},"from":{"id":"1"}}}',
  ]
  for (const shape of shapes) {
    const update = JSON.parse(shape) as RawUpdate
    expect(typeof laneOf(update)).toBe('string')
    replyTargetOf(update)
  }
  expect(({} as { chat?: unknown }).chat).toBeUndefined()
  const keys = fc.constantFrom(
    'message',
    'chat',
    'id',
    'from',
    'user',
    'callback_query',
    '__proto__',
    'toString',
  )
  fc.assert(
    fc.property(
      fc.letrec((tie) => ({
        node: fc.oneof(
          { maxDepth: 6 },
          fc.jsonValue(),
          fc.dictionary(keys, tie('node'), { noNullPrototype: false }),
        ),
      })).node,
      (garbage) => {
        const update = { ...(garbage as object), update_id: 1 } as RawUpdate
        expect(laneOf(update)).toMatch(/^(chat:-?\d+|person:-?\d+|update:1)$/)
        replyTargetOf(update)
      },
    ),
    { numRuns: 200 },
  )
})
