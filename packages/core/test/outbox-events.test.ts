/** What plugins are told of the messages of the outbox, in a whole app with a local Telegram. */
import { expect, expectTypeOf, test } from 'vitest'
import {
  createApp,
  type DeliveryEvents,
  defineContract,
  defineMigration,
  definePlugin,
  type Outbox,
} from '../src/index.js'
import { startBot } from './lifecycle.fixture.js'

const contract = defineContract({
  name: 'post',
  migrations: [
    defineMigration({
      name: '0001-create-heard',
      async up({ sql }) {
        await sql`CREATE TABLE heard (id serial, type text NOT NULL, about text)`
      },
    }),
  ],
})

type AnyEvent = DeliveryEvents[keyof DeliveryEvents]

/** A plugin that writes down what it hears, and whatever else the test has it do. */
function listener(also?: (event: AnyEvent, outbox: Outbox) => Promise<void>) {
  const heard: AnyEvent[] = []
  const note = async (
    event: AnyEvent,
    services: {
      session: { sql: (strings: TemplateStringsArray, ...values: unknown[]) => Promise<unknown> }
      outbox: Outbox
    },
  ) => {
    heard.push(event)
    const about = 'tag' in event ? event.tag : undefined
    await services.session.sql`INSERT INTO heard (type, about) VALUES (${event.type}, ${about ?? null})`
    await also?.(event, services.outbox)
  }
  const post = definePlugin(contract, {
    events: { 'outbox.sent': note, 'outbox.refused': note, 'outbox.unknown': note, 'chat.migrated': note },
  })
  return { post, heard }
}

async function openPost(...given: Parameters<typeof listener>) {
  const { post, heard } = listener(...given)
  const app = createApp({ plugins: [post()] })
  const bot = await startBot(app)
  const rows = () =>
    app.unit(
      ({ session }) =>
        session.sql<{ type: string; about: string | null }>`SELECT type, about FROM heard ORDER BY id`,
    )
  const put = (work: (outbox: Outbox) => Promise<void>) => app.unit(({ outbox }) => work(outbox))
  return { app, bot, heard, rows, put }
}

test('who blocked the bot is told to plugins, exactly once, and the next messages still leave', async () => {
  const { app, bot, heard, rows, put } = await openPost()
  const [alice, bob] = [bot.createPerson({ firstName: 'Alice' }), bot.createPerson({ firstName: 'Bob' })]
  for (const person of [alice, bob]) person.sends('hi')
  alice.blocks(bot.bot)
  await put(async (outbox) => {
    await outbox.sendMessage(alice.id, 'one')
    await outbox.sendMessage(bob.id, 'two')
  })
  await bob.sees('two')
  await app.idle()
  expect(heard).toEqual([
    {
      type: 'outbox.refused',
      outboxId: expect.any(String),
      method: 'sendMessage',
      chatId: alice.id,
      tag: undefined,
      reason: 'blocked',
      isUnreachable: true,
      errorCode: 403,
      description: 'Forbidden: bot was blocked by the user',
    },
  ])
  expect(await rows()).toEqual([{ type: 'outbox.refused', about: null }])
})

test('a chat that is not there, and a text that Telegram refuses, are told apart', async () => {
  const { app, bot, heard, put } = await openPost()
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await put(async (outbox) => {
    await outbox.sendMessage(987_654_321, 'x')
    await outbox
      .sendMessage(alice.id, '<b>', { parse_mode: 'HTML', reply_parameters: { message_id: 999 } })
      .catch(() => undefined)
    await outbox.deleteMessage(alice.id, 999)
  })
  await app.idle()
  expect(
    heard.map((event) => event.type === 'outbox.refused' && [event.reason, event.isUnreachable]),
  ).toEqual(
    expect.arrayContaining([
      ['chat-not-found', true],
      ['invalid', false],
    ]),
  )
})

test('the id of a sent message comes back for those with a tag, and for those alone', async () => {
  const { app, bot, heard, put } = await openPost()
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await put(async (outbox) => {
    await outbox.sendMessage(alice.id, 'unheard')
    await outbox.with({ tag: 'reminder:42' }).sendMessage(alice.id, 'heard')
  })
  await app.idle()
  expect(heard).toMatchObject([
    { type: 'outbox.sent', tag: 'reminder:42', chatId: alice.id, method: 'sendMessage' },
  ])
  const [sent] = heard as [DeliveryEvents['outbox.sent']]
  expect(sent.result).toMatchObject({ message_id: sent.messageId, text: 'heard' })
  await put((outbox) => outbox.editMessageText(alice.id, sent.messageId, undefined, 'edited'))
  await alice.sees('edited')
})

test('what a plugin puts in the outbox at an event leaves with it', async () => {
  const { bot, put } = await openPost(async (event, outbox) => {
    if (event.type === 'outbox.sent') await outbox.sendMessage(event.chatId as number, `sent ${event.tag}`)
  })
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await put((outbox) => outbox.with({ tag: 'a' }).sendMessage(alice.id, 'first'))
  await alice.sees('sent a')
})

test('a plugin that fails at an event is undone and logged, and the others and the end stand', async () => {
  const { post, heard } = listener()
  const failing = definePlugin(defineContract({ name: 'failing' }), {
    events: {
      async 'outbox.sent'({ tag }, { session }) {
        await session.sql`INSERT INTO heard (type, about) VALUES ('lost', ${tag})`
        throw new RangeError('no more')
      },
    },
  })
  const app = createApp({ plugins: [post(), failing()] })
  const bot = await startBot(app)
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await app.unit(({ outbox }) => outbox.with({ tag: 'a' }).sendMessage(alice.id, 'Hello'))
  await app.idle()
  expect(heard).toHaveLength(1)
  const read = () => app.unit(({ session }) => session.sql`SELECT type FROM heard`)
  expect(await read()).toEqual([{ type: 'outbox.sent' }])
  const closed = await app.unit(({ session }) => session.sql`SELECT outcome FROM hello_outbox`)
  expect(closed).toEqual([])
  expect(bot.log).toContain('A plugin failed at an event of the outbox; what it wrote is undone')
})

test('a group that becomes a supergroup is told once, and what waits for it arrives there', async () => {
  const { app, bot, heard, rows, put } = await openPost()
  const alice = bot.createPerson({ firstName: 'Alice' })
  const group = bot.world.createGroup({ title: 'Friends', owner: alice, bots: [bot.bot] })
  const supergroup = bot.world.migrate(group)
  await put(async (outbox) => {
    await outbox.sendMessage(group.id, 'one')
    await outbox.sendMessage(group.id, 'two')
  })
  await app.idle()
  expect(heard).toEqual([{ type: 'chat.migrated', fromChatId: group.id, toChatId: supergroup.id }])
  expect(await rows()).toEqual([{ type: 'chat.migrated', about: null }])
  const texts = supergroup.messages().flatMap((message) => ('text' in message ? [message.text] : []))
  expect(texts).toEqual(['one', 'two'])
})

test('an event that there is not, or that is no function, is refused at boot', () => {
  const wrong = definePlugin(defineContract({ name: 'wrong' }), {
    // @ts-expect-error there is no such event
    events: { 'outbox.send': () => undefined },
  })
  expect(() => createApp({ plugins: [wrong()] })).toThrow(
    'there is no event "outbox.send". Did you mean "outbox.sent"?',
  )
  const worse = definePlugin(defineContract({ name: 'worse' }), { events: { 'outbox.sent': 'x' as never } })
  expect(() => createApp({ plugins: [worse()] })).toThrow(`"events['outbox.sent']" is of type string`)
})

test('a listener is typed by its event and by the plugin that listens', () => {
  definePlugin(contract, {
    events: {
      'outbox.refused'(event, services) {
        expectTypeOf(event.isUnreachable).toEqualTypeOf<boolean>()
        expectTypeOf(services.outbox).toEqualTypeOf<Outbox>()
        // @ts-expect-error of another event
        void event.messageId
      },
    },
  })
})
