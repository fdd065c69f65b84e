/** Messages and what the Bot API refuses about them, in its own words. */
import { beforeEach, describe, expect, test } from 'vitest'
import {
  type Bot,
  createManualClock,
  createWorld,
  type ManualClock,
  type Person,
  type World,
} from '../src/index.js'

let clock: ManualClock
let world: World
let bot: Bot
let alice: Person
const call = (method: string, values: object = {}): Promise<any> =>
  world.call(bot, method, { chat_id: alice.id, ...values })

beforeEach(() => {
  clock = createManualClock({ startUnix: 1_800_000_000 })
  world = createWorld({ clock })
  bot = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
})

const keyboard = (button: object) => ({ inline_keyboard: [[button]] })

test('sendMessage gives back the message as Telegram does', async () => {
  const markup = keyboard({ text: 'Yes', callback_data: 'y' })
  expect(await call('sendMessage', { text: ' Try /help ', reply_markup: JSON.stringify(markup) })).toEqual({
    message_id: 2,
    from: { id: bot.id, is_bot: true, first_name: 'Greeter', username: 'greeter_bot' },
    chat: { id: alice.id, type: 'private', first_name: 'Alice' },
    date: 1_800_000_000,
    text: 'Try /help',
    entities: [{ type: 'bot_command', offset: 4, length: 5 }],
    reply_markup: markup,
  })
})

describe('sendMessage refuses', () => {
  test.each([
    ['an unknown chat', { chat_id: 12345, text: 'x' }, 'chat not found'],
    ['an unknown username', { chat_id: '@nobody', text: 'x' }, 'chat not found'],
    ['no chat', { chat_id: '', text: 'x' }, 'chat_id is empty'],
    ['no text', {}, 'message text is empty'],
    ['spaces', { text: ' \n ' }, 'text must be non-empty'],
    ['4097 characters', { text: `${'😀'.repeat(4096)}x` }, 'message is too long'],
    ['a text that shows nothing', { text: ' \u200b\u2800\u{e0020}' }, 'text must be non-empty'],
    ['an unknown parse_mode', { text: 'x', parse_mode: 'BBCode' }, 'unsupported parse_mode'],
    [
      'broken HTML',
      { text: '<b>x', parse_mode: 'html' },
      `can't parse entities: Can't find end tag corresponding to start tag "b"`,
    ],
    [
      'a reply to nothing',
      { text: 'x', reply_parameters: { message_id: 99 } },
      'message to be replied not found',
    ],
    ['a text as markup', { text: 'x', reply_markup: '"x"' }, 'object expected as reply markup'],
    ['broken JSON', { text: 'x', reply_markup: '{' }, "can't parse reply keyboard markup JSON object"],
    [
      '65 bytes of data',
      { text: 'x', reply_markup: keyboard({ text: 'x', callback_data: 'д'.repeat(33) }) },
      'BUTTON_DATA_INVALID',
    ],
    [
      'empty data',
      { text: 'x', reply_markup: keyboard({ text: 'x', callback_data: '' }) },
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      'a button that does nothing',
      { text: 'x', reply_markup: keyboard({ text: 'x' }) },
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [
      'a button without text',
      { text: 'x', reply_markup: keyboard({ url: 'https://x.org' }) },
      `can't parse inline keyboard button: Can't find field "text"`,
    ],
    [
      'a link that is none',
      { text: 'x', reply_markup: keyboard({ text: 'x', url: 'nope' }) },
      "inline keyboard button URL 'nope' is invalid: Wrong HTTP URL",
    ],
  ])('%s', async (_, values, reason) => {
    await expect(call('sendMessage', values)).rejects.toThrow(`400: Bad Request: ${reason}`)
    expect(alice.transcript()).toHaveLength(1)
  })

  test('people and groups that the bot may not write to', async () => {
    const bob = world.createPerson({ firstName: 'Bob' })
    const group = world.createGroup({ title: 'Team', members: [bob] })
    const send = (chat_id: number) => call('sendMessage', { chat_id, text: 'x' })
    await expect(send(bob.id)).rejects.toThrow('400: Bad Request: chat not found')
    await expect(send(group.id)).rejects.toThrow('403: Forbidden: bot is not a member of the group chat')
    world.createGroup({ title: 'Shared', members: [bob], bots: [bot] })
    await expect(send(bob.id)).rejects.toThrow("403: Forbidden: bot can't initiate conversation with a user")
    alice.blocks(bot)
    await expect(send(alice.id)).rejects.toThrow('403: Forbidden: bot was blocked by the user')
  })
})

test('limits hold to the character: 4096 of text after parsing, 64 bytes of data', async () => {
  await call('sendMessage', { text: `<b>${'😀'.repeat(4096)}</b>`, parse_mode: 'HTML' })
  const sent = await call('sendMessage', {
    text: 'x',
    reply_markup: keyboard({ text: 'x', callback_data: 'д'.repeat(32) }),
  })
  expect(sent.reply_markup.inline_keyboard[0][0].callback_data).toHaveLength(32)
})

test('HTML becomes entities, which move when the text is trimmed', async () => {
  const sent = await call('sendMessage', { text: '  <b> bold</b> @alice', parse_mode: 'HTML' })
  expect(sent).toMatchObject({
    // The blank inside the tag stays: only what stands before the first entity is trimmed.
    text: ' bold @alice',
    entities: [
      { type: 'bold', offset: 0, length: 5 },
      { type: 'mention', offset: 6, length: 6 },
    ],
  })
})

test('a reply shows what it answers, one level deep', async () => {
  const first = await call('sendMessage', { text: 'first', reply_parameters: { message_id: 1 } })
  const second = await call('sendMessage', { text: 'second', reply_to_message_id: first.message_id })
  expect(second.reply_to_message).toMatchObject({ text: 'first' })
  expect(second.reply_to_message.reply_to_message).toBeUndefined()
})

describe('editMessageText', () => {
  test('keeps id and date, sets edit_date, takes the keyboard away unless it is given again', async () => {
    const sent = await call('sendMessage', {
      text: 'a',
      reply_markup: keyboard({ text: 'x', callback_data: 'y' }),
    })
    clock.advance(5000)
    const edited = await call('editMessageText', { message_id: sent.message_id, text: 'b' })
    const { reply_markup: _, ...rest } = sent
    expect(edited).toEqual({ ...rest, text: 'b', edit_date: sent.date + 5 })
    expect(bot.updates.pending()).toHaveLength(1)
  })

  test('refuses what Telegram refuses', async () => {
    const { message_id } = await call('sendMessage', { text: 'a' })
    const edit = (values: object) => call('editMessageText', { message_id, text: 'a', ...values })
    await expect(edit({})).rejects.toThrow(
      '400: Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
    await expect(edit({ message_id: 99 })).rejects.toThrow('Bad Request: message to edit not found')
    await expect(edit({ message_id: 1 })).rejects.toThrow("Bad Request: message can't be edited")
    await expect(edit({ message_id: 'x' })).rejects.toThrow(
      'Bad Request: message identifier is not specified',
    )
    await expect(edit({ text: '' })).rejects.toThrow('Bad Request: message text is empty')
  })
})

test('deleteMessage takes a message away, and refuses one that is gone or too old', async () => {
  const { message_id } = await call('sendMessage', { text: 'a' })
  expect(await call('deleteMessage', { message_id })).toBe(true)
  await expect(call('deleteMessage', { message_id })).rejects.toThrow(
    'Bad Request: message to delete not found',
  )
  clock.advance(48 * 3_600_000 + 1000)
  await expect(call('deleteMessage', { message_id: 1 })).rejects.toThrow(
    "Bad Request: message can't be deleted",
  )
})

test('answerCallbackQuery refuses a query that is unknown, old, or of another bot', async () => {
  await call('sendMessage', { text: 'a', reply_markup: keyboard({ text: 'Yes', callback_data: 'y' }) })
  const tap = await alice.taps('Yes')
  const refusal = '400: Bad Request: query is too old and response timeout expired or query ID is invalid'
  const answer = (callback_query_id: unknown) => call('answerCallbackQuery', { callback_query_id })
  expect(await answer(tap.queryId)).toBe(true)
  await expect(answer('1')).rejects.toThrow(refusal)
  const other = world.createBot({ username: 'other_bot' })
  await expect(world.call(other, 'answerCallbackQuery', { callback_query_id: tap.queryId })).rejects.toThrow(
    refusal,
  )
  clock.advance(3_600_000)
  await expect(answer(tap.queryId)).rejects.toThrow(refusal)
  await expect(call('answerCallbackQuery', { callback_query_id: tap.queryId, text: 'x' })).rejects.toThrow(
    refusal,
  )
})

test('sendChatAction takes the known actions only', async () => {
  expect(await call('sendChatAction', { action: 'typing' })).toBe(true)
  await expect(call('sendChatAction', { action: 'dancing' })).rejects.toThrow(
    'wrong parameter action in request',
  )
})

test('commands are kept per scope and language', async () => {
  const commands = [{ command: '/start', description: 'Say hello' }]
  expect(await call('getMyCommands')).toEqual([])
  expect(await call('setMyCommands', { commands })).toBe(true)
  expect(await call('setMyCommands', { commands: '[]', language_code: 'de' })).toBe(true)
  expect(await call('getMyCommands')).toEqual([{ command: 'start', description: 'Say hello' }])
  expect(await call('getMyCommands', { scope: { type: 'default' } })).toHaveLength(1)
  expect(await call('getMyCommands', { scope: { type: 'all_private_chats' } })).toEqual([])
  expect(await call('deleteMyCommands')).toBe(true)
  expect(await call('getMyCommands')).toEqual([])
  const set = (command: unknown) => call('setMyCommands', { commands: [command] })
  await expect(set({ command: 'Start', description: 'x' })).rejects.toThrow(
    'Bad Request: BOT_COMMAND_INVALID',
  )
  await expect(set({ command: 'a', description: '' })).rejects.toThrow('BOT_COMMAND_DESCRIPTION_INVALID')
  await expect(set(null)).rejects.toThrow("can't parse BotCommand")
})

test('getMe and getChat', async () => {
  expect(await call('getMe')).toMatchObject({ id: bot.id, is_bot: true, can_read_all_group_messages: false })
  expect(await call('getChat')).toMatchObject({ id: alice.id, type: 'private', first_name: 'Alice' })
  await expect(call('getChat', { chat_id: 1 })).rejects.toThrow('Bad Request: chat not found')
})
