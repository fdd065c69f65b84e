/** What a handler puts in the outbox: calls of the Bot API that are stored with the transaction and made after it. */

import type { Telegram } from 'telegraf'
import type { OutgoingCall } from '../database/unit.js'
import { PluginError } from '../errors.js'

/** Further parameters of `sendMessage`, as telegraf takes them: `parse_mode`, `reply_markup` … */
export type SendMessageExtra = NonNullable<Parameters<Telegram['sendMessage']>[2]>

/** Further parameters of `editMessageText`, as telegraf takes them. */
export type EditMessageExtra = NonNullable<Parameters<Telegram['editMessageText']>[4]>

/**
 * Messages that leave with the transaction: stored when it commits, sent after it, at least once, in order for each
 * chat. A message may arrive twice only when the process dies between Telegram's answer and the mark of it.
 */
export interface Outbox {
  /**
   * Answers in the chat of the update (and in its topic).
   *
   * @param text 1–4096 UTF-16 units after entities are parsed
   * @throws PluginError OUTBOX_PAYLOAD: the update has no chat, or the text is empty. Nothing was stored.
   */
  reply(text: string, extra?: SendMessageExtra): Promise<void>
  /**
   * Puts a text in place of the message whose button was pressed. Where it changes nothing, that is no failure.
   *
   * @param text 1–4096 UTF-16 units after entities are parsed
   * @throws PluginError OUTBOX_PAYLOAD: no button of a message in a chat was pressed, or the text is empty. Nothing was stored.
   */
  edit(text: string, extra?: EditMessageExtra): Promise<void>
  /** Sends a message to any chat, by its id or `@channelname`. */
  send(chatId: number | string, text: string, extra?: SendMessageExtra): Promise<void>
  /**
   * Any method of the Bot API that has a `chat_id`. Files by id, URL or as a `Buffer`; no streams.
   *
   * @throws PluginError OUTBOX_PAYLOAD: no `chat_id`, or a value that cannot be stored. Nothing was stored.
   */
  call(
    method: string,
    payload: Readonly<Record<string, unknown>> & { readonly chat_id: number | string },
  ): Promise<void>
}

/** Where an update can be answered. */
export interface ReplyTarget {
  readonly chatId: number
  /** The topic of a forum, where the message was in one. */
  readonly threadId?: number
  /** The message whose button was pressed. */
  readonly pressedMessageId?: number
}

/** An outbox that hands checked calls to `store`, the unit of work's. @internal */
export function createOutbox(
  store: (call: OutgoingCall) => void,
  target: () => ReplyTarget | undefined,
): Outbox {
  const add = (method: string, payload: Record<string, unknown> & { chat_id: number | string }) => {
    assertStorable(method, payload)
    store({ chatId: payload.chat_id, method, payload })
  }
  // Asynchronous although they only collect: the shape stays when storing takes a moment.
  return {
    async reply(text, extra) {
      const { chatId, threadId } = requireTarget(target())
      assertText(text)
      add('sendMessage', {
        chat_id: chatId,
        ...(threadId && { message_thread_id: threadId }),
        text,
        ...extra,
      })
    },
    async edit(text, extra) {
      const { chatId, messageId } = requirePressed(target())
      assertText(text)
      add('editMessageText', { chat_id: chatId, message_id: messageId, text, ...extra })
    },
    async send(chatId, text, extra) {
      assertText(text)
      add('sendMessage', { chat_id: chatId, text, ...extra })
    },
    async call(method, payload) {
      add(method, payload)
    },
  }
}

function requireTarget(target: ReplyTarget | undefined): ReplyTarget {
  if (target !== undefined) return target
  throw new PluginError(
    'OUTBOX_PAYLOAD',
    'outbox.reply() was called where there is no chat to answer in. Use outbox.send(chatId, text).',
  )
}

function requirePressed(target: ReplyTarget | undefined) {
  if (target?.pressedMessageId !== undefined)
    return { chatId: target.chatId, messageId: target.pressedMessageId }
  throw new PluginError(
    'OUTBOX_PAYLOAD',
    "outbox.edit() was called where no button was pressed, or one of a message sent by inline mode, which is in no chat that the bot knows. Name the message: outbox.call('editMessageText', { chat_id, message_id, text }).",
  )
}

function assertText(text: unknown): void {
  if (typeof text === 'string' && text.length > 0) return
  const found = text === '' ? 'an empty text' : `${typeof text}`
  throw new PluginError(
    'OUTBOX_PAYLOAD',
    `A message in the outbox needs a text of 1–4096 characters; found ${found}.`,
  )
}

function assertStorable(method: string, payload: Record<string, unknown>): void {
  const { chat_id: chatId } = payload
  if (typeof chatId !== 'number' && typeof chatId !== 'string') {
    throw new PluginError(
      'OUTBOX_PAYLOAD',
      `A call in the outbox needs a chat_id (a number or "@name"); ${method} has ${typeof chatId}.`,
    )
  }
  const path = unstorablePath(payload)
  if (path === undefined) return
  throw new PluginError(
    'OUTBOX_PAYLOAD',
    `The outbox stores what it sends, and ${method} has a value at "${path}" that cannot be stored. Pass a file id, a URL or a Buffer instead of a stream.`,
  )
}

function unstorablePath(value: unknown, path = ''): string | undefined {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') return path
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return undefined
  if (typeof (value as { pipe?: unknown }).pipe === 'function') return path
  for (const [key, inner] of Object.entries(value)) {
    const found = unstorablePath(inner, path === '' ? key : `${path}.${key}`)
    if (found !== undefined) return found
  }
  return undefined
}
