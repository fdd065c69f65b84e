/** What is done to the pins of a topic: unpinAll…ForumTopicMessages. Source: Bot API. */
import { badRequest } from '../bot-api/api-error.js'
import type { Chat } from '../world/chat.js'
import { hasRight, isPermitted } from '../world/membership.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'
import { generalId } from './topics.js'

/** The methods of this group. */
export const topicPinMethods: MethodGroup = {
  unpinAllForumTopicMessages,
  unpinAllGeneralForumTopicMessages,
}

function unpinAllForumTopicMessages(call: MethodCall): true {
  const chat = findPinnable(call)
  const threadId = call.parameters.integer('message_thread_id') ?? 0
  if (threadId !== generalId && !chat.settings.topics.has(threadId)) throw badRequest('TOPIC_ID_INVALID')
  unpin(chat, threadId === generalId ? undefined : threadId)
  return true
}

function unpinAllGeneralForumTopicMessages(call: MethodCall): true {
  unpin(findPinnable(call), undefined)
  return true
}

function unpin(chat: Chat, threadId: number | undefined): void {
  for (const id of chat.settings.pinnedIds) {
    const message = chat.message(id)
    const thread = message?.is_topic_message ? message.message_thread_id : undefined
    if (thread === threadId) chat.settings.pinnedIds.delete(id)
  }
}

function findPinnable(call: MethodCall): Chat {
  const chat = findChat(call, 'write')
  if (!chat.object.is_forum) throw badRequest('the chat is not a forum')
  const membership = chat.membership(call.bot.id)
  const mayPin =
    hasRight(membership, 'can_pin_messages') ||
    (membership.status === 'member' && isPermitted(membership, chat.settings.permissions, 'can_pin_messages'))
  if (!mayPin) throw badRequest('not enough rights to manage pinned messages in the chat')
  return chat
}
