/** The matchers of vitest: what they take, what they leave, and what they say when they fail. */
import { expect, expectTypeOf, test } from 'vitest'
import { createWorld } from '../src/index.js'
import '../src/vitest.js'

function openStage() {
  const world = createWorld()
  const bot = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('/start')
  const says = (text: string, more: object = {}) =>
    world.call(bot, 'sendMessage', { chat_id: alice.id, text, ...more }) as Promise<{ message_id: number }>
  return { world, bot, alice, says }
}

const yesNo = {
  inline_keyboard: [[{ text: 'Yes', callback_data: 'y' }], [{ text: 'No', callback_data: 'n' }]],
}

/** What a failed expectation tells. */
async function failureOf(expectation: () => unknown): Promise<string> {
  try {
    await expectation()
  } catch (error) {
    return (error as Error).message
  }
  throw new TypeError('The expectation did not fail.')
}

test('toSee waits for a message and uses it up', async () => {
  const { alice, says } = openStage()
  const seen = expect(alice).toSee('Hello, Alice!')
  await says('Hello, Alice!')
  await seen
  await says('One')
  await says('Two')
  await expect(alice).toSee(/^T/)
  expect(await failureOf(() => expect(alice).toSee('One', { timeoutMs: 0 }))).toBe(
    [
      'Alice did not see "One". The conversation (✓ used up by sees, • not yet):',
      '  Alice: /start',
      '✓ Greeter: Hello, Alice!',
      '✓ Greeter: One',
      '✓ Greeter: Two',
    ].join('\n'),
  )
})

test('toHaveSeen looks now, uses nothing up, and remembers what was edited or deleted', async () => {
  const { world, bot, alice, says } = openStage()
  expect(alice).not.toHaveSeen('One')
  const { message_id } = await says('One', { reply_markup: yesNo })
  await world.call(bot, 'editMessageText', { chat_id: alice.id, message_id, text: 'Two' })
  expect(alice).toHaveSeen('One')
  expect(alice).toHaveSeen('One')
  expect(alice).toHaveSeen(/two/i)
  // What people write themselves is no answer.
  expect(alice).not.toHaveSeen('/start')
  const conversation = [
    'The conversation:',
    '  Alice: /start',
    '• Greeter: One [Yes] [No]',
    '• Greeter (edited): Two',
  ]
  expect(await failureOf(() => expect(alice).toHaveSeen('Three'))).toBe(
    `Alice has not seen "Three". ${conversation.join('\n')}`,
  )
  expect(await failureOf(() => expect(alice).not.toHaveSeen(/T/))).toBe(
    `Alice has seen /T/. ${conversation.join('\n')}`,
  )
})

test('the matchers look where they are told', async () => {
  const { world, bot, alice } = openStage()
  const group = world.createGroup({ title: 'Tea party', members: [alice], bots: [bot] })
  await world.call(bot, 'sendMessage', { chat_id: group.id, text: 'Tea?', reply_markup: yesNo })
  expect(alice).not.toHaveSeen('Tea?')
  expect(alice).toHaveSeen('Tea?', { in: group })
  await expect(alice).toSee('Tea?', { in: group })
  await expect(alice).toSeeButton('Yes', { in: group })
})

test('toSeeButton waits for a button of either keyboard, and with not until it is gone', async () => {
  const { world, bot, alice, says } = openStage()
  const seen = expect(alice).toSeeButton('Yes')
  const { message_id } = await says('Tea?', { reply_markup: yesNo })
  await seen
  expect(await failureOf(() => expect(alice).toSeeButton('Maybe', { timeoutMs: 0 }))).toContain(
    'Alice found no button "Maybe" to tap. The conversation (✓ used up by sees, • not yet):\n  Alice: /start\n• Greeter: Tea? [Yes] [No]',
  )
  expect(await failureOf(() => expect(alice).not.toSeeButton('No', { timeoutMs: 0 }))).toContain(
    'Alice still sees the button "No". The conversation',
  )
  await expect(alice.seesNoButton('No', { timeoutMs: 0 })).rejects.toMatchObject({
    code: 'BUTTON_STILL_THERE',
  })
  const gone = expect(alice).not.toSeeButton('No')
  await world.call(bot, 'editMessageReplyMarkup', { chat_id: alice.id, message_id })
  await gone
  await says('Menu', { reply_markup: { keyboard: [[{ text: 'Order' }]] } })
  await expect(alice).toSeeButton('Order')
})

test('a wait that is broken off fails with the reason', async () => {
  const { world, bot, alice } = openStage()
  const failure = failureOf(() => expect(alice).toSee('Hello'))
  world.breakOff(bot, alice.id, new TypeError('The handler has thrown.'))
  expect(await failure).toMatch(/The wait ended before its time: The handler has thrown\.$/)
})

test('toHaveCalled finds a call by some of its parameters, however they were sent', async () => {
  const { world, bot, alice, says } = openStage()
  expect(bot).not.toHaveCalled('sendMessage')
  expect(await failureOf(() => expect(bot).toHaveCalled('getMe'))).toBe(
    '@greeter_bot has not called getMe. It has called nothing.',
  )
  await says('Tea?', { reply_markup: yesNo, link_preview_options: { is_disabled: true } })
  const asForm = { chat_id: String(alice.id), text: '42', reply_markup: JSON.stringify(yesNo) }
  await world.call(bot, 'SENDMESSAGE', asForm)
  expect(bot).toHaveCalled('sendMessage')
  expect(bot).toHaveCalled('sendMessage', { chat_id: alice.id, text: 'Tea?' })
  expect(bot).toHaveCalled('sendMessage', { text: /^Te/, chat_id: expect.any(Number) })
  expect(bot).toHaveCalled('sendMessage', { chat_id: alice.id, text: '42', reply_markup: yesNo })
  expect(bot).toHaveCalled('sendMessage', { chat_id: String(alice.id), text: 'Tea?' })
  expect(bot).not.toHaveCalled('sendMessage', { text: 'Tea?', protect_content: true })
  expect(bot).not.toHaveCalled('sendMessage', { constructor: expect.anything() })
  expect(bot).not.toHaveCalled('sendPhoto')
})

test('what was refused was not called, and stands among the calls of a failure', async () => {
  const { world, bot, alice, says } = openStage()
  await says('Tea?')
  await expect(world.call(bot, 'sendMessage', { chat_id: 1, text: 'x' })).rejects.toThrow('chat not found')
  await expect(
    world.call(bot, 'sendPhoto', { chat_id: alice.id, photo: 'https://pictures.test/' }),
  ).rejects.toThrow()
  await world.call(bot, 'getUpdates', { offset: -1 })
  expect(bot).not.toHaveCalled('sendMessage', { chat_id: 1 })
  expect(bot).not.toHaveCalled('getUpdates')
  expect(await failureOf(() => expect(bot).toHaveCalled('sendMessage', { text: 'Coffee?' }))).toBe(
    [
      '@greeter_bot has not called sendMessage with {"text": "Coffee?"}. Its calls, oldest first:',
      `  sendMessage {"chat_id": ${alice.id}, "text": "Tea?"}`,
      '  sendMessage {"chat_id": 1, "text": "x"} – refused: Bad Request: chat not found',
      `  sendPhoto {"chat_id": ${alice.id}, "photo": "https://pictures.test/"} – refused: Bad Request: failed to get HTTP URL content`,
    ].join('\n'),
  )
  world.reset()
  expect(bot.calls).toEqual([])
})

test('can be waited for with expect.poll', async () => {
  const { bot, says } = openStage()
  const called = expect.poll(() => bot).toHaveCalled('sendMessage', { text: 'Tea?' })
  await says('Tea?')
  await called
})

test('keeps the newest calls alone', async () => {
  const { world, bot } = openStage()
  for (let index = 0; index < 2_500; index += 1) await world.call(bot, 'getMe')
  await world.call(bot, 'close')
  expect(bot.calls.length).toBeLessThan(2_000)
  expect(bot).toHaveCalled('close')
  expect(await failureOf(() => expect(bot).toHaveCalled('logOut'))).toMatch(
    /\(\d+ before\):\n( {2}getMe \{\}\n){9} {2}close \{\}$/,
  )
})

test.each([
  [
    'toSee of a bot',
    () => expect(openStage().bot).toSee('x'),
    'toSee is asked of a person, as in expect(alice).toSee(…); found a Bot.',
  ],
  ['toHaveSeen of nothing', () => expect(undefined).toHaveSeen('x'), 'found undefined.'],
  ['toSeeButton of a text', () => expect('Alice').toSeeButton('x'), 'found Alice.'],
  [
    'toHaveCalled of a person',
    () => expect(openStage().alice).toHaveCalled('getMe'),
    "toHaveCalled is asked of a bot of a world, as in expect(bot).toHaveCalled('sendMessage'); found a Person.",
  ],
  [
    'not.toSee',
    () => expect(openStage().alice).not.toSee('x'),
    'Wait for what does, then say not.toHaveSeen.',
  ],
])('%s is refused with MATCHER_MISUSE', async (_, misuse, words) => {
  const call = async () => misuse()
  await expect(call()).rejects.toMatchObject({
    code: 'MATCHER_MISUSE',
    message: expect.stringContaining(words),
  })
})

test('are typed', () => {
  const { alice, bot } = openStage()
  expectTypeOf(expect(alice).toSee).parameters.toEqualTypeOf<
    [
      string | RegExp,
      { in?: import('../src/index.js').Bot | import('../src/index.js').Chat; timeoutMs?: number }?,
    ]
  >()
  expectTypeOf(expect(alice).toSee).returns.resolves.toBeVoid()
  expectTypeOf(expect(bot).toHaveCalled).parameter(0).extract<'sendMessage'>().toEqualTypeOf<'sendMessage'>()
  // @ts-expect-error: no such method.
  expect(bot).not.toHaveCalled('sendMesage')
  // @ts-expect-error: a message is a text or a pattern.
  expectTypeOf(expect(alice).toHaveSeen).toBeCallableWith(42)
})
