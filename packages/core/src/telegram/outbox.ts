/** What a handler puts in the outbox: calls of the Bot API that are stored with the transaction and made after it. */

import type { Telegram } from 'telegraf'
import type { Telegram as ApiMethods, Opts } from 'telegraf/types'
import type { OutgoingCall } from '../database/unit.js'
import { PluginError } from '../errors.js'
import { type OutboxCalls, type OutboxReplies, replyKinds, telegrafMethods } from './outbox-methods.js'
import { assertSendable } from './outbox-payload.js'

/** Further parameters of `sendMessage`, as telegraf takes them: `parse_mode`, `reply_markup` … */
export type SendMessageExtra = NonNullable<Parameters<Telegram['sendMessage']>[2]>

/** Further parameters of `editMessageText`, as telegraf takes them. */
export type EditMessageExtra = NonNullable<Parameters<Telegram['editMessageText']>[4]>

type MessageText = Parameters<Telegram['sendMessage']>[1]

/** How messages of an outbox leave. */
export interface OutboxOptions {
  /** What becomes of a message whose answer is lost: sent again (it may arrive twice), or given up (it may not arrive). @default 'at-least-once' */
  readonly delivery?: 'at-least-once' | 'at-most-once'
  /** `bulk` for mailings: they keep within Telegram's bounds for these, and let everything else go first, also in their own chat. @default 'normal' */
  readonly priority?: 'normal' | 'bulk'
  /** Your own word for a message, 1–256 characters, such as `reminder:42`. The plugin's events have it, and `outbox.sent` is told of messages with a tag alone. */
  readonly tag?: string
}

/**
 * Messages that leave with the transaction: stored when it commits, sent after it, in order for each chat. A message may
 * arrive twice only when the process dies, or loses its lead, between Telegram's answer and the mark of it.
 *
 * It has the methods of telegraf's `Telegram` that do something, with the same arguments: `sendMessage(chatId, text)`,
 * `editMessageText(…)`, `deleteMessage(…)`, `copyMessage(…)` … What Telegram answers, plugins learn by `events`. Files by
 * id, URL or `{ source: Buffer }`; no streams, no paths.
 *
 * @throws PluginError OUTBOX_PAYLOAD, OUTBOX_LIMIT, of every method: a value cannot be stored, or Telegram is certain
 * to refuse it: a text that is not 1–4096 characters after its entities are parsed, a caption above 1024, button data
 * that is not 1–64 bytes, a keyboard of another shape. Nothing was stored.
 */
export interface UnitOutbox extends OutboxCalls {
  /**
   * Any method of the Bot API, also one that telegraf does not know.
   *
   * @throws PluginError OUTBOX_METHOD: the method only answers something, or is core's (webhook, polling).
   */
  call<M extends keyof ApiMethods | (string & {})>(
    method: M,
    payload: M extends keyof ApiMethods ? Opts<M> : Readonly<Record<string, unknown>>,
  ): Promise<void>
  /**
   * The same outbox with other terms: `outbox.with({ delivery: 'at-most-once' }).reply('…')`.
   *
   * @throws PluginError OUTBOX_PAYLOAD: an option is unknown, or has a value that it cannot have.
   */
  with(options: OutboxOptions): this
}

/** The outbox of an update: it also answers where the update came from, in its chat, its topic and its business account. */
export interface Outbox extends UnitOutbox, OutboxReplies {
  /** Answers with a text. @throws PluginError OUTBOX_PAYLOAD: the update has no chat; so with all its kin. */
  reply(text: MessageText, extra?: SendMessageExtra): Promise<void>
  /** Answers with a text in Telegram's HTML. Escape what people wrote. */
  replyWithHTML(html: string, extra?: SendMessageExtra): Promise<void>
  /** Answers with a text in Telegram's MarkdownV2. Escape what people wrote. */
  replyWithMarkdownV2(markdown: string, extra?: SendMessageExtra): Promise<void>
  /**
   * Puts a text in place of the message whose button was pressed. Where it changes nothing, that is no failure.
   *
   * @throws PluginError OUTBOX_PAYLOAD: no button of a message in a chat was pressed.
   */
  edit(text: MessageText, extra?: EditMessageExtra): Promise<void>
}

/** Where an update can be answered. */
export interface ReplyTarget {
  readonly chatId: number
  /** The topic of a forum, where the message was in one. */
  readonly threadId?: number
  /** The message whose button was pressed. */
  readonly pressedMessageId?: number
  /** The account of a business that the bot answers for. */
  readonly businessConnectionId?: string
}

/** An outbox that hands checked calls to `store`, the unit of work's. @internal */
export function createOutbox(
  store: (call: OutgoingCall) => void,
  target: () => ReplyTarget | undefined = () => undefined,
): Outbox {
  return new CallCollector(store, target) as unknown as Outbox
}

type Payload = Readonly<Record<string, unknown>>
type Terms = Pick<OutgoingCall, 'atMostOnce' | 'isBulk' | 'tag'>

/** Collects calls. The methods of telegraf stand on its prototype: each makes a payload and hands it to `callApi`. */
class CallCollector {
  readonly #store: (call: OutgoingCall) => void
  readonly #target: () => ReplyTarget | undefined
  readonly #terms: Terms
  /** Parameters of every call, where it has none of these. */
  readonly #place: Payload | undefined

  constructor(
    store: (call: OutgoingCall) => void,
    target: () => ReplyTarget | undefined,
    terms: Terms = {},
    place?: Payload,
  ) {
    this.#store = store
    this.#target = target
    this.#terms = terms
    this.#place = place
  }

  // Asynchronous although it only collects: the shape stays when storing takes a moment.
  async callApi(method: string, given: Payload): Promise<void> {
    const payload = this.#place === undefined ? given : { ...this.#place, ...given }
    assertSendable(method, payload)
    this.#store({ chatId: orderKeyOf(payload), method, payload, ...this.#terms })
  }

  call(method: string, payload: Payload): Promise<void> {
    return this.callApi(method, payload)
  }

  with(options: OutboxOptions): CallCollector {
    return new CallCollector(this.#store, this.#target, { ...this.#terms, ...termsOf(options) })
  }

  reply(text: unknown, extra?: object): Promise<void> {
    return this.respond('sendMessage', [text, extra])
  }

  replyWithHTML(html: string, extra?: object): Promise<void> {
    return this.respond('sendMessage', [html, { parse_mode: 'HTML', ...extra }])
  }

  replyWithMarkdownV2(markdown: string, extra?: object): Promise<void> {
    return this.respond('sendMessage', [markdown, { parse_mode: 'MarkdownV2', ...extra }])
  }

  async edit(text: unknown, extra?: object): Promise<void> {
    const { chatId, pressedMessageId, businessConnectionId } = this.#target() ?? {}
    if (pressedMessageId === undefined) {
      throw new PluginError(
        'OUTBOX_PAYLOAD',
        'outbox.edit() was called where no button was pressed, or one of a message sent by inline mode, which is in no chat that the bot knows. Name the message: outbox.editMessageText(chatId, messageId, undefined, text).',
      )
    }
    const place =
      businessConnectionId === undefined ? undefined : { business_connection_id: businessConnectionId }
    await this.#at(place, 'editMessageText', [chatId, pressedMessageId, undefined, text, extra])
  }

  /** Makes a call to the chat of the update, at its place there. */
  async respond(method: string, args: readonly unknown[]): Promise<void> {
    const target = this.#target()
    if (target === undefined) {
      throw new PluginError(
        'OUTBOX_PAYLOAD',
        'outbox.reply(), or one of its kin, was called where there is no chat to answer in. Use outbox.sendMessage(chatId, text) and its kin.',
      )
    }
    await this.#at(placeOf(target), method, [target.chatId, ...args])
  }

  #at(place: Payload | undefined, method: string, args: readonly unknown[]): unknown {
    const there = new CallCollector(this.#store, this.#target, this.#terms, place)
    return telegrafMethods.get(method)?.apply(there, [...args])
  }
}

for (const [name, value] of telegrafMethods)
  Object.defineProperty(CallCollector.prototype, name, { value, enumerable: false })
for (const kind of replyKinds) {
  const value = function (this: CallCollector, ...args: unknown[]) {
    return this.respond(`send${kind}`, args)
  }
  Object.defineProperty(CallCollector.prototype, `replyWith${kind}`, { value, enumerable: false })
}

function placeOf({ threadId, businessConnectionId }: ReplyTarget): Payload | undefined {
  if (threadId === undefined && businessConnectionId === undefined) return undefined
  return {
    ...(threadId !== undefined && { message_thread_id: threadId }),
    ...(businessConnectionId !== undefined && { business_connection_id: businessConnectionId }),
  }
}

/** What keeps an order among itself: the calls of a chat, else those to one message, query or person. */
function orderKeyOf(payload: Payload): number | string {
  const { chat_id: chat } = payload
  if (typeof chat === 'number' || typeof chat === 'string') return chat
  for (const key of keysOfOrder) if (payload[key] !== undefined) return `${key}:${String(payload[key])}`
  return 'bot'
}

const keysOfOrder = [
  'inline_message_id',
  'callback_query_id',
  'inline_query_id',
  'shipping_query_id',
  'pre_checkout_query_id',
  'web_app_query_id',
  'user_id',
]

const longestTag = 256

function termsOf(options: OutboxOptions): Terms {
  const { delivery, priority, tag, ...unknown } = options
  const fault = (text: string) => new PluginError('OUTBOX_PAYLOAD', `outbox.with(): ${text}`)
  const [key] = Object.keys(unknown)
  if (key !== undefined) throw fault(`"${key}" is no option. Known: delivery, priority, tag.`)
  if (delivery !== undefined && delivery !== 'at-least-once' && delivery !== 'at-most-once')
    throw fault(`delivery is ${String(delivery)}, but must be 'at-least-once' or 'at-most-once'.`)
  if (priority !== undefined && priority !== 'normal' && priority !== 'bulk')
    throw fault(`priority is ${String(priority)}, but must be 'normal' or 'bulk'.`)
  if (
    tag !== undefined &&
    (typeof tag !== 'string' || tag === '' || tag.length > longestTag || tag.includes('\u0000'))
  )
    throw fault(`a tag is a text of 1–${longestTag} characters.`)
  return {
    ...(delivery === 'at-most-once' && { atMostOnce: true as const }),
    ...(priority === 'bulk' && { isBulk: true as const }),
    ...(tag !== undefined && { tag }),
  }
}
