/** What is refused when it is put in the outbox, because it cannot be kept or Telegram would not take it. */
import { Readable } from 'node:stream'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { assertSendable } from './outbox-payload.js'

const say = (text: unknown, more: object = {}) => ({ chat_id: 7, text, ...more })
const markup = (reply_markup: unknown) => say('x', { reply_markup })
const button = (button: unknown) => markup({ inline_keyboard: [[button]] })
const ring: Record<string, unknown> = { chat_id: 7, text: 'x' }
ring.ring = ring

test.each<[string, string, object]>([
  ['a text of one character', 'sendMessage', say('x')],
  ['a text of 4096 characters', 'sendMessage', say('я'.repeat(4_096))],
  ['4096 emoji', 'sendMessage', say('👋'.repeat(4_096))],
  [
    'a text that is short once its HTML is read',
    'sendMessage',
    say(`<b>${'<i>x</i>&lt;'.repeat(2_000)}</b>`, { parse_mode: 'HTML' }),
  ],
  [
    'a text that is short once its Markdown is read',
    'sendMessage',
    say('[x](https://example.com/long)'.repeat(1_000), { parse_mode: 'MarkdownV2' }),
  ],
  ['a caption of 1024 characters', 'sendPhoto', { chat_id: 7, photo: 'id', caption: 'x'.repeat(1_024) }],
  ['no caption', 'sendPhoto', { chat_id: 7, photo: 'id', caption: '' }],
  ['button data of 64 bytes', 'sendMessage', button({ text: 'x', callback_data: 'я'.repeat(32) })],
  ['a button with a link', 'sendMessage', button({ text: 'x', url: 'https://example.com' })],
  ['a keyboard of texts', 'sendMessage', markup({ keyboard: [['Yes', { text: 'No' }]] })],
  ['a keyboard that is taken away', 'sendMessage', markup({ remove_keyboard: true })],
  ['a name for a chat', 'sendMessage', say('x', { chat_id: '@news' })],
  ['a chat in digits', 'sendMessage', say('x', { chat_id: '-1001234' })],
  ['a Buffer', 'sendDocument', { chat_id: 7, document: { source: Buffer.from('x') } }],
  ['a link to a file', 'sendDocument', { chat_id: 7, document: { url: 'https://example.com/x' } }],
  ['a notice of 200 characters', 'answerCallbackQuery', { callback_query_id: '1', text: 'x'.repeat(200) }],
])('takes %s', (_, method, payload) => {
  expect(() => assertSendable(method, payload as never)).not.toThrow()
})

test.each<[string, string, unknown, string, string]>([
  ['an empty text', 'sendMessage', say(''), 'OUTBOX_LIMIT', 'its text is empty'],
  ['blanks alone', 'sendMessage', say(' \n\u0000 '), 'OUTBOX_LIMIT', 'its text is empty'],
  ['tags alone', 'sendMessage', say('<b> </b>', { parse_mode: 'HTML' }), 'OUTBOX_LIMIT', 'its text is empty'],
  ['no text', 'sendMessage', say(undefined), 'OUTBOX_PAYLOAD', 'its text is undefined'],
  ['a number', 'editMessageText', say(7), 'OUTBOX_PAYLOAD', 'its text is 7'],
  [
    '4097 characters',
    'sendMessage',
    say('я'.repeat(4_097)),
    'OUTBOX_LIMIT',
    'has 4097 characters, and Telegram takes 4096',
  ],
  [
    '4097 characters in HTML',
    'sendMessage',
    say(`<b>${'&lt;'.repeat(4_097)}</b>`, { parse_mode: 'HTML' }),
    'OUTBOX_LIMIT',
    '4097 characters',
  ],
  [
    '4097 characters in Markdown',
    'sendMessage',
    say('\\.'.repeat(4_097), { parse_mode: 'MarkdownV2' }),
    'OUTBOX_LIMIT',
    '4097 characters',
  ],
  [
    'a caption of 1025',
    'sendPhoto',
    { chat_id: 7, caption: 'x'.repeat(1_025) },
    'OUTBOX_LIMIT',
    'its caption has 1025',
  ],
  ['a caption that is none', 'sendPhoto', { chat_id: 7, caption: 7 }, 'OUTBOX_PAYLOAD', 'its caption is 7'],
  [
    'a caption in an album',
    'sendMediaGroup',
    { chat_id: 7, media: [{}, { caption: 'x'.repeat(1_025) }] },
    'OUTBOX_LIMIT',
    'media[1].caption has 1025',
  ],
  [
    'a notice of 201',
    'answerCallbackQuery',
    { callback_query_id: '1', text: 'x'.repeat(201) },
    'OUTBOX_LIMIT',
    '201',
  ],
  [
    'button data of 65 bytes',
    'sendMessage',
    button({ text: 'x', callback_data: `${'я'.repeat(32)}x` }),
    'OUTBOX_LIMIT',
    '65 bytes, and Telegram takes 1–64',
  ],
  ['empty button data', 'sendMessage', button({ text: 'x', callback_data: '' }), 'OUTBOX_LIMIT', '0 bytes'],
  ['a button that does nothing', 'sendMessage', button({ text: 'x' }), 'OUTBOX_PAYLOAD', 'does nothing'],
  [
    'a button without a text',
    'sendMessage',
    button({ callback_data: 'x' }),
    'OUTBOX_PAYLOAD',
    'inline_keyboard[0][0]',
  ],
  [
    'a row that is none',
    'sendMessage',
    markup({ inline_keyboard: [{ text: 'x' }] }),
    'OUTBOX_PAYLOAD',
    'list of rows',
  ],
  ['a key that is none', 'sendMessage', markup({ keyboard: [[7]] }), 'OUTBOX_PAYLOAD', 'keyboard[0][0] is 7'],
  [
    'a markup that is none',
    'sendMessage',
    markup('x'),
    'OUTBOX_PAYLOAD',
    'its reply_markup is of type string',
  ],
  [
    'a chat that is null',
    'sendMessage',
    say('x', { chat_id: null }),
    'OUTBOX_PAYLOAD',
    'its chat_id is null',
  ],
  [
    'a chat that is no number',
    'sendMessage',
    say('x', { chat_id: Number.NaN }),
    'OUTBOX_PAYLOAD',
    'its chat_id is NaN',
  ],
  [
    'a chat with a bad name',
    'sendMessage',
    say('x', { chat_id: 'news' }),
    'OUTBOX_PAYLOAD',
    'its chat_id is of type string',
  ],
  [
    'a stream',
    'sendDocument',
    { chat_id: 7, document: { source: Readable.from(['x']) } },
    'OUTBOX_PAYLOAD',
    '"document.source" is a stream',
  ],
  [
    'a path',
    'sendDocument',
    { chat_id: 7, document: { source: './cat.png' } },
    'OUTBOX_PAYLOAD',
    'await readFile(path)',
  ],
  [
    'a function',
    'sendMessage',
    say('x', { more: [() => 'x'] }),
    'OUTBOX_PAYLOAD',
    'the value at "more.0" is of type function',
  ],
  ['a bigint', 'sendMessage', say('x', { message_id: 7n }), 'OUTBOX_PAYLOAD', 'the value at "message_id"'],
  ['a ring', 'sendMessage', ring, 'OUTBOX_PAYLOAD', 'contains itself'],
  ['a list', 'sendMessage', [], 'OUTBOX_PAYLOAD', 'its payload is a list'],
  ['a method that only answers', 'getChat', { chat_id: 7 }, 'OUTBOX_METHOD', 'Call it now'],
  ['the webhook', 'setWebhook', {}, 'OUTBOX_METHOD', 'Call it now'],
  ['no method', 'send message', {}, 'OUTBOX_METHOD', 'Call it now'],
])('refuses %s, and says why', (_, method, payload, code, message) => {
  expect(() => assertSendable(method, payload as never)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  )
})

test('whatever it is given, it takes it or refuses it with a code', () => {
  const payload = fc.dictionary(
    fc.constantFrom('chat_id', 'text', 'caption', 'media', 'reply_markup', 'parse_mode', 'x'),
    fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.constantFrom('HTML', 'MarkdownV2')),
  )
  fc.assert(
    fc.property(
      fc.constantFrom('sendMessage', 'sendPhoto', 'answerCallbackQuery'),
      payload,
      (method, given) => {
        try {
          assertSendable(method, given)
        } catch (error) {
          expect(error).toMatchObject({ code: expect.stringMatching(/^OUTBOX_/) })
        }
      },
    ),
    { numRuns: 2_000 },
  )
})
