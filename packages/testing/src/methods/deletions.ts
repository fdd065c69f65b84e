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

function checkDeletable({ bot, state }: MethodCall, chat: Chat, message: Message): void {
  const { type } = chat.object
  const membership = chat.membership(bot.id)
  const isOwn =
    message.from?.id === bot.id || (type === 'channel' && hasRight(membership, 'can_post_messages'))
  const ageSeconds = state.nowUnix() - message.date
  if (hasRight(membership, 'can_delete_messages') && type !== 'group' && type !== 'private') return
  const isYoung = ageSeconds <= longestSeconds
  if (isOwn && isYoung && !message.forum_topic_created) return
  // A dice in a private chat stands for a day, so that nobody throws until it falls right.
  if (type === 'private' && isYoung && !isService(message)) return
  if (type === 'group' && hasRight(membership, 'can_delete_messages') && isYoung) return
  throw badRequest(
    isOwn || type === 'private' ? "message can't be deleted for everyone" : "message can't be deleted",
  )
}
