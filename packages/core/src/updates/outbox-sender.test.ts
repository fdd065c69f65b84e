import { type Telegram, TelegramError } from 'telegraf'
import { expect, onTestFinished, test } from 'vitest'
import type { OutgoingCall } from '../database/unit.js'
import { TelegramRefusal } from '../errors.js'
import { keepLog, openCoreTables, until } from './core-tables.fixture.js'
import { OutboxSender, type OutboxSenderOptions } from './outbox-sender.js'
import { pruneClosed, storeOutgoing } from './outbox-table.js'

const botId = 1

type Reaction = (payload: { chat_id: number | string; text: string }) => unknown

/** A sender on a real table, and a Telegram that reacts as the test says. */
async function openOutbox() {
  const tables = await openCoreTables()
  const log = keepLog()
  const sent: string[] = []
  const payloads: Record<string, unknown>[] = []
  const reactions = new Map<string, Reaction[]>()
  const telegram = {
    async callApi(_: string, payload: { chat_id: number | string; text: string }) {
      const reaction = reactions.get(payload.text)?.shift()
      if (reaction !== undefined) await reaction(payload)
      sent.push(payload.text)
      payloads.push(payload)
    },
  } as unknown as Telegram
  /** A sender of one instance; it leads unless it is told to stand by. */
  const create = (options: Partial<OutboxSenderOptions> = {}, leads = true) => {
    const sender = new OutboxSender({ telegram, botId, logger: log.logger, query: tables.query, ...options })
    onTestFinished(() => sender.stop())
    if (leads) sender.lead()
    return sender
  }
  let own: OutboxSender | undefined
  return {
    ...tables,
    log,
    sent,
    payloads,
    create,
    /** One that is made when a test asks for it: beside another that leads it would send the same, as soon as its sweep finds it. */
    get sender() {
      own ??= create()
      return own
    },
    store: (...calls: OutgoingCall[]) => storeOutgoing(tables as never, botId, calls),
    /** What happens to a text, one reaction for each try; then it is sent. */
    react: (text: string, ...list: Reaction[]) => void reactions.set(text, list),
    /** What stands in the table: what is sent is gone. */
    left: () => tables.rows('SELECT outcome, error FROM hello_outbox ORDER BY id'),
  }
}

const to = (chatId: number | string, text: string): OutgoingCall => ({
  chatId,
  method: 'sendMessage',
  payload: { chat_id: chatId, text },
})
const refuse =
  (error_code: number, parameters?: object): Reaction =>
  () => {
    throw new TelegramError({ error_code, description: 'No', parameters } as never)
  }
const lose: Reaction = () => {
  throw new TelegramRefusal('TELEGRAM_UNREACHABLE', 'gone')
}

test('keeps the order of each chat behind a slow message, and sends to others beside it', async () => {
  const { sender, store, react, sent } = await openOutbox()
  let goOn = () => {}
  react('a1', () => new Promise<void>((resolve) => (goOn = resolve)))
  sender.push(await store(to(1, 'a1'), to(1, 'a2'), to(2, 'b1'), to('@news', 'c1')))
  await until(() => sent.length === 2)
  expect(sent.toSorted()).toEqual(['b1', 'c1'])
  goOn()
  await sender.idle()
  expect(sent.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2'])
})

test('marks what is sent in batches, and sends nothing twice', async () => {
  const { sender, store, sent, left, statements } = await openOutbox()
  const stored = await store(...Array.from({ length: 40 }, (_, chat) => to(chat, `m${chat}`)))
  sender.push(stored)
  sender.push(stored)
  sender.wake()
  sender.wake()
  await sender.idle()
  expect(sent).toHaveLength(40)
  expect(await left()).toEqual([])
  expect(statements.filter((name) => name === 'hello_outbox_sent').length).toBeLessThan(10)
  sender.wake()
  await sender.idle()
  expect(sent).toHaveLength(40)
})

test('what a 429 keeps waiting is one chat alone, and its calls keep their order', async () => {
  const { create, store, react, sent } = await openOutbox()
  const sender = create({ limit: 1 })
  // So long that the other chats have had their messages by then, also on a slow machine.
  react('a1', refuse(429, { retry_after: 1 }))
  const startedAtMs = performance.now()
  sender.push(await store(to(1, 'a1'), to(1, 'a2'), to(2, 'b1'), to(3, 'c1')))
  await until(() => sent.length === 2)
  expect(sent.toSorted()).toEqual(['b1', 'c1'])
  await sender.idle()
  expect(sent.slice(2)).toEqual(['a1', 'a2'])
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(990)
})

test('several chats that are refused in a row keep all waiting, and nothing leaves before its time', async () => {
  const { create, store, react, sent } = await openOutbox()
  const sender = create({ limit: 1 })
  react('a1', refuse(429, { retry_after: 0.1 }))
  react('b1', refuse(429, { retry_after: 0.3 }))
  let refusedAtMs = 0
  let firstAtMs = 0
  react('c1', () => {
    firstAtMs = performance.now()
  })
  sender.push(await store(to(1, 'a1'), to(2, 'b1'), to(3, 'c1')))
  refusedAtMs = performance.now()
  await sender.idle()
  expect(sent.toSorted()).toEqual(['a1', 'b1', 'c1'])
  expect(firstAtMs - refusedAtMs).toBeGreaterThanOrEqual(290)
})

test('tries again after 5xx, a lost connection, an answer that is none, and a refused token', async () => {
  const { sender, store, react, sent, left } = await openOutbox()
  react('a1', refuse(502), lose)
  react('b1', () => {
    throw new TelegramRefusal('TELEGRAM_BAD_RESPONSE', 'html')
  })
  react('c1', refuse(401))
  sender.push(await store(to(1, 'a1'), to(2, 'b1'), to(3, 'c1')))
  await sender.idle()
  expect(sent.toSorted()).toEqual(['a1', 'b1', 'c1'])
  expect(await left()).toEqual([])
})

test('closes what Telegram refuses for good, or what cannot be made a call, with the reason, and goes on', async () => {
  const { sender, store, react, sent, left, log } = await openOutbox()
  react('a1', refuse(403))
  react('a2', refuse(400))
  react('a3', () => {
    throw new TelegramRefusal('TELEGRAM_UPLOAD', 'no such file')
  })
  react('a4', () => {
    throw new TypeError('not a payload')
  })
  sender.push(await store(to(1, 'a1'), to(1, 'a2'), to(1, 'a3'), to(1, 'a4'), to(1, 'a5')))
  await sender.idle()
  expect(sent).toEqual(['a5'])
  expect(await left()).toEqual([
    { outcome: 'refused', error: '403: No' },
    { outcome: 'refused', error: '400: No' },
    { outcome: 'refused', error: 'no such file' },
    { outcome: 'refused', error: 'not a payload' },
  ])
  expect(log.lines).toEqual(Array.from({ length: 4 }, () => 'warn: Telegram refused a message of the outbox'))
})

test('a stop finishes what is under way and leaves the rest to the next start, in order', async () => {
  const { create, sender, store, react, sent } = await openOutbox()
  let goOn: (() => void) | undefined
  react('a1', () => new Promise<void>((resolve) => (goOn = resolve)))
  react('b1', refuse(429, { retry_after: 3_000 }))
  sender.push(await store(to(1, 'a1'), to(1, 'a2'), to(1, 'a3'), to(2, 'b1'), to(2, 'b2')))
  await until(() => goOn !== undefined)
  const stopping = sender.stop()
  goOn?.()
  await stopping
  expect(sent).toEqual(['a1'])
  sender.push(await store(to(3, 'c1')))
  await sender.idle()
  expect(sent).toEqual(['a1'])
  const next = create()
  await next.idle()
  expect(sent.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  expect(sent.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'])
})

test('marks again when the database was gone, without sending again', async () => {
  const { sender, store, sent, left, failNext } = await openOutbox()
  failNext('hello_outbox_sent')
  sender.push(await store(to(1, 'a1')))
  await sender.idle()
  expect(sent).toEqual(['a1'])
  expect(await left()).toEqual([])
})

test('bytes survive the table, and text that no Postgres can hold is mended before it is sent', async () => {
  const { create, sender, store, payloads } = await openOutbox()
  const photo = { source: Buffer.from([0, 255, 128]), thumb: new Uint8Array([1, 2]) }
  const payload = { chat_id: 1, text: 'a\u0000b \ud83d', photo, nested: [{ $bytes: Buffer.from('x') }] }
  const mended = {
    chat_id: 1,
    text: 'ab \ufffd',
    photo: { source: Buffer.from([0, 255, 128]), thumb: Buffer.from([1, 2]) },
    nested: [{ $bytes: Buffer.from('x') }],
  }
  sender.push(await store({ chatId: 1, method: 'sendPhoto', payload }))
  await sender.idle()
  await sender.stop()
  await store({ chatId: 1, method: 'sendPhoto', payload })
  const next = create()
  await next.idle()
  expect(payloads).toEqual([mended, mended])
})

test('only the leader sends: what another instance stores is sent by it, once and in order', async () => {
  const { create, sender: leader, store, sent, react } = await openOutbox()
  const calls: string[] = []
  const other = create({ wakeLeader: () => calls.push('called') }, false)
  other.push(await store(to(1, 'a1'), to(1, 'a2')))
  expect([calls, sent]).toEqual([['called'], []])
  leader.wake()
  await leader.idle()
  expect(sent).toEqual(['a1', 'a2'])
  let goOn = () => {}
  react('a3', () => new Promise<void>((resolve) => (goOn = resolve)))
  leader.push(await store(to(1, 'a3'), to(1, 'a4')))
  await store(to(1, 'a5'))
  await until(() => leader !== undefined && sent.length === 2)
  leader.follow()
  goOn()
  await leader.idle()
  expect(sent).toEqual(['a1', 'a2', 'a3'])
  other.lead()
  await other.idle()
  expect(sent).toEqual(['a1', 'a2', 'a3', 'a4', 'a5'])
})

test('who leads again takes up what it had given back, also what waited for its next try', async () => {
  const { sender, store, react, sent } = await openOutbox()
  let refusals = 0
  react('a1', () => {
    refusals++
    refuse(429, { retry_after: 3_000 })({ chat_id: 1, text: '' })
  })
  react('b1', async () => {
    await until(() => refusals === 1)
    refuse(502)({ chat_id: 1, text: '' })
  })
  sender.push(await store(to(1, 'a1'), to(1, 'a2'), to(2, 'b1')))
  await until(() => refusals === 1)
  sender.follow()
  await sender.idle()
  sender.lead()
  await until(() => sent.length === 1)
  expect(sent).toEqual(['b1'])
  await sender.stop()
})

test('what is under way when the lead is lost and had again keeps its place, though it is to be tried again', async () => {
  const { sender, store, react, sent } = await openOutbox()
  let goOn = () => {}
  react('a1', async (payload) => {
    await new Promise<void>((resolve) => (goOn = resolve))
    refuse(502)(payload)
  })
  sender.push(await store(to(1, 'a1'), to(1, 'a2')))
  await new Promise(setImmediate)
  sender.follow()
  sender.lead()
  sender.push(await store(to(1, 'a3'), to(2, 'b1')))
  await until(() => sent.includes('b1'))
  goOn()
  await until(() => sent.length === 4)
  expect(sent).toEqual(['b1', 'a1', 'a2', 'a3'])
})

test('the sweep finds what nobody was told of', async () => {
  const { create, sender, store, sent } = await openOutbox()
  sender.follow()
  create({ sweepMs: 5 })
  await store(to(1, 'a1'))
  await until(() => sent.length === 1)
})

test('holds a bounded number in memory, and reads the rest from the table in order', async () => {
  const { create, sender, store, sent, statements } = await openOutbox()
  sender.follow()
  const small = create({ mostInHand: 3, limit: 1 })
  const stored = await store(...Array.from({ length: 40 }, (_, i) => to(i % 4, `${i % 4}-${i}`)))
  small.push(stored.slice(0, 25))
  small.push(stored.slice(25))
  await small.idle()
  expect(sent).toHaveLength(40)
  for (const chat of [0, 1, 2, 3]) {
    const mine = sent.filter((text) => text.startsWith(`${chat}-`)).map((text) => Number(text.slice(2)))
    expect(mine).toEqual(mine.toSorted((a, b) => a - b))
  }
  expect(statements.filter((name) => name === 'hello_outbox_calls').length).toBeGreaterThan(5)
})

test('a table that cannot be read is read again, and nothing overtakes what stands in it', async () => {
  const { create, sender, store, sent, failNext, log } = await openOutbox()
  sender.follow()
  const stored = await store(to(1, 'a1'), to(1, 'a2'))
  failNext('hello_outbox_open')
  const next = create({ sweepMs: 10 })
  next.push(stored.slice(1))
  await until(() => sent.length === 2)
  expect(sent).toEqual(['a1', 'a2'])
  expect(log.lines).toContain('warn: The outbox could not be read; it is tried again')
})

const once = (chatId: number, text: string): OutgoingCall => ({ ...to(chatId, text), atMostOnce: true })

test('at most once: an unknown outcome is marked, and never sent again', async () => {
  const { create, sender, store, react, sent, left } = await openOutbox()
  react('a1', lose)
  react('b1', refuse(502))
  react('c1', () => {
    throw new TelegramRefusal('TELEGRAM_BAD_RESPONSE', 'html')
  })
  sender.push(await store(once(1, 'a1'), once(2, 'b1'), once(3, 'c1'), once(4, 'd1')))
  await sender.idle()
  const next = create()
  await next.idle()
  expect(sent).toEqual(['d1'])
  expect((await left()).map(({ outcome }) => outcome)).toEqual(['unknown', 'unknown', 'unknown'])
})

test('at most once: what Telegram certainly has not done is tried again, also after a restart', async () => {
  const { create, sender, store, react, sent, left } = await openOutbox()
  const unreached = () => {
    const cause = Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })
    throw new TelegramRefusal('TELEGRAM_UNREACHABLE', 'gone', { cause })
  }
  react('a1', refuse(429, { retry_after: 0.05 }), unreached)
  react('b1', refuse(429, { retry_after: 3_000 }))
  sender.push(await store(once(1, 'a1')))
  await sender.idle()
  sender.push(await store(once(2, 'b1')))
  await until(() => sender !== undefined && sent.length === 1)
  await sender.stop()
  const next = create()
  await next.idle()
  expect(sent).toEqual(['a1', 'b1'])
  expect(await left()).toEqual([])
})

test('at most once: one whose process died while it was sent is unknown', async () => {
  const { create, sender, store, sent, rows, left } = await openOutbox()
  sender.follow()
  await store(once(1, 'a1'))
  await rows('UPDATE hello_outbox SET attempted_at = now()')
  const next = create()
  await next.idle()
  expect(sent).toEqual([])
  expect(await left()).toMatchObject([{ outcome: 'unknown' }])
})

test('at most once: two instances that both believe to lead send it once', async () => {
  const { create, sender, store, sent } = await openOutbox()
  const other = create()
  const stored = await store(...Array.from({ length: 20 }, (_, chat) => once(chat + 1, `m${chat}`)))
  sender.push(stored)
  other.push(stored)
  await Promise.all([sender.idle(), other.idle()])
  expect(sent).toHaveLength(20)
})

test('at most once: nothing is sent while the database cannot note it', async () => {
  const { sender, store, sent, failNext, log } = await openOutbox()
  failNext('hello_outbox_attempt')
  sender.push(await store(once(1, 'a1')))
  await sender.idle()
  expect(sent).toEqual(['a1'])
  expect(log.lines).toEqual(['warn: A message of the outbox waits for the database'])
})

const moved = refuse(400, { migrate_to_chat_id: -1001 })

test('a group that became a supergroup: all that waits goes there, once and in order, and so does what comes later', async () => {
  const { create, sender, store, react, sent, payloads } = await openOutbox()
  react('a1', moved)
  sender.push(await store(to(-5, 'a1'), to(-5, 'a2')))
  await store(to(-5, 'a3'))
  await sender.idle()
  sender.wake()
  await sender.idle()
  sender.push(await store(to(-1001, 'a4'), to(-5, 'a5')))
  await sender.idle()
  expect(sent).toEqual(['a1', 'a2', 'a3', 'a4', 'a5'])
  expect(payloads.every(({ chat_id }) => chat_id === -1001)).toBe(true)
  await create().idle()
  expect(sent).toHaveLength(5)
})

test('what waits for a group that became a supergroup stands there for whoever sends it later', async () => {
  const { sender, store, react, rows } = await openOutbox()
  react('a1', moved)
  react('a2', refuse(429, { retry_after: 3_000 }))
  sender.push(await store(to(-5, 'a1'), to(-5, 'a2')))
  const waiting = () => rows("SELECT chat, payload->>'text' AS text FROM hello_outbox")
  await until(async () => (await waiting()).length === 1)
  expect(await waiting()).toEqual([{ chat: '-1001', text: 'a2' }])
})

test('a group that moves twice in a row is given up', async () => {
  const { sender, store, react, sent, left } = await openOutbox()
  react('a1', moved, refuse(400, { migrate_to_chat_id: -1002 }))
  sender.push(await store(to(-5, 'a1')))
  await sender.idle()
  expect(sent).toEqual([])
  expect(await left()).toMatchObject([{ outcome: 'refused' }])
})

test('a mailing keeps to one message a second in a chat, and replies do not wait behind it', async () => {
  const { sender, store, sent } = await openOutbox()
  const bulk = (chatId: number, text: string): OutgoingCall => ({ ...to(chatId, text), isBulk: true })
  const startedAtMs = performance.now()
  sender.push(await store(bulk(1, 'news1'), bulk(1, 'news2'), to(1, 'reply')))
  await until(() => sent.length === 2)
  expect(sent.toSorted()).toEqual(['news1', 'reply'])
  await sender.idle()
  expect(sent[2]).toBe('news2')
  expect(performance.now() - startedAtMs).toBeGreaterThanOrEqual(1_000)
})

test('an edit that changes nothing is done', async () => {
  const { sender, store, react, left } = await openOutbox()
  react('a1', () => {
    throw new TelegramError({ error_code: 400, description: 'Bad Request: message is not modified: x' })
  })
  sender.push(await store({ ...to(1, 'a1'), method: 'editMessageText' }))
  await sender.idle()
  expect(await left()).toEqual([])
})

test('closed messages are removed after their time, and open ones stay', async () => {
  const { sender, store, rows, query, react } = await openOutbox()
  react('a1', refuse(403))
  react('b1', refuse(429, { retry_after: 3_000 }))
  react('c1', refuse(403))
  sender.push(await store(to(1, 'a1'), to(2, 'b1'), to(3, 'c1')))
  await until(async () => (await rows('SELECT 1 FROM hello_outbox WHERE closed_at IS NOT NULL')).length === 2)
  await rows("UPDATE hello_outbox SET closed_at = now() - interval '49 hours' WHERE chat = '1'")
  const { text, values } = pruneClosed(botId, { settledKeptHours: 48 })
  await query({ text, values: [...values, 100] })
  expect((await rows('SELECT chat FROM hello_outbox ORDER BY id')).map(({ chat }) => chat)).toEqual([
    '2',
    '3',
  ])
})
