/** The way of every message that a bot sends, whatever it holds: chat, rights, topic, answered message, keyboard. */
import { badRequest } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { deliverMessage } from '../world/group-delivery.js'
import type { MessageContent } from '../world/world-state.js'
import type { MethodCall } from './method.js'
import { type ParsedMarkup, parseReplyMarkup } from './reply-markup.js'
import { checkReplyParameters, findReply, type ReplyFields } from './reply-target.js'
import { checkMaySend, type SendKind } from './send-rights.js'
import { findChat } from './target-chat.js'
import { findThread, threadFields } from './threads.js'

/** Where and how a message is going to be sent. */
export interface Outgoing {
  readonly chat: Chat
  readonly markup: ParsedMarkup
  /** Topic, answered message and protection, as fields of the message. */
  readonly fields: MessageContent
}

/**
 * Checks everything about a message but its content, which was read before.
 * @throws ApiError In the order of the real server: parameters, chat, answered message, topic, rights.
 */
export function prepareOutgoing(call: MethodCall, kind: SendKind): Outgoing {
  const { parameters } = call
  const reply = checkReplyParameters(parameters)
  const markup = parseReplyMarkup(parameters)
  const chat = findChat(call, 'write')
  const replied: ReplyFields = reply ? findReply(call, chat, reply) : {}
  const thread = findThread(call, chat, replied.reply_to_message)
  checkMaySend(chat, call.bot, kind)
  return {
    chat,
    markup,
    fields: {
      ...threadFields(thread),
      ...replied,
      ...(parameters.flag('protect_content') && { has_protected_content: true as const }),
    },
  }
}

/** Sends a message of this content. */
export function sendContent(call: MethodCall, outgoing: Outgoing, content: MessageContent): Message {
  const { state, bot } = call
  const { chat, markup, fields } = outgoing
  const inline = markup?.inline
  const message = state.post(chat, {
    ...authorFields(call, chat),
    ...fields,
    ...content,
    ...(inline && { reply_markup: inline }),
  })
  if (markup) markup.apply(chat)
  // In a channel other bots hear of a post; elsewhere bots do not hear one another.
  if (chat.object.type === 'channel') deliverMessage(chat, message, false, bot)
  return message
}

/** Who speaks: the bot, and in a channel the channel. */
export function authorFields({ bot }: MethodCall, chat: Chat): MessageContent {
  return chat.object.type === 'channel' ? { sender_chat: chat.object } : { from: bot.user }
}

/**
 * The message that a method is about.
 * @param what As the refusal calls it: `message to edit`.
 * @throws ApiError 400 `message identifier is not specified`, `<what> not found`.
 */
export function findMessage(chat: Chat, messageId: number | undefined, what: string): Message {
  if (!messageId || messageId < 0) throw badRequest('message identifier is not specified')
  const message = chat.message(messageId)
  if (!message) throw badRequest(`${what} not found`)
  return message
}
