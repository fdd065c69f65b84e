/** Finds the message that a sent one answers. Source: Bot API, ReplyParameters. */
import { badRequest, notModelled } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import type { Parameters } from './parameters.js'

interface ReplyParameters {
  message_id?: unknown
  chat_id?: unknown
  quote?: unknown
  allow_sending_without_reply?: unknown
}

/**
 * The message named by reply_parameters, or by reply_to_message_id of older clients; without what it answers itself.
 * @throws ApiError 400 `message to be replied not found`.
 */
export function findRepliedMessage(parameters: Parameters, chat: Chat): Message | undefined {
  const reply = readReply(parameters)
  if (reply?.message_id === undefined) return undefined
  if (reply.quote !== undefined) throw notModelled('field quote of reply_parameters')
  if (reply.chat_id !== undefined && String(reply.chat_id) !== String(chat.id)) {
    throw notModelled('field chat_id of reply_parameters')
  }
  const message = chat.message(Number(reply.message_id))
  if (!message) {
    if (reply.allow_sending_without_reply === true) return undefined
    throw badRequest('message to be replied not found')
  }
  const { reply_to_message: _, ...shallow } = message
  return shallow
}

function readReply(parameters: Parameters): ReplyParameters | undefined {
  const value = parameters.json('reply_parameters', 'reply parameters')
  if (value !== undefined) {
    if (typeof value !== 'object' || value === null) throw badRequest('object expected as reply parameters')
    return value
  }
  const messageId = parameters.integer('reply_to_message_id')
  if (!messageId) return undefined
  return {
    message_id: messageId,
    allow_sending_without_reply: parameters.flag('allow_sending_without_reply'),
  }
}
