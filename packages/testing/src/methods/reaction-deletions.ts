/** deleteMessageReaction, deleteAllMessageReactions: an administrator takes other people's reactions away. Source: Bot API. */
import { badRequest } from '../bot-api/api-error.js'
import type { Chat } from '../world/chat.js'
import { hasRight } from '../world/membership.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findMessage } from './outgoing.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const reactionDeletionMethods: MethodGroup = { deleteMessageReaction, deleteAllMessageReactions }

function deleteMessageReaction(call: MethodCall): true {
  const chat = findModerated(call)
  const message = findMessage(chat, call.parameters.integer('message_id'), 'message to delete reaction')
  chat.settings.reactionsOf(message.message_id).delete(readActor(call))
  return true
}

function deleteAllMessageReactions(call: MethodCall): true {
  const chat = findModerated(call)
  const actorId = readActor(call)
  for (const { message_id } of chat.messages()) chat.settings.reactionsOf(message_id).delete(actorId)
  return true
}

function findModerated(call: MethodCall): Chat {
  const chat = findChat(call, 'write')
  const { type } = chat.object
  if (type !== 'group' && type !== 'supergroup') {
    throw badRequest('method is available only for groups and supergroups')
  }
  if (!hasRight(chat.membership(call.bot.id), 'can_delete_messages')) throw badRequest('not enough rights')
  return chat
}

function readActor({ parameters }: MethodCall): number {
  const id = parameters.integer('user_id') ?? parameters.integer('actor_chat_id') ?? 0
  if (id === 0) throw badRequest('invalid user_id specified')
  return id
}
