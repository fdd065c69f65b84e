/** The message that a method edits, by chat and id or by the id of an inline message, and how it is changed. Source: Client.cpp; tdlib MessagesManager.cpp. */
import { isDeepStrictEqual } from 'node:util'
import { badRequest } from '../bot-api/api-error.js'
import type { InlineKeyboardMarkup, Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { deliverMessage } from '../world/group-delivery.js'
import { hasRight } from '../world/membership.js'
import type { MethodCall } from './method.js'
import { findMessage } from './outgoing.js'
import { findChat } from './target-chat.js'

/** A message that the bot may edit. */
export interface EditTarget {
  readonly chat: Chat
  readonly message: Message
  /** True for a message that was sent by way of the bot: the bot is not shown its outcome. */
  readonly isInline: boolean
}

/**
 * Finds the bot's own message, in a channel those of others with the right to, or an inline one.
 * @param what As the refusal calls it.
 * @throws ApiError 400 `message to edit not found`, `message can't be edited`, `MESSAGE_ID_INVALID` of an inline one.
 */
export function findEditable(call: MethodCall, what = 'message to edit'): EditTarget {
  const { bot, parameters } = call
  const messageId = parameters.integer('message_id')
  if ((parameters.text('chat_id') ?? '') === '' && !messageId) return findInline(call)
  const chat = findChat(call, 'edit')
  const message = findMessage(chat, messageId, what)
  const isChannel = chat.object.type === 'channel'
  const mayEdit = isChannel
    ? hasRight(chat.membership(bot.id), 'can_edit_messages') ||
      hasRight(chat.membership(bot.id), 'can_post_messages')
    : message.from?.id === bot.id || message.sender_business_bot !== undefined
  if (!mayEdit || message.forward_origin) throw badRequest("message can't be edited")
  return { chat, message, isInline: false }
}

function findInline({ state, bot, parameters }: MethodCall): EditTarget {
  const id = parameters.text('inline_message_id') ?? ''
  if (id === '') throw badRequest('message identifier is not specified')
  const found = state.inlineMessages.get(id)
  const message = found?.chat.message(found.messageId)
  if (!found || !message || found.botId !== bot.id) throw badRequest('MESSAGE_ID_INVALID')
  return { chat: found.chat, message, isInline: true }
}

/**
 * Puts new content in the place of the old one.
 * @returns The message; true for an inline one.
 * @throws ApiError 400 `message is not modified: …`.
 */
export function applyEdit(
  { state, bot }: MethodCall,
  { chat, message: old, isInline }: EditTarget,
  content: Message,
  markup: InlineKeyboardMarkup | undefined,
): Message | true {
  const { reply_markup: _, ...rest } = content
  const edited: Message = { ...rest, ...(markup && { reply_markup: markup }) }
  const undated = (message: Message) => ({ ...message, edit_date: undefined })
  if (isDeepStrictEqual(undated(old), undated(edited))) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message',
    )
  }
  const { reply_markup: __, ...oldRest } = old
  const isMarkupOnly = isDeepStrictEqual(
    { ...oldRest, edit_date: undefined },
    { ...rest, edit_date: undefined },
  )
  const result = isMarkupOnly ? state.edit(chat, edited, true) : state.edit(chat, edited)
  if (isInline) return true
  if (chat.object.type === 'channel') deliverMessage(chat, result, true, bot)
  return result
}
