/** forwardMessage(s), copyMessage(s). Source: Bot API; Client.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import type { InlineKeyboardMarkup, Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { describeOrigin } from '../world/forward-origin.js'
import { isService } from '../world/group-delivery.js'
import type { MessageContent } from '../world/world-state.js'
import { randomDigits } from '../world/world-state.js'
import { readMessageIds } from './message-ids.js'
import { checkCaption, parseCaption } from './message-text.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findMessage, prepareOutgoing, sendContent } from './outgoing.js'
import { kindOfMessage } from './send-rights.js'
import { findChatBy } from './target-chat.js'

/** The methods of this group. */
export const forwardMethods: MethodGroup = { forwardMessage, forwardMessages, copyMessage, copyMessages }

interface MessageId {
  message_id: number
}

function forwardMessage(call: MethodCall): Message {
  const source = findSource(call)
  const message = findMessage(source, call.parameters.integer('message_id'), 'message to forward')
  if (!isForwardable(message)) throw badRequest("the message can't be forwarded")
  return sendContent(call, prepareOutgoing(call, kindOfMessage(message)), forwardedContent(message))
}

function copyMessage(call: MethodCall): MessageId {
  const { parameters } = call
  const source = findSource(call)
  const message = findMessage(source, parameters.integer('message_id'), 'message to copy')
  if (!isForwardable(message)) throw badRequest("the message can't be copied")
  const caption = parameters.text('caption') === undefined ? undefined : (parseCaption(call) ?? null)
  const content = copiedContent(message, caption)
  const outgoing = prepareOutgoing(call, kindOfMessage(message))
  checkCaption(caption ?? undefined)
  return { message_id: sendContent(call, outgoing, content).message_id }
}

function forwardMessages(call: MethodCall): MessageId[] {
  return sendAll(call, 'message to forward', (message) => forwardedContent(message))
}

function copyMessages(call: MethodCall): MessageId[] {
  const caption = call.parameters.flag('remove_caption') ? null : undefined
  return sendAll(call, 'message to copy', (message) => copiedContent(message, caption))
}

/** Those that are not there are skipped; where none is there, the call is refused. */
function sendAll(
  call: MethodCall,
  what: string,
  contentOf: (message: Message) => MessageContent,
): MessageId[] {
  const ids = readMessageIds(call.parameters)
  if (ids.some((id, index) => index > 0 && id <= (ids[index - 1] as number))) {
    throw badRequest('message identifiers must be in a strictly increasing order')
  }
  const source = findSource(call)
  const messages = ids.flatMap((id) => source.message(id) ?? []).filter(isForwardable)
  if (messages.length === 0) throw badRequest(`${what} not found`)
  const groups = new Map<string, string>()
  return messages.map((message) => {
    const outgoing = prepareOutgoing(call, kindOfMessage(message))
    const content = { ...contentOf(message), ...newGroup(message, groups) }
    return { message_id: sendContent(call, outgoing, content).message_id }
  })
}

function findSource(call: MethodCall): Chat {
  return findChatBy(call, call.parameters.text('from_chat_id')?.trim() ?? '', 'read')
}

function isForwardable(message: Message): boolean {
  return !isService(message) && message.has_protected_content !== true
}

/** What a message says, without where and when it stands. */
function contentOf(message: Message): MessageContent & { reply_markup?: InlineKeyboardMarkup } {
  const {
    message_id: _id,
    from: _from,
    sender_chat: _senderChat,
    chat: _chat,
    date: _date,
    edit_date: _editDate,
    message_thread_id: _thread,
    is_topic_message: _isTopic,
    reply_to_message: _reply,
    external_reply: _external,
    quote: _quote,
    media_group_id: _group,
    has_protected_content: _protected,
    ...content
  } = message
  return content
}

function forwardedContent(message: Message): MessageContent {
  const { reply_markup: _, ...content } = contentOf(message)
  return { ...content, forward_origin: describeOrigin(message) }
}

/** @param caption undefined keeps the caption, null takes it away. */
function copiedContent(message: Message, caption: ReturnType<typeof parseCaption> | null): MessageContent {
  const { reply_markup: _, forward_origin: __, ...content } = contentOf(message)
  if (caption === undefined || message.text !== undefined) return content
  const { caption: ___, caption_entities: ____, ...bare } = content
  if (caption === null) return bare
  const { text, entities } = caption
  return { ...bare, caption: text, ...(entities.length > 0 && { caption_entities: [...entities] }) }
}

/** Albums stay albums, under new ids. */
function newGroup({ media_group_id: old }: Message, groups: Map<string, string>): MessageContent {
  if (old === undefined) return {}
  const group = groups.get(old) ?? randomDigits()
  groups.set(old, group)
  return { media_group_id: group }
}
