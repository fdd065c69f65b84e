/** What happens to every update, as people notice it. */
import {
  type CommandContext,
  createApp,
  defineContract,
  definePlugin,
  defineTexts,
  message,
  type TraceEvents,
  traceChannels,
} from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { User, users } from '../src/index.js'

const contract = defineContract({
  name: 'echo',
  requires: [users],
  texts: defineTexts({ en: { hello: 'Hello {{id}}' }, ru: { hello: 'Привет {{id}}' } }),
})

const echo = definePlugin(contract, {
  commands: { start: { description: 'Hello', handle: greet } },
  handlers: {
    updates: ['message'],
    install: (bot) => bot.on(message('text'), (ctx) => ctx.outbox.reply('Echo')),
  },
})

async function greet(ctx: CommandContext<typeof contract>) {
  const { id } = await ctx.services.users.remember(ctx.from)
  await ctx.outbox.reply(ctx.t('hello', { id }))
}

const app = createApp({ plugins: [users(), echo()] })
let bot: TestBot
beforeAll(async () => {
  // Quiet: one of the people here deletes their account.
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl'), quiet: true })
})
afterAll(() => bot?.stop())

const userOf = async (telegramId: number) => {
  await app.idle()
  const user = await app.unit(({ users }) => users.get(telegramId))
  if (user === undefined) expect.fail('they are not known')
  return user
}

/** Updates are taken in by their order: when an answer to a later one is there, all before it are. */
const untilHandled = async () => {
  const bystander = bot.createPerson({ firstName: 'Bystander' })
  bystander.sends('hi')
  await bystander.sees('Echo')
  await app.idle()
}

test('knows everybody who writes to the bot, whatever they write', async () => {
  const alice = bot.createPerson({ firstName: 'Alice', lastName: 'Liddell' })
  alice.sends('hi')
  await alice.sees('Echo')
  expect(await userOf(alice.id)).toMatchObject({ firstName: 'Alice', lastName: 'Liddell', status: 'new' })
})

test('counts messages, and a kill of the count keeps everything else', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  for (let sent = 0; sent < 3; sent++) {
    alice.sends('hi')
    await alice.sees('Echo')
  }
  await userOf(alice.id)
  await app.unit(({ userActivity }) => userActivity.flush())
  expect(await userOf(alice.id)).toMatchObject({ totalMessages: 3, lastActivityAt: expect.any(Date) })
})

test('finds whom it counts by their numbers, however many others there are', async () => {
  const { ids, before, after } = await app.unit(async ({ userActivity, session: { sql } }) => {
    const readInOrder = async () => {
      const [table] = await sql<{ rows: number }>`
        SELECT seq_tup_read::integer AS rows FROM pg_stat_xact_user_tables WHERE relname = 'users'`
      return table?.rows
    }
    const made = await sql<{ id: number }>`
      INSERT INTO users (telegram_id) SELECT 2::bigint ^ 51 + number FROM generate_series(1, 30000) AS number
      RETURNING id`
    await sql`ANALYZE users`
    const ids = made.slice(0, 300).map(({ id }) => id)
    const before = await readInOrder()
    for (const id of ids) userActivity.note(id, 2)
    await userActivity.flush()
    return { ids, before, after: await readInOrder() }
  })
  const counted = await app.unit(({ session }) =>
    session.repository(User).count({ where: { id: ids, totalMessages: 2 } }),
  )
  expect({ counted, after }).toEqual({ counted: 300, after: before })
})

test('a banned person gets no handler, until the ban is lifted', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await alice.sees('Echo')
  const { id } = await userOf(alice.id)
  await app.unit(({ users }) => users.ban(id))
  for (const text of ['hi', '/start', '/me', '/forget']) alice.sends(text)
  await untilHandled()
  expect(alice.transcript().filter(({ from }) => from === 'Hello')).toHaveLength(1)
  await app.unit(({ users }) => users.unban(id))
  alice.sends('hi')
  await alice.sees('Echo')
})

test('notes a block and its end, and lifts no ban by it', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await alice.sees('Echo')
  const { id } = await userOf(alice.id)
  await app.unit(({ users }) => users.setStatus(id, 'active'))
  alice.blocks(bot.bot)
  await untilHandled()
  expect(await userOf(alice.id)).toMatchObject({
    isActive: false,
    status: 'churned',
    blockedBotAt: expect.any(Date),
  })
  await app.unit(({ users }) => users.ban(id))
  alice.unblocks(bot.bot)
  await untilHandled()
  expect(await userOf(alice.id)).toMatchObject({
    blockedBotAt: null,
    bannedAt: expect.any(Date),
    isActive: false,
  })
  await app.unit(({ users }) => users.unban(id))
  alice.sends('hi')
  await alice.sees('Echo')
  expect(await userOf(alice.id)).toMatchObject({ status: 'active', isActive: true })
})

test.each([
  ['another bot', { id: 2 ** 34, is_bot: true, first_name: 'Bot', username: 'other_bot' }],
  ['a channel', { id: 136_817_688, is_bot: true, first_name: 'Channel', username: 'Channel_Bot' }],
  ['an anonymous administrator', { id: 1_087_968_824, is_bot: true, first_name: 'Group' }],
])('%s is nobody whom the bot meets, and its message is handled', async (_, from) => {
  const chat = { id: from.id, type: 'private', first_name: 'x' }
  const updateId = bot.bot.updates.takeId()
  const content = { message_id: 1, date: 1_700_000_000, chat, from, text: 'hi' }
  bot.world.deliver(bot.bot, { update_id: updateId, message: content })
  await untilHandled()
  expect(await app.updates().show(updateId)).toMatchObject({ status: 'done' })
  expect(await app.unit(({ users }) => users.get(from.id))).toBeUndefined()
})

test('a block of somebody whom the bot has not met creates nobody', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.blocks(bot.bot)
  await untilHandled()
  expect(await app.unit(({ users }) => users.get(alice.id))).toBeUndefined()
})

test('notes that an account is gone, by what becomes of a message', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await alice.sees('Echo')
  await userOf(alice.id)
  alice.deactivates()
  await app.unit(({ outbox }) => outbox.sendMessage(alice.id, 'Are you there?'))
  expect(await userOf(alice.id)).toMatchObject({ isActive: false, blockedBotAt: expect.any(Date) })
})

test('counts a newcomer once, for whose link they came by', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  const linkOf = async (who: typeof alice) => {
    who.sends('/invite')
    const { text } = await who.sees(/^Share this link/)
    return /start=(ref_\S+)/.exec(text ?? '')?.[1] ?? expect.fail('no link')
  }
  const link = await linkOf(alice)
  expect(await linkOf(alice)).toBe(link)
  const bob = bot.createPerson({ firstName: 'Bob' })
  bob.opens(bot.bot, link)
  await bob.sees(/^Hello/)
  expect((await userOf(bob.id)).referrerId).toBe((await userOf(alice.id)).id)

  const carol = bot.createPerson({ firstName: 'Carol' })
  carol.sends('/start')
  await carol.sees(/^Hello/)
  bob.opens(bot.bot, await linkOf(carol))
  await bob.sees(/^Hello/)
  expect((await userOf(bob.id)).referrerId, 'the first counts').toBe((await userOf(alice.id)).id)
  alice.opens(bot.bot, link)
  await alice.sees(/^Hello/)
  expect((await userOf(alice.id)).referrerId, 'nobody brings themselves').toBeNull()
  alice.opens(bot.bot, await linkOf(bob))
  await alice.sees(/^Hello/)
  expect((await userOf(alice.id)).referrerId, 'no ring').toBeNull()
  const dave = bot.createPerson({ firstName: 'Dave' })
  dave.opens(bot.bot, 'ref_nobodys')
  await dave.sees(/^Hello/)
  expect((await userOf(dave.id)).referrerId).toBeNull()
})

test('speaks the language that was chosen, whatever Telegram says', async () => {
  const alice = bot.createPerson({ firstName: 'Alice', languageCode: 'en' })
  alice.sends('hi')
  await alice.sees('Echo')
  const { id } = await userOf(alice.id)
  await app.unit(({ users }) => users.setLanguage(id, 'ru'))
  alice.sends('/start')
  await alice.sees(/^Привет/)
  await app.unit(({ users }) => users.setLanguage(id, null))
  alice.sends('/start')
  await alice.sees(/^Hello/)
})

test('asks for the sender once in an update, whoever remembers them', async () => {
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  await alice.sees('Echo')
  await app.idle()
  const statements: string[] = []
  const note = (event: unknown) => {
    const { text, updateId } = event as TraceEvents['hello:sql']
    if (updateId !== undefined) statements.push(text)
  }
  traceChannels.sql.subscribe(note)
  alice.sends('/start')
  await alice.sees(/^Hello/)
  await app.idle()
  traceChannels.sql.unsubscribe(note)
  expect(statements.filter((text) => /\busers\b/.test(text))).toHaveLength(1)
})
