/** Updates as nobody should send them, by polling and by webhook: each is refused, skipped, handled or recorded, and the next one is handled. */
import type { ServerResponse } from 'node:http'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import {
  type App,
  createApp,
  defineContract,
  defineMigration,
  definePlugin,
  type HandlerContext,
  traceChannels,
} from '../src/index.js'
import { answerJson, startLocalServer } from '../src/telegram/local-server.fixture.js'
import { createTestDatabase } from '../src/testing/index.js'
import { freePort } from './support/free-port.js'

const contract = defineContract({
  name: 'seen',
  migrations: [
    defineMigration({
      name: '0001-create-seen',
      up: async ({ sql }) => {
        await sql`CREATE TABLE seen (update_id bigint, chat bigint, text text, date bigint)`
      },
    }),
  ],
})

const kinds = ['message', 'edited_message', 'channel_post', 'callback_query', 'poll', 'new_kind']
const seen = definePlugin(contract, {
  handlers: {
    updates: kinds,
    install: (bot) => bot.use((ctx, next) => see(ctx as never).then(next)),
  },
})

/** Asks the context for all that telegraf offers: what an update has not is undefined, and throws nothing. */
async function see(ctx: HandlerContext<typeof contract>) {
  const { chat, from, text, message, msgId, callbackQuery } = ctx
  void [from, msgId, callbackQuery, ctx.entities()]
  const date = (message as { date?: number } | undefined)?.date ?? null
  await ctx.services.session
    .sql`INSERT INTO seen VALUES (${ctx.update.update_id}, ${chat?.id ?? null}, ${text ?? null}, ${date})`
}

type Raw = (id: number) => string
const message =
  (fields: string): Raw =>
  (id) =>
    `{"update_id":${id},"message":${fields}}`
const ofChat = (chat: number | string, rest = '') => message(`{"chat":{"id":${chat}}${rest}}`)
const texts = (text: string) => ofChat(5, `,"text":${text}`)

/** Rows of the table of bad input that updates are in. */
const handled: [string, Raw, { chat?: string | null; text?: string | null; date?: string }?][] = [
  ['a kind that nobody knows', (id) => `{"update_id":${id},"new_kind":{"x":1}}`, { chat: null }],
  ['no kind at all', (id) => `{"update_id":${id}}`, { chat: null }],
  ['a kind whose content is none', (id) => `{"update_id":${id},"message":"x"}`, { chat: null }],
  ['a message without a chat', message('{"text":"hi"}'), { chat: null, text: 'hi' }],
  ['a message without a sender (channel, anonymous admin)', texts('"hi"'), { chat: '5', text: 'hi' }],
  ['a poll, which has neither', (id) => `{"update_id":${id},"poll":{"id":"1"}}`, { chat: null }],
  ['a text of no characters', texts('""'), { text: '' }],
  ['a text of 4096 characters', texts(`"${'я'.repeat(4_096)}"`), { text: 'я'.repeat(4_096) }],
  ['half an emoji', texts('"a\\ud83d"'), { text: 'a\ufffd' }],
  ['a NUL character', texts('"a\\u0000b"'), { text: 'ab' }],
  ['100 levels', texts(`"x","deep":${'['.repeat(100)}${']'.repeat(100)}`), { text: 'x' }],
  ['a text of almost 1 MB', texts(`"${'x'.repeat(1_000_000)}"`)],
  [
    'a button of nobody, longer than 64 bytes',
    (id) => `{"update_id":${id},"callback_query":{"id":"1","from":{"id":3},"data":"${'old:'.repeat(40)}"}}`,
  ],
  ['a date of 1970', ofChat(5, ',"date":0'), { date: '0' }],
  ['a date in the future', ofChat(5, ',"date":32503680000'), { date: '32503680000' }],
  ['a group: a negative chat', ofChat(-100), { chat: '-100' }],
  ['a supergroup of 2^40', ofChat(-(2 ** 40)), { chat: String(-(2 ** 40)) }],
  ['a chat above 2^31', ofChat(2 ** 31), { chat: String(2 ** 31) }],
  [
    'a message of a bot',
    ofChat(5, ',"from":{"id":7000000001,"is_bot":true,"first_name":"B"},"text":"me"'),
    { text: 'me' },
  ],
  [
    'an edit of two days later',
    (id) => `{"update_id":${id},"edited_message":{"chat":{"id":5},"date":1,"edit_date":172801,"text":"e"}}`,
    { text: 'e' },
  ],
  ['a service message', ofChat(5, ',"new_chat_title":"t"'), { chat: '5', text: null }],
  ['an id of 2^52', () => `{"update_id":${2 ** 52},"message":{"chat":{"id":5}}}`],
  ['an id that jumps back', () => '{"update_id":3,"message":{"chat":{"id":5}}}'],
]

/** What a handler fails with stays with its own update. */
const failing: [string, Raw, RegExp][] = [
  [
    'keys of a prototype, which telegraf takes for its own',
    ofChat(5, ',"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'),
    /TypeError/,
  ],
  ['a chat that no column holds', ofChat('99999999999999999999'), /out of range for type bigint/],
]

const malformed: [string, string][] = [
  ['null', 'null'],
  ['a list', '[]'],
  ['a text', '"x"'],
  ['a number', '1'],
  ['an empty object', '{}'],
  ['no id', '{"message":{"chat":{"id":5}}}'],
  ['a negative id', '{"update_id":-1,"message":{}}'],
  ['half an id', '{"update_id":1.5,"message":{}}'],
  ['an id above 2^53', '{"update_id":9007199254740993,"message":{}}'],
  ['an id in quotes', '{"update_id":"1","message":{}}'],
]

describe.each(['polling', 'webhook'] as const)('by %s', (intake) => {
  let bot: Awaited<ReturnType<typeof openBot>>
  beforeAll(async () => {
    bot = await openBot(intake)
  })
  afterAll(() => bot.close())

  test.each(handled)('%s is handled', async (_, raw, expected = {}) => {
    const [id, last] = [bot.nextId(), bot.nextId()]
    const given = raw(id)
    const updateId = JSON.parse(given).update_id
    expect(await bot.give(given, texts('"next"')(last))).toEqual(intake === 'webhook' ? [200, 200] : [])
    await bot.untilDone(last)
    await bot.untilDone(updateId)
    expect(await bot.seenOf(updateId)).toMatchObject([expected])
  })

  test.each(failing)('%s is recorded as failed, and the next is handled', async (_, raw, reason) => {
    const [id, last] = [bot.nextId(), bot.nextId()]
    await bot.give(raw(id), texts('"next"')(last))
    await bot.untilDone(last)
    expect(await bot.app.updates().show(id)).toMatchObject({
      status: 'failed',
      plugin: 'seen',
      error: expect.stringMatching(reason),
    })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test.each(malformed)('%s is no update: counted, not stored, and the next is handled', async (_, raw) => {
    const before = bot.malformed()
    const last = bot.nextId()
    expect(await bot.give(raw, texts('"next"')(last))).toEqual(intake === 'webhook' ? [400, 200] : [])
    await bot.untilDone(last)
    expect(bot.malformed()).toBe(before + 1)
  })

  test('the same update again, and older ones behind newer ones, are acknowledged, and done once', async () => {
    const [first, second] = [bot.nextId(), bot.nextId()]
    for (const id of [second, first, second, first]) await bot.give(texts(`"${id}"`)(id))
    await bot.untilDone(first)
    await bot.untilDone(second)
    await bot.app.idle()
    expect([...(await bot.seenOf(first)), ...(await bot.seenOf(second))]).toHaveLength(2)
    expect(bot.repeated()).toBe(2)
  })

  test('what is nested too deep to be stored becomes a failed row, and the next is handled', async () => {
    const [id, last] = [bot.nextId(), bot.nextId()]
    const deep = `"x","deep":${'['.repeat(400_000)}${']'.repeat(400_000)}`
    const statuses = await bot.give(texts(deep)(id), texts('"next"')(last))
    await bot.untilDone(last)
    // Node's own reader of JSON gives up at some depth; then it is no update at all.
    if (statuses[0] === 400) return
    expect(await bot.app.updates().show(id)).toMatchObject({ status: 'failed' })
  })

  test('more than 1 MB is refused by the webhook, and taken from a poll', async () => {
    const id = bot.nextId()
    const statuses = await bot.give(texts(`"${'x'.repeat(1_100_000)}"`)(id))
    if (intake === 'webhook') return expect(statuses).toEqual([413])
    await bot.untilDone(id)
  })
})

const token = `7000000001:${'A'.repeat(35)}`
const secret = 'a-secret-of-bad-updates'

/** A bot on a Bot API server that says what the test says, byte by byte. */
async function openBot(intake: 'polling' | 'webhook') {
  const queue: string[] = []
  let waiting: ServerResponse | undefined
  const flush = () => {
    if (waiting === undefined || queue.length === 0) return
    waiting
      .setHeader('content-type', 'application/json')
      .end(`{"ok":true,"result":[${queue.splice(0).join(',')}]}`)
    waiting = undefined
  }
  const server = await startLocalServer((response, { path, body }) => {
    const method = path.split('/').at(-1)
    if (method === 'getUpdates' && JSON.parse(String(body)).timeout > 0) {
      waiting = response
      return flush()
    }
    const me = { id: 7000000001, is_bot: true, first_name: 'Bot', username: 'bad_updates_bot' }
    const results: Record<string, unknown> = { getMe: me, getUpdates: [], getWebhookInfo: { url: '' } }
    answerJson(response, { ok: true, result: results[method ?? ''] ?? true })
  })
  const database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  const counts = { malformed: 0, repeated: 0 }
  const onMalformed = (event: unknown) => {
    expect(event).toEqual({ botId: 7000000001, intake })
    counts.malformed++
  }
  const onRepeated = () => void counts.repeated++
  traceChannels.malformed.subscribe(onMalformed)
  traceChannels.repeated.subscribe(onRepeated)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}/webhook`
  const app: App<any> = createApp({ plugins: [seen()] })
  await app.start({
    env: {
      ENVIRONMENT: 'test',
      LOG_LEVEL: 'silent',
      BOT_TOKEN: token,
      DATABASE_URL: database.url,
      TELEGRAM_API_ROOT: server.url,
      ...(intake === 'webhook' && { WEBHOOK_URL: url, WEBHOOK_SECRET: secret, PORT: String(port) }),
    },
  })
  let id = 1_000
  return {
    app,
    nextId: () => id++,
    malformed: () => counts.malformed,
    repeated: () => counts.repeated,
    /** One after the other by webhook, with the answers; all in one poll else. */
    async give(...raws: string[]): Promise<number[]> {
      if (intake === 'polling') {
        queue.push(...raws)
        flush()
        return []
      }
      const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
      const statuses: number[] = []
      for (const body of raws) statuses.push((await fetch(url, { method: 'POST', headers, body })).status)
      return statuses
    },
    async untilDone(updateId: number) {
      const look = () =>
        app
          .updates()
          .show(updateId)
          .catch(() => undefined)
      await expect.poll(async () => (await look())?.settledAt, { timeout: 10_000 }).toBeDefined()
      expect(await look()).toMatchObject({ status: 'done', error: undefined })
    },
    seenOf: async (updateId: number) =>
      (await client.query('SELECT chat, text, date FROM seen WHERE update_id = $1', [updateId])).rows,
    async close() {
      traceChannels.malformed.unsubscribe(onMalformed)
      traceChannels.repeated.unsubscribe(onRepeated)
      await app.stop()
      await client.end()
      await server[Symbol.asyncDispose]()
      await database.drop()
    },
  }
}
