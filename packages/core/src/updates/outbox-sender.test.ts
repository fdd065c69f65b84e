import { type Telegram, TelegramError } from 'telegraf'
import { expect, onTestFinished, test } from 'vitest'
import type { OutgoingCall } from '../database/unit.js'
import { TelegramRefusal } from '../errors.js'
import { keepLog, openCoreTables, until } from './core-tables.fixture.js'
import { OutboxSender } from './outbox-sender.js'
import { storeOutgoing } from './outbox-table.js'

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
  const create = (limit?: number) => {
    const sender = new OutboxSender({
      telegram,
      botId,
      logger: log.logger,
      query: tables.query,
      ...(limit && { limit }),
    })
    onTestFinished(() => sender.stop())
    return sender
  }
  return {
    ...tables,
    log,
    sent,
    payloads,
    create,
    sender: create(),
    store: (...calls: OutgoingCall[]) => storeOutgoing(tables as never, botId, calls),
    /** What happens to a text, one reaction for each try; then it is sent. */
    react: (text: string, ...list: Reaction[]) => void reactions.set(text, list),
    ends: () => tables.rows('SELECT outcome, error FROM hello_outbox ORDER BY id'),
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
  const { sender, store, sent, ends, statements } = await openOutbox()
  const stored = await store(...Array.from({ length: 40 }, (_, chat) => to(chat, `m${chat}`)))
  sender.push(stored)
  sender.push(stored)
  await Promise.all([sender.recover(), sender.recover()])
  await sender.idle()
  expect(sent).toHaveLength(40)
  expect((await ends()).every(({ outcome }) => outcome === 'sent')).toBe(true)
  expect(statements.filter((name) => name === 'hello_outbox_mark').length).toBeLessThan(10)
  await sender.recover()
  await sender.idle()
  expect(sent).toHaveLength(40)
})

test('what a 429 keeps waiting is one chat alone, even where many wait and few may be under way', async () => {
  const { create, store, react, sent } = await openOutbox()
  const sender = create(2)
  for (const text of ['a1', 'b1', 'c1']) react(text, refuse(429, { retry_after: 0.2 }))
  sender.push(await store(to(1, 'a1'), to(1, 'a2'), to(2, 'b1'), to(3, 'c1'), to(4, 'd1')))
  await until(() => sent.length > 0)
  expect(sent).toEqual(['d1'])
  await sender.idle()
  expect(sent.toSorted()).toEqual(['a1', 'a2', 'b1', 'c1', 'd1'])
  expect(sent.indexOf('a1')).toBeLessThan(sent.indexOf('a2'))
})

test('tries again after 5xx, a lost connection, an answer that is none, and a refused token', async () => {
  const { sender, store, react, sent, ends } = await openOutbox()
  react('a1', refuse(502), lose)
  react('b1', () => {
    throw new TelegramRefusal('TELEGRAM_BAD_RESPONSE', 'html')
  })
  react('c1', refuse(401))
  sender.push(await store(to(1, 'a1'), to(2, 'b1'), to(3, 'c1')))
  await sender.idle()
  expect(sent.toSorted()).toEqual(['a1', 'b1', 'c1'])
  expect((await ends()).map(({ outcome }) => outcome)).toEqual(['sent', 'sent', 'sent'])
})

test('closes what Telegram refuses for good, or what cannot be made a call, with the reason, and goes on', async () => {
  const { sender, store, react, sent, ends, log } = await openOutbox()
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
  expect(await ends()).toEqual([
    { outcome: 'refused', error: '403: No' },
    { outcome: 'refused', error: '400: No' },
    { outcome: 'refused', error: 'no such file' },
    { outcome: 'refused', error: 'not a payload' },
    { outcome: 'sent', error: null },
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
  await next.recover()
  await next.idle()
  expect(sent.filter((text) => text.startsWith('a'))).toEqual(['a1', 'a2', 'a3'])
  expect(sent.toSorted()).toEqual(['a1', 'a2', 'a3', 'b1', 'b2', 'c1'])
})

test('marks again when the database was gone, without sending again', async () => {
  const { sender, store, sent, ends, failNext } = await openOutbox()
  failNext('hello_outbox_mark')
  sender.push(await store(to(1, 'a1')))
  await sender.idle()
  expect(sent).toEqual(['a1'])
  expect(await ends()).toEqual([{ outcome: 'sent', error: null }])
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
  await store({ chatId: 1, method: 'sendPhoto', payload })
  const next = create()
  await next.recover()
  await next.idle()
  expect(payloads).toEqual([mended, mended])
})
