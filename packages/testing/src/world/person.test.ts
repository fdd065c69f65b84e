import { describe, expect, test } from 'vitest'
import { createWorld } from '../world.js'

function createStage() {
  const world = createWorld()
  const bot = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alice = world.createPerson({ firstName: 'Alice', lastName: 'Smith', languageCode: 'en' })
  const reply = (text: string, more: object = {}) =>
    world.call(bot, 'sendMessage', { chat_id: alice.id, text, ...more })
  return { world, bot, alice, reply }
}

const keyboard = (text: string, data: string) => ({
  reply_markup: { inline_keyboard: [[{ text, callback_data: data }]] },
})

test('a text becomes a message update with its command marked', () => {
  const { bot, alice } = createStage()
  const message = alice.sends('/start ref_42')
  const [update] = bot.updates.fetch(0, 100) as { message: unknown }[]
  expect(update?.message).toEqual(message)
  expect(message).toEqual({
    message_id: 1,
    from: { id: alice.id, is_bot: false, first_name: 'Alice', last_name: 'Smith', language_code: 'en' },
    chat: { id: alice.id, type: 'private', first_name: 'Alice', last_name: 'Smith' },
    date: expect.any(Number),
    text: '/start ref_42',
    entities: [{ type: 'bot_command', offset: 0, length: 6 }],
  })
})

describe('sees', () => {
  test('resolves when the message comes, and at once when it is there', async () => {
    const { alice, reply } = createStage()
    alice.sends('hi')
    const seen = alice.sees('Hello')
    await reply('Hello')
    expect((await seen).text).toBe('Hello')
    await reply('Bye now')
    expect((await alice.sees(/bye/i)).text).toBe('Bye now')
  })

  test('uses messages up in order', async () => {
    const { alice, reply } = createStage()
    alice.sends('hi')
    await reply('A')
    await reply('B')
    await alice.sees('B')
    await expect(alice.sees('A', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'NOT_SEEN' })
  })

  test('NOT_SEEN shows the conversation', async () => {
    const { alice, reply } = createStage()
    alice.sends('/start')
    await reply('Hello', keyboard('Yes', 'y'))
    await alice.sees('Hello')
    await reply('Something else')
    const error: Error = await alice.sees('Bye', { timeoutMs: 0 }).then(
      () => expect.unreachable(),
      (reason) => reason,
    )
    expect(error.message).toContain('Alice Smith did not see "Bye"')
    expect(error.message).toContain(
      '  Alice Smith: /start\n✓ Greeter: Hello [Yes]\n• Greeter: Something else',
    )
  })

  test('a wait that fails names the line that waited', async () => {
    const { alice } = createStage()
    async function lookForMenu(): Promise<void> {
      await alice.sees('Menu', { timeoutMs: 1 })
    }
    async function tapMenu(): Promise<void> {
      await alice.taps('Menu', { timeoutMs: 1 })
    }
    await expect(lookForMenu()).rejects.toHaveProperty('stack', expect.stringContaining('lookForMenu'))
    await expect(tapMenu()).rejects.toHaveProperty('stack', expect.stringContaining('tapMenu'))
  })

  test('never takes what the person wrote', async () => {
    const { alice } = createStage()
    alice.sends('echo')
    await expect(alice.sees('echo', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'NOT_SEEN' })
  })
})

describe('taps', () => {
  test('waits for the button, and the tap waits for its answer', async () => {
    const { world, bot, alice, reply } = createStage()
    alice.sends('hi')
    const tapping = alice.taps('Yes')
    await reply('Sure?', keyboard('Yes', 'y:1'))
    const tap = await tapping
    const updates = bot.updates.fetch(0, 100) as { callback_query?: { id: string; data: string } }[]
    expect(updates[1]?.callback_query).toMatchObject({
      id: tap.queryId,
      data: 'y:1',
      from: alice.user,
      message: { text: 'Sure?' },
    })
    const answering = tap.answered()
    await world.call(bot, 'answerCallbackQuery', {
      callback_query_id: tap.queryId,
      text: 'Done',
      show_alert: true,
    })
    expect(await answering).toEqual({ text: 'Done', showAlert: true })
  })

  test('BUTTON_NOT_FOUND where none comes', async () => {
    const { alice } = createStage()
    alice.sends('hi')
    await expect(alice.taps('Yes', { timeoutMs: 0 })).rejects.toMatchObject({ code: 'BUTTON_NOT_FOUND' })
  })
})

describe('a wait that is broken off', () => {
  const reason = new Error('The bot has failed')

  test('ends now with the conversation and the reason, also one that begins later', async () => {
    const { world, bot, alice } = createStage()
    alice.sends('hi')
    const waits = [alice.sees('Hello', { timeoutMs: 60_000 }), alice.taps('Yes', { timeoutMs: 60_000 })]
    world.breakOff(bot, alice.id, reason)
    waits.push(alice.sees('Bye', { timeoutMs: 60_000 }))
    for (const { reason: error } of (await Promise.allSettled(waits)) as PromiseRejectedResult[]) {
      expect(error).toMatchObject({ name: 'TestingError', cause: reason })
      expect(error.message).toMatch(/Alice Smith: hi\nThe wait ended before its time: The bot has failed$/)
    }
  })

  test('is over with the next update, and concerns no other chat', async () => {
    const { world, bot, alice, reply } = createStage()
    const bob = world.createPerson({ firstName: 'Bob' })
    bob.sends('hi')
    alice.sends('hi')
    const bobs = bob.sees('Hello Bob')
    world.breakOff(bot, alice.id, reason)
    alice.sends('hi again')
    const later = alice.sees('Hello')
    await reply('Hello')
    await world.call(bot, 'sendMessage', { chat_id: bob.id, text: 'Hello Bob' })
    expect([(await later).text, (await bobs).text]).toEqual(['Hello', 'Hello Bob'])
    world.breakOff(bot, alice.id, reason)
    world.reset()
    alice.sends('anew')
    await expect(alice.sees('Hello', { timeoutMs: 0 })).rejects.not.toHaveProperty('cause', reason)
  })
})

test('edits keep id and date', () => {
  const { bot, alice } = createStage()
  const message = alice.sends('/strat')
  const edited = alice.edits(message, '/start')
  expect(edited).toMatchObject({ message_id: message.message_id, date: message.date, text: '/start' })
  expect(edited.edit_date).toEqual(expect.any(Number))
  expect(bot.updates.fetch(0, 100)).toMatchObject([{ message: {} }, { edited_message: { text: '/start' } }])
  expect(alice.transcript()).toMatchObject([{ text: '/start', edited: true }])
})

test('MESSAGE_NOT_YOURS: nobody edits the words of others', async () => {
  const { alice, reply } = createStage()
  alice.sends('hi')
  await reply('Hello')
  const theirs = await alice.sees('Hello')
  expect(() => alice.edits(theirs, 'x')).toThrow(expect.objectContaining({ code: 'MESSAGE_NOT_YOURS' }))
})

test('a block tells the bot and ends the conversation, until it is lifted', async () => {
  const { bot, alice, reply } = createStage()
  alice.sends('hi')
  alice.blocks(bot)
  alice.blocks(bot)
  await expect(reply('Hello')).rejects.toThrow('403: Forbidden: bot was blocked by the user')
  expect(() => alice.sends('hi')).toThrow(expect.objectContaining({ code: 'PERSON_BLOCKS_BOT' }))
  alice.unblocks(bot)
  await reply('Hello')
  expect(bot.updates.fetch(0, 100)).toMatchObject([
    { message: {} },
    { my_chat_member: { old_chat_member: { status: 'member' }, new_chat_member: { status: 'kicked' } } },
    { my_chat_member: { old_chat_member: { status: 'kicked' }, new_chat_member: { status: 'member' } } },
  ])
})

test('in a group a bot hears commands and replies, and everything without privacy mode', async () => {
  const { world, bot, alice } = createStage()
  const nosy = world.createBot({ username: 'nosy_bot', canReadAllGroupMessages: true })
  const group = world.createGroup({ title: 'Team', members: [alice], bots: [bot, nosy] })
  alice.sends('just talk', { in: group })
  alice.sends('/help', { in: group })
  alice.sends('/help@nosy_bot', { in: group })
  await world.call(bot, 'sendMessage', { chat_id: group.id, text: 'Here' })
  alice.sends('thanks', { in: group, replyTo: await alice.sees('Here', { in: group }) })
  const heard = (of: typeof bot) =>
    (of.updates.fetch(0, 100) as { message: { text: string } }[]).map(({ message }) => message.text)
  expect(heard(bot)).toEqual(['/help', 'thanks'])
  expect(heard(nosy)).toEqual(['just talk', '/help', '/help@nosy_bot', 'thanks'])
})

test('refuses mistakes by code', () => {
  const world = createWorld()
  const alice = world.createPerson({ firstName: 'Alice', id: 7 })
  const code = (expected: string) => expect.objectContaining({ name: 'TestingError', code: expected })
  expect(() => alice.sends('hi')).toThrow(code('BOT_MISSING'))
  const bot = world.createBot({ username: 'one_bot' })
  expect(() => alice.sends(' ')).toThrow(code('TEXT_EMPTY'))
  expect(() => alice.sends('x'.repeat(4097))).toThrow(code('TEXT_TOO_LONG'))
  expect(() => alice.sends('hi', { in: world.createGroup({ title: 'Others' }) })).toThrow(
    code('CHAT_NOT_A_MEMBER'),
  )
  expect(() => world.createBot({ username: 'One_Bot' })).toThrow(code('BOT_TAKEN'))
  expect(() => world.createBot({ username: 'two_bot', token: bot.token })).toThrow(code('BOT_TAKEN'))
  expect(() => world.createBot({ username: 'a b' })).toThrow(code('BOT_USERNAME_FORM'))
  expect(() => world.createBot({ username: 'two_bot', token: '1:x' })).toThrow(code('BOT_TOKEN_FORM'))
  expect(() => world.createPerson({ firstName: ' ' })).toThrow(code('PERSON_NAME_EMPTY'))
  expect(() => world.createPerson({ firstName: 'Bob', id: 7 })).toThrow(code('PERSON_TAKEN'))
  world.createBot({ username: 'two_bot' })
  expect(() => alice.sends('hi')).toThrow(code('BOT_AMBIGUOUS'))
})
