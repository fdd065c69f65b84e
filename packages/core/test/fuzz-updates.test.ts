/** Ten thousand updates of real kinds, each broken somewhere: none stops the bot, none stays unsettled, and what comes behind them is handled. */
import fc from 'fast-check'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { createApp, defineContract, definePlugin } from '../src/index.js'
import { startTestBot } from '../src/testing/index.js'
import { runs } from './properties/seed.js'

const from = { id: 42, is_bot: false, first_name: 'Вася', username: 'vasya', language_code: 'ru' }
const chat = { id: -1_002_000_000_000, type: 'supergroup', title: 'Группа' }
const entities = [{ type: 'bot_command', offset: 0, length: 6 }]
const message = { message_id: 1, date: 1_700_000_000, chat, from, text: '/start ref_7', entities }

/** An event of every kind that a bot may have asked for. */
const events = {
  message,
  edited_message: { ...message, edit_date: 2, reply_to_message: { ...message, caption: 'x' } },
  channel_post: { ...message, from: undefined, sender_chat: chat, photo: [{ file_id: 'a', width: 1 }] },
  callback_query: { id: '1', from, message, chat_instance: '2', data: 'rate:5' },
  inline_query: { id: '1', from, query: 'q', offset: '' },
  chosen_inline_result: { result_id: '1', from, query: 'q' },
  poll: { id: '1', question: '?', options: [{ text: 'a', voter_count: 0 }], is_closed: false },
  poll_answer: { poll_id: '1', user: from, option_ids: [0] },
  my_chat_member: { chat, from, date: 1, old_chat_member: { user: from, status: 'member' } },
  message_reaction: { chat, user: from, message_id: 1, date: 1, old_reaction: [], new_reaction: [] },
}
const kinds = Object.keys(events) as (keyof typeof events)[]

type Json = unknown

const odd: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    '',
    0,
    -1,
    1.5,
    true,
    [],
    {},
    '\ud800',
    'a\u0000b',
    2 ** 53,
    1e308,
    'undefined',
  ),
  fc.constantFrom<Json>(
    2 ** 31,
    2 ** 40,
    -(2 ** 52),
    'x'.repeat(5_000),
    [[[[]]]],
    { id: {} },
    { toString: 1 },
  ),
  fc.integer({ min: 1, max: 100 }).map(nested),
  fc.jsonValue({ maxDepth: 3 }),
)

/** What is done to one place of an event. */
const mutation = fc.record({
  place: fc.nat(),
  how: fc.constantFrom('drop' as const, 'replace' as const, 'add' as const, 'wrap' as const),
  odd,
  name: fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'chat', 'from', ''),
})

const broken = fc.record({
  kind: fc.constantFrom(...kinds),
  mutations: fc.array(mutation, { minLength: 1, maxLength: 3 }),
  /** Of 20, one has no id that could be a key. */
  id: fc.oneof(
    { weight: 19, arbitrary: fc.constant('its own' as const) },
    { weight: 1, arbitrary: fc.constantFrom<Json>(null, 'x', 1.5, 2 ** 53, {}) },
  ),
})

test('no update stops the bot: each is done, failed or skipped, and prototypes stay as they are', async () => {
  const plugin = definePlugin(defineContract({ name: 'curious' }), {
    commands: {
      start: {
        description: 'Start',
        handle: (ctx) => ctx.outbox.reply(`Hello, ${ctx.from?.first_name} ${ctx.payload}`),
      },
    },
    callbacks: { rate: { handle: (ctx) => ctx.outbox.edit(`Rated ${ctx.payload}`) } },
    handlers: {
      updates: kinds,
      install: (bot) =>
        bot.use(async (ctx) => {
          // What a handler may ask of a context, whatever came.
          const seen = [
            ctx.chat?.id,
            ctx.from?.username,
            ctx.message,
            ctx.callbackQuery,
            ctx.updateType,
            ctx.text,
          ]
          if (seen.includes('never')) return
          await ctx.services.session.sql`SELECT 1`
        }),
    },
  })
  await using bot = await startTestBot(createApp({ plugins: [plugin()] }), {
    postgresUrl: inject('postgresUrl'),
    quiet: true,
    env: { LOG_LEVEL: 'silent' },
  })
  const rejections: unknown[] = []
  const note = (reason: unknown) => void rejections.push(reason)
  process.on('unhandledRejection', note)
  onTestFinished(() => void process.off('unhandledRejection', note))
  const { numRuns = 0, seed } = runs(10_000)
  process.stdout.write(`fuzzed updates: seed ${seed}\n`)
  const prototype = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort())

  for (const { kind, mutations, id } of fc.sample(broken, { numRuns, seed: seed as number })) {
    const event = mutations.reduce<Json>(mutate, structuredClone(events[kind]))
    bot.world.deliver(bot.bot, (own: number) => ({ update_id: id === 'its own' ? own : id, [kind]: event }))
  }
  const alice = bot.createPerson({ firstName: 'Alice' })
  alice.sends('/start behind')
  await alice.sees('Hello, Alice behind', { timeoutMs: 500_000 })
  await bot.app.idle()

  const client = new pg.Client({ connectionString: bot.databaseUrl })
  await client.connect()
  const { rows } = await client.query(
    `SELECT count(*)::int AS all, count(*) FILTER (WHERE settled_at IS NULL)::int AS open FROM hello_inbox`,
  )
  await client.end()
  expect(rows[0].open, `seed ${seed}`).toBe(0)
  expect(rows[0].all, `seed ${seed}`).toBeGreaterThan(numRuns * 0.9)
  expect(rejections, `seed ${seed}`).toEqual([])
  expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort())).toBe(prototype)
}, 600_000)

function nested(depth: number): Json {
  let value: Json = 'deep'
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { reply_to_message: value }
  return value
}

/** Changes one place, wherever it lies. What stands there then is a copy, or one update would change another. */
function mutate(
  root: Json,
  { place, how, odd, name }: { place: number; how: string; odd: Json; name: string },
): Json {
  const places = placesIn(root)
  const chosen = places[place % places.length]
  const put = structuredClone(odd)
  if (chosen === undefined) return put
  const { owner, key } = chosen
  if (how === 'drop') delete owner[key]
  else if (how === 'replace') owner[key] = put
  else if (how === 'wrap') owner[key] = { [key]: owner[key] }
  // An own property of this name, as JSON.parse makes it.
  else
    Object.defineProperty(owner, name, { value: put, enumerable: true, configurable: true, writable: true })
  return root
}

function placesIn(value: Json): { owner: Record<string, Json>; key: string }[] {
  if (typeof value !== 'object' || value === null) return []
  const owner = value as Record<string, Json>
  return Object.keys(owner).flatMap((key) => [{ owner, key }, ...placesIn(owner[key])])
}
