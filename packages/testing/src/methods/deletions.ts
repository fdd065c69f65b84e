/** deleteMessage, deleteMessages. Source: Bot API, deleteMessage; tdlib MessagesManager.cpp (can_delete_message). */
import { badRequest } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { isService } from '../world/group-delivery.js'
import { hasRight } from '../world/membership.js'
import { readMessageIds } from './message-ids.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findMessage } from './outgoing.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const deletionMethods: MethodGroup = { deleteMessage, deleteMessages }

const longestSeconds = 48 * 60 * 60
const diceSeconds = 24 * 60 * 60

function deleteMessage(call: MethodCall): true {
  const { state, parameters } = call
  const messageId = parameters.integer('message_id')
  if ((parameters.text('chat_id') ?? '') === '') throw badRequest('chat identifier is not specified')
  if (!messageId) throw badRequest('message identifier is not specified')
  const chat = findChat(call, 'write')
  const message = findMessage(chat, messageId, 'message to delete')
  checkDeletable(call, chat, message)
  state.delete(chat, message)
  return true
}

function deleteMessages(call: MethodCall): true {
  const ids = readMessageIds(call.parameters)
  const chat = findChat(call, 'write')
  const messages = ids.flatMap((id) => chat.message(id) ?? [])
  for (const message of messages) checkDeletable(call, chat, message)
  for (const message of messages) call.state.delete(chat, message)
  return true
}

/** A supergroup asks for rights, a private chat and a group for what can be taken back; nobody deletes after two days. */
function checkDeletable(call: MethodCall, chat: Chat, message: Message): void {
  const { type } = chat.object
  const ageSeconds = call.state.nowUnix() - message.date
  const isYoung = ageSeconds <= longestSeconds
  if (type === 'supergroup' || type === 'channel') {
    if (isYoung && mayDelete(call, chat, message)) return
    throw badRequest("message can't be deleted")
  }
  // So that nobody throws the dice until they fall right.
  const isFreshDice = type === 'private' && message.dice !== undefined && ageSeconds < diceSeconds
  if (isYoung && !isFreshDice && mayTakeBack(call, chat, message)) return
  throw badRequest("message can't be deleted for everyone")
}

function mayDelete({ bot }: MethodCall, chat: Chat, message: Message): boolean {
  if (message.forum_topic_created || message.migrate_from_chat_id) return false
  const membership = chat.membership(bot.id)
  if (hasRight(membership, 'can_delete_messages')) return true
  if (chat.object.type === 'channel') return hasRight(membership, 'can_post_messages')
  return message.from?.id === bot.id
}

function mayTakeBack({ bot }: MethodCall, chat: Chat, message: Message): boolean {
  if (chat.object.type === 'private') return !isService(message)
  if (hasRight(chat.membership(bot.id), 'can_delete_messages')) return true
  return message.from?.id === bot.id && !isService(message)
}
