/** Finds the message that a sent one answers, in this chat or another. Source: Bot API, ReplyParameters. */
import { badRequest, notModelled } from '../bot-api/api-error.js'
import { isJsonObject, optionalFlag, optionalText, readAs, requiredInteger } from '../bot-api/json-fields.js'
import type { Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { describeOrigin } from '../world/forward-origin.js'
import { formatText } from './message-text.js'
import type { MethodCall } from './method.js'
import type { Parameters } from './parameters.js'
import { findChatBy } from './target-chat.js'

/** What a call says about the message it answers. */
export interface ReplyRequest {
  readonly messageId: number
  readonly chatId: string | undefined
  readonly mayBeMissing: boolean
  readonly quote: { text: string; parseMode: string | undefined; entities: unknown } | undefined
}

/** The answered message as fields of the answer. */
export interface ReplyFields {
  readonly reply_to_message?: Message
  readonly external_reply?: unknown
  readonly quote?: unknown
}

/**
 * Reads reply_parameters, or reply_to_message_id of older clients.
 * @throws ApiError 400 `object expected as reply parameters`, `can't find field "message_id"`.
 */
export function checkReplyParameters(parameters: Parameters): ReplyRequest | undefined {
  const value = parameters.json('reply_parameters', 'reply parameters')
  if (value === undefined) {
    const messageId = parameters.integer('reply_to_message_id')
    if (!messageId || messageId < 0) return undefined
    const mayBeMissing = parameters.flag('allow_sending_without_reply')
    return { messageId, chatId: undefined, mayBeMissing, quote: undefined }
  }
  if (!isJsonObject(value)) throw badRequest('object expected as reply parameters')
  if (Object.keys(value).length === 0) return undefined
  for (const field of ['checklist_task_id', 'poll_option_id', 'ephemeral_message_id']) {
    if (value[field] !== undefined) throw notModelled(`field ${field} of reply_parameters`)
  }
  return readAs('', () => {
    const messageId = requiredInteger(value, 'message_id')
    const quote = optionalText(value, 'quote')
    const request = {
      messageId,
      chatId: optionalText(value, 'chat_id'),
      mayBeMissing: optionalFlag(value, 'allow_sending_without_reply'),
      quote: quote
        ? { text: quote, parseMode: optionalText(value, 'quote_parse_mode'), entities: value.quote_entities }
        : undefined,
    }
    return messageId > 0 ? request : undefined
  })
}

/**
 * The answered message; without what it answers itself.
 * @throws ApiError 400 `message to be replied not found`, `QUOTE_TEXT_INVALID`.
 */
export function findReply(call: MethodCall, chat: Chat, request: ReplyRequest): ReplyFields {
  const isElsewhere = request.chatId !== undefined && request.chatId !== String(chat.id)
  const source = isElsewhere ? findChatBy(call, request.chatId as string, 'read') : chat
  const message = source.message(request.messageId)
  if (!message) {
    if (request.mayBeMissing) return {}
    throw badRequest('message to be replied not found')
  }
  const quote = request.quote ? { quote: checkQuote(call, request, message) } : {}
  if (isElsewhere) {
    return { external_reply: { origin: describeOrigin(message), ...placeOf(source, message) }, ...quote }
  }
  return { reply_to_message: withoutReply(message), ...quote }
}

/** A message without the one it answers: the Bot API shows one level. */
export function withoutReply(message: Message): Message {
  const { reply_to_message: _, external_reply: __, ...shallow } = message
  return shallow
}

function checkQuote({ state }: MethodCall, { quote }: ReplyRequest, message: Message): unknown {
  const { text, entities } = formatText(state, quote as NonNullable<ReplyRequest['quote']>)
  const position = (message.text ?? message.caption ?? '').indexOf(text)
  if (text === '' || position < 0) throw badRequest('QUOTE_TEXT_INVALID')
  return { text, ...(entities.length > 0 && { entities: [...entities] }), position, is_manual: true }
}

function placeOf(chat: Chat, message: Message): object {
  return chat.object.type === 'private' ? {} : { chat: chat.object, message_id: message.message_id }
}
