/** Conversations: ask, wait, check, go on; cancel, expire, survive a restart and a new version; many people at once. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { expect, expectTypeOf, inject, onTestFinished, test } from 'vitest'
import {
  type App,
  buttonAnswer,
  createApp,
  defineContract,
  defineConversation,
  definePlugin,
  type Installation,
  message,
  messageAnswer,
  type TraceEvents,
  textAnswer,
  z,
} from '../src/index.js'
import { Markup } from '../src/telegraf.js'
import { startTestBot } from '../src/testing/index.js'
import { withServer } from '../src/testing/test-database.js'

const contract = defineContract({ name: 'orders', options: z.object({ most: z.number().default(9) }) })

const sure = buttonAnswer(z.enum(['yes', 'no']))

const order = defineConversation(contract, 'order', {
  data: z.object({ dish: z.string().optional(), amount: z.number().optional() }),
  expiresAfter: '10m',
  steps: {
    dish: {
      ask: (ctx) => ctx.outbox.reply('Which dish?'),
      answer: textAnswer(z.string().trim().min(2)),
      invalid: (ctx, issues) => ctx.outbox.reply(`No dish: ${issues[0]?.code}`),
      accept: (_ctx, dish, data) => {
        data.dish = dish
      },
      next: (_ctx, dish) => (dish === 'nothing' ? 'cancel' : 'amount'),
    },
    amount: {
      ask: (ctx, { dish }) => ctx.outbox.reply(`How many of ${dish}, up to ${ctx.options.most}?`),
      answer: textAnswer(z.coerce.number().int().min(1)),
      async next(ctx, amount, data) {
        if (amount === 13) throw new TypeError('broken')
        if (amount > ctx.options.most) return 'amount'
        data.amount = amount
        return 'sure'
      },
    },
    sure: {
      ask: (ctx, { dish, amount }) =>
        ctx.outbox.reply(
          `${amount} × ${dish}?`,
          Markup.inlineKeyboard([sure.button(ctx, 'Yes', 'yes'), sure.button(ctx, 'No', 'no')]),
        ),
      answer: sure,
      next: (_ctx, answer) => (answer === 'yes' ? 'done' : 'dish'),
    },
  },
  done: (ctx, { dish, amount }) => ctx.outbox.reply(`Ordered: ${amount} × ${dish}`),
})

const contact = defineConversation(contract, 'contact', {
  steps: {
    phone: {
      ask: (ctx) => ctx.outbox.reply('Your number?'),
      answer: messageAnswer(message('contact'), (ctx) => ctx.message.contact.phone_number),
      accept: async (ctx, phone) => {
        expectTypeOf(phone).toEqualTypeOf<string>()
        await ctx.outbox.reply(`Calling ${phone}`)
      },
      next: 'where',
    },
    where: {
      ask: (ctx) => ctx.outbox.reply('Where are you?'),
      answer: messageAnswer(
        message('location'),
        (ctx) => ctx.message.location.latitude,
        z.number().min(0, 'south'),
      ),
      invalid: (ctx, [issue]) => ctx.outbox.reply(`Not there: ${issue?.message}`),
      next: 'done',
    },
  },
  cancelled: (ctx) => ctx.outbox.reply('Then not.'),
  done: async (ctx) => {
    await ctx.outbox.reply('Coming')
    await order.start(ctx, { dish: 'soup' })
  },
})

const heard = {
  updates: ['message'],
  install: (bot) => bot.on(message('text'), (ctx) => ctx.outbox.reply(`Heard ${ctx.message.text}`)),
} satisfies Installation<typeof contract>

const orders = definePlugin(contract, {
  conversations: [order, contact],
  commands: {
    order: { description: 'Order', handle: (ctx) => order.start(ctx) },
    contact: { description: 'Leave a number', handle: (ctx) => contact.start(ctx) },
    help: { description: 'Help', handle: (ctx) => ctx.outbox.reply('Help!') },
    stop: { description: 'Stop', handle: async (ctx) => ctx.outbox.reply(String(await order.cancel(ctx))) },
  },
  handlers: heard,
})

const silent = definePlugin(contract, {
  commands: { help: { description: 'Help', handle: (ctx) => ctx.outbox.reply('Help!') } },
  handlers: heard,
})

async function start(app: App = createApp({ plugins: [orders()] })) {
  const bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
  onTestFinished(() => bot.stop())
  const sql = (text: string) => withServer(bot.databaseUrl, async (client) => (await client.query(text)).rows)
  const alice = bot.createPerson({ firstName: 'Alice' })
  const says = async (text: string, expected: string) => {
    alice.sends(text)
    await alice.sees(expected)
  }
  return { bot, sql, alice, says }
}

test('asks, checks, asks again, goes back, and ends with what was gathered', async () => {
  const { alice, says, sql } = await start()
  await says('/order', 'Which dish?')
  await says('x', 'No dish: too_small')
  await says('  soup ', 'How many of soup, up to 9?')
  await says('a few', 'How many of soup, up to 9?')
  await says('10', 'How many of soup, up to 9?')
  await says('3', '3 × soup?')
  await alice.taps('No')
  await alice.sees('Which dish?')
  await says('cake', 'How many of cake, up to 9?')
  await says('1', '1 × cake?')
  await (await alice.taps('Yes')).answered()
  await alice.sees('Ordered: 1 × cake')
  await says('thanks', 'Heard thanks')
  expect(await sql('SELECT * FROM hello_state')).toEqual([])
})

test('takes contacts and places; another kind of message is asked for again', async () => {
  const { alice, says } = await start()
  await says('/contact', 'Your number?')
  await says('12345', 'Your number?')
  alice.sendsContact({ phone_number: '+49 30 1', first_name: 'Alice' })
  await alice.sees('Calling +49 30 1')
  await alice.sees('Where are you?')
  alice.sendsLocation({ latitude: -1, longitude: 0 })
  await alice.sees('Not there: south')
  await says('here', 'Not there: Another kind of answer is expected')
  alice.sendsLocation({ latitude: 1, longitude: 0 })
  await alice.sees('Coming')
  await alice.sees('Which dish?')
  await says('cake', 'How many of cake, up to 9?')
})

test('a command is answered in between, and is never an answer; one that starts another conversation ends the first', async () => {
  const { alice, says } = await start()
  await says('/order', 'Which dish?')
  await says('/help', 'Help!')
  await says('/unknown', 'Heard /unknown')
  await says('/contact', 'Your number?')
  alice.sendsContact({ phone_number: '1', first_name: 'Alice' })
  await alice.sees('Calling 1')
})

test('/cancel ends it, in the words of the conversation or of core; without one it is a text like any other', async () => {
  const { says, bot } = await start()
  await says('/cancel', 'Heard /cancel')
  await says('/order', 'Which dish?')
  await says('/cancel', 'Cancelled.')
  await says('soup', 'Heard soup')
  await says('/contact', 'Your number?')
  await says('/cancel@otherbot', 'Heard /cancel@otherbot')
  await says(`/cancel@${bot.bot.username}`, 'Then not.')
  await says('/order', 'Which dish?')
  await says('nothing', 'Cancelled.')
  await says('/order', 'Which dish?')
  await says('/stop', 'true')
  await says('/stop', 'false')
  await says('soup', 'Heard soup')
})

test('core’s own words are in the language of the person', async () => {
  const { bot } = await start()
  const ivan = bot.createPerson({ firstName: 'Иван', languageCode: 'ru' })
  ivan.sends('/order')
  await ivan.sees('Which dish?')
  ivan.sends('/cancel')
  await ivan.sees('Отменено.')
})

test('a step that throws leaves the conversation where it was', async () => {
  const { bot, alice, says } = await start()
  await says('/order', 'Which dish?')
  await says('soup', 'How many of soup, up to 9?')
  alice.sends('13')
  await expect.poll(() => bot.failures.length).toBe(1)
  await says('3', '3 × soup?')
  expect(bot.failures).toMatchObject([{ plugin: 'orders', handler: 'conversation order' }])
})

test('goes on after a restart', async () => {
  const { alice, says, bot } = await start()
  await says('/order', 'Which dish?')
  await says('soup', 'How many of soup, up to 9?')
  await bot.app.idle()
  await bot.app.stop()
  await bot.app.start({ env: { ...bot.env, LOG_LEVEL: 'silent' } })
  await says('2', '2 × soup?')
  await alice.taps('Yes')
  await alice.sees('Ordered: 2 × soup')
})

test('is over when nobody has answered in time; each answer counts the time anew', async () => {
  const { says, sql } = await start()
  const age = (seconds: number) =>
    sql(`UPDATE hello_state SET expires_at = expires_at - interval '${seconds} seconds'`)
  await says('/order', 'Which dish?')
  await age(590)
  await says('soup', 'How many of soup, up to 9?')
  await age(590)
  await says('a few', 'How many of soup, up to 9?')
  await age(590)
  await says('2', '2 × soup?')
  await age(600)
  await says('hello', 'Heard hello')
})

test('people in a group, and one person in two chats, have conversations of their own', async () => {
  const { bot, alice, says } = await start()
  const bob = bot.createPerson({ firstName: 'Bob' })
  const group = bot.world.createGroup({ title: 'Tea', members: [alice, bob], administrators: [bot.bot] })
  const inGroup = async (who: typeof alice, text: string, expected: string) => {
    who.sends(text, { in: group })
    await who.sees(expected, { in: group })
  }
  await inGroup(alice, '/order', 'Which dish?')
  await inGroup(bob, 'me too', 'Heard me too')
  await inGroup(bob, '/order', 'Which dish?')
  await says('/order', 'Which dish?')
  await inGroup(bob, 'cake', 'How many of cake, up to 9?')
  await says('tea', 'How many of tea, up to 9?')
  await inGroup(alice, 'soup', 'How many of soup, up to 9?')
  await inGroup(bob, '1', '1 × cake?')
  await inGroup(alice, '2', '2 × soup?')
  await says('3', '3 × tea?')
  const tap = await alice.taps('Yes', { in: group })
  await tap.answered()
  await alice.sees('Ordered: 2 × soup', { in: group })
})

test('in a group, who replies to somebody else does not answer the bot', async () => {
  const { bot, alice } = await start()
  const bob = bot.createPerson({ firstName: 'Bob' })
  const group = bot.world.createGroup({ title: 'Tea', members: [alice, bob], administrators: [bot.bot] })
  alice.sends('/order', { in: group })
  const question = await alice.sees('Which dish?', { in: group })
  const word = bob.sends('What is for lunch?', { in: group })
  await bob.sees('Heard What is for lunch?', { in: group })
  alice.sends('no idea', { in: group, replyTo: word })
  await alice.sees('Heard no idea', { in: group })
  alice.sends('soup', { in: group, replyTo: question })
  await alice.sees('How many of soup, up to 9?', { in: group })
})

test('a service message is no answer', async () => {
  const { bot, alice, says } = await start()
  await says('/order', 'Which dish?')
  const chat = { id: alice.id, type: 'private', first_name: 'Alice' }
  bot.world.deliver(bot.bot, (update_id: number) => ({
    update_id,
    message: { message_id: 1, date: 1, chat, from: alice.user, message_auto_delete_timer_changed: {} },
  }))
  await says('soup', 'How many of soup, up to 9?')
})

test('a button answers its own question alone', async () => {
  const { alice, says } = await start()
  await says('/order', 'Which dish?')
  await says('soup', 'How many of soup, up to 9?')
  await says('2', '2 × soup?')
  await alice.taps('No')
  await alice.sees('Which dish?')
  const isOutOfDate = async () => {
    const { text } = await (await alice.taps('Yes')).answered()
    return text !== undefined
  }
  expect(await isOutOfDate()).toBe(true)
  await says('cake', 'How many of cake, up to 9?')
  expect(await isOutOfDate()).toBe(true)
  await says('1', '1 × cake?')
  expect(await isOutOfDate()).toBe(false)
  await alice.sees('Ordered: 1 × cake')
  expect(await isOutOfDate()).toBe(true)
})

test('what the code no longer knows ends, with a line in the log and a word to the person', async () => {
  const { bot, says, sql } = await start()
  const change = (field: string, value: string) =>
    sql(`UPDATE hello_state SET value = jsonb_set(value::jsonb, '{${field}}', '${value}')::json`)
  const changes = {
    step: '"gone"',
    conversation: '"gone"',
    plugin: '"gone"',
    data: '{"dish": 7}',
    token: '7',
  }
  for (const [field, value] of Object.entries(changes)) {
    await says('/order', 'Which dish?')
    await change(field, value)
    await says('soup', 'Sorry, I have lost the thread. Please start again.')
    await says('soup', 'Heard soup')
  }
  const lines = bot.log.split('\n').filter((text) => text.includes('CONVERSATION_LOST'))
  expect(lines.map((line) => JSON.parse(line).err.message)).toEqual([
    'The conversation "order" of plugin "orders" no longer has the step "gone". It has ended.',
    'The plugin "orders" no longer has the conversation "gone". It has ended.',
    'The plugin "gone" no longer has the conversation "order". It has ended.',
    expect.stringContaining(
      'has kept data that no longer fit: Invalid input: expected string, received number at dish.',
    ),
    'A conversation was kept in a way that this version does not know. It has ended.',
  ])
})

test('a step may hand over to another conversation, or end its own', async () => {
  const handing = defineConversation(contract, 'handing', {
    steps: {
      what: {
        ask: async (ctx) => {
          await ctx.outbox.reply('What?')
          if (ctx.chat?.type !== 'private') await handing.cancel(ctx)
        },
        answer: textAnswer(),
        accept: (ctx) => order.start(ctx, { dish: 'soup' }),
        next: 'done',
      },
    },
  })
  const plugin = definePlugin(contract, {
    conversations: [handing, order],
    commands: { hand: { description: 'Hand over', handle: (ctx) => handing.start(ctx) } },
    handlers: heard,
  })
  const { bot, alice, says } = await start(createApp({ plugins: [plugin()] }))
  await says('/hand', 'What?')
  await says('to order', 'Which dish?')
  await says('cake', 'How many of cake, up to 9?')
  const group = bot.world.createGroup({ title: 'Tea', members: [alice], administrators: [bot.bot] })
  alice.sends('/hand', { in: group })
  await alice.sees('What?', { in: group })
  alice.sends('nothing', { in: group })
  await alice.sees('Heard nothing', { in: group })
})

test('misuse is refused in words', async () => {
  const stray = defineConversation(contract, 'stray', {
    steps: { one: { ask: () => undefined, answer: textAnswer(), next: 'done' } },
  })
  const odd = defineConversation(contract, 'odd', {
    data: z.object({ note: z.string().default('') }),
    steps: {
      one: {
        ask: (ctx) => ctx.outbox.reply('One?'),
        answer: textAnswer(),
        next: (ctx, text, data) => {
          if (text === 'note') data.note = 'x'.repeat(20_000)
          if (text === 'long') sure.button(ctx, 'Long', 'y'.repeat(52) as 'yes')
          return text === 'note' ? 'one' : ('two' as 'one')
        },
      },
    },
  })
  const plugin = definePlugin(contract, {
    conversations: [odd],
    commands: {
      odd: { description: 'Odd', handle: (ctx) => odd.start(ctx) },
      stray: { description: 'Stray', handle: (ctx) => stray.start(ctx) },
      wrong: { description: 'Wrong', handle: (ctx) => odd.start(ctx, { note: 7 as never }) },
      button: { description: 'Button', handle: (ctx) => void sure.button(ctx, 'Yes', 'yes') },
    },
    handlers: {
      updates: ['poll'],
      install: (bot) => bot.on('poll', (ctx) => odd.start(ctx)),
    },
  })
  const { alice, bot, says } = await start(createApp({ plugins: [plugin()] }))
  for (const text of ['/stray', '/wrong', '/button']) alice.sends(text)
  bot.world.deliver(bot.bot, (update_id: number) => ({ update_id, poll: { id: '1' } }))
  await says('/odd', 'One?')
  for (const text of ['nowhere', 'note', 'long']) alice.sends(text)
  await expect
    .poll(() => bot.failures.map(({ error }) => (error as { code?: string }).code).sort())
    .toEqual(
      [
        'CONVERSATION_UNKNOWN',
        'STATE_VALUE',
        'CONVERSATION_BUTTON',
        'STATE_OWNER',
        'CONVERSATION_STEP',
        'STATE_TOO_LARGE',
        'CONVERSATION_BUTTON',
      ].sort(),
    )
  expect(bot.failures.map(({ error }) => String(error)).join('\n')).toContain(
    'the step "one" went on to "two", which is none of its steps (one, done, cancel).',
  )
})

test('what a conversation cannot be is said at boot, all at once', () => {
  const step = { ask: () => undefined, answer: textAnswer(), next: () => 'done' as const }
  const other = defineContract({ name: 'other' })
  const make = (name: string, definition: object) => defineConversation(contract, name, definition as never)
  const plugin = definePlugin(contract, {
    conversations: [
      make('twice', { steps: { one: step } }),
      make('twice', { steps: { one: step } }),
      make('Bad name', { steps: { one: step } }),
      make('empty', { steps: {} }),
      make('long', { steps: { one: step }, expiresAfter: '10 minutes' }),
      make('spelt', { steps: { one: step }, cancel: () => undefined }),
      make('text', { steps: { one: step }, data: z.string(), done: 'x' }),
      make('steps', {
        steps: { done: step, '1': step, one: { ...step, ask: 1, answer: {}, next: 'two', after: 2 } },
      }),
      // @ts-expect-error of another plugin
      defineConversation(other, 'foreign', { steps: { one: step } }),
      {} as never,
    ],
  })
  let message = ''
  try {
    createApp({ plugins: [plugin()] })
  } catch (error) {
    message = String(error)
    const codes = new Set((error as AggregateError).errors.map(({ code }) => code))
    expect([...codes]).toEqual(['CONVERSATION_INVALID'])
  }
  for (const text of [
    '"twice" stands in the list twice, or has the name of another one.',
    '"Bad name" has a name of a wrong form',
    '"empty" has no steps.',
    '"long" expires after "10 minutes"',
    '"spelt" has a part "cancel" that core does not know. Did you mean "cancelled"?',
    '"text" has data that are no z.object',
    '"text" has a "done" that is no function.',
    '"steps" has a step "done" whose name means an end of the conversation.',
    '"steps" has a step "1" whose name is none',
    '"steps" has a step "one" with a part "after" that core does not know.',
    '"steps" has a step "one" whose "ask" is no function.',
    '"steps" has a step "one" whose "answer" is none',
    '"steps" has a step "one" whose "next" is "two", neither a function nor one of 1, done, one, done, cancel.',
    '"foreign" was defined with the contract of "other".',
    'conversations[9] is not what defineConversation() made.',
  ])
    expect(message).toContain(text)
  expect(() => createApp({ plugins: [definePlugin(contract, { conversations: {} as never })()] })).toThrow(
    '"conversations" must be a list of what defineConversation() made.',
  )
  expect(() => textAnswer({} as never)).toThrow('textAnswer() takes a schema of zod')
  expect(() => messageAnswer('contact' as never, () => 1)).toThrow('messageAnswer() takes a filter')
})

test('a message that no command takes costs one read, and nothing where the app has no conversation', async () => {
  const withConversations = await start()
  const { bot, says } = await start(createApp({ plugins: [silent()] }))
  const texts = { [withConversations.bot.bot.id]: [] as string[], [bot.bot.id]: [] as string[] }
  const note = (event: unknown) => {
    const { botId, text } = event as TraceEvents['hello:sql']
    if (botId !== undefined && text.includes('hello_state')) texts[botId]?.push(text)
  }
  subscribe('hello:sql', note)
  onTestFinished(() => void unsubscribe('hello:sql', note))
  await withConversations.says('/help', 'Help!')
  await says('/help', 'Help!')
  await says('hi', 'Heard hi')
  expect(texts).toEqual({ [withConversations.bot.bot.id]: [], [bot.bot.id]: [] })
  await withConversations.says('hi', 'Heard hi')
  expect(texts[withConversations.bot.bot.id]).toEqual([
    expect.stringContaining('SELECT value FROM hello_state'),
  ])
})

test('the compiler knows what each answer gives, what is kept, and where a step may go', () => {
  defineConversation(contract, 'typed', {
    data: z.object({ count: z.number() }),
    steps: {
      text: {
        ask: (ctx, data) => {
          expectTypeOf(data).toEqualTypeOf<{ count: number }>()
          expectTypeOf(ctx.from.id).toEqualTypeOf<number>()
          expectTypeOf(ctx.options.most).toEqualTypeOf<number>()
        },
        answer: textAnswer(),
        next: (_ctx, value) => {
          expectTypeOf(value).toEqualTypeOf<string>()
          return 'number'
        },
      },
      number: {
        ask: () => undefined,
        answer: textAnswer(z.coerce.number()),
        next: (_ctx, value) => {
          expectTypeOf(value).toEqualTypeOf<number>()
          return 'button'
        },
      },
      button: {
        ask: () => undefined,
        answer: sure,
        async next(_ctx, value) {
          expectTypeOf(value).toEqualTypeOf<'yes' | 'no'>()
          return value === 'yes' ? 'photo' : 'cancel'
        },
      },
      photo: {
        ask: () => undefined,
        answer: messageAnswer(message('photo'), (ctx) => ctx.message.photo.length),
        next: (_ctx, value) => {
          expectTypeOf(value).toEqualTypeOf<number>()
          return 'cancel'
        },
      },
      astray: {
        ask: () => undefined,
        answer: textAnswer(),
        // @ts-expect-error there is no such step
        next: () => 'nowhere',
      },
      lost: {
        ask: () => undefined,
        answer: textAnswer(),
        accept: (_ctx, value) => expectTypeOf(value).toEqualTypeOf<string>(),
        // @ts-expect-error there is no such step either
        next: 'nowhere',
      },
    },
    done: (_ctx, data) => expectTypeOf(data).toEqualTypeOf<{ count: number }>(),
  })
  const call = () => {
    // @ts-expect-error no such payload
    sure.button({} as never, 'Maybe', 'maybe')
    // @ts-expect-error a number is wanted
    return order.start({} as never, { amount: '3' })
  }
  expectTypeOf(call).returns.resolves.toBeVoid()
})
