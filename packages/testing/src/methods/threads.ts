/** Topics of forums and threads of supergroups: where a message goes that names one. Source: Bot API, forum topics. */
import { badRequest } from '../bot-api/api-error.js'
import type { Message } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import { hasRight } from '../world/membership.js'
import type { MessageContent } from '../world/world-state.js'
import type { MethodCall } from './method.js'

/** Where in a chat a message goes. */
export interface Thread {
  readonly id: number
  /** The service message that began the topic; undefined for a thread of answers. */
  readonly created: Message | undefined
}

/**
 * The thread that a call names, or that of the answered message.
 * @throws ApiError 400 `message thread not found`, `TOPIC_CLOSED` for who may not manage topics.
 */
export function findThread(call: MethodCall, chat: Chat, replied: Message | undefined): Thread | undefined {
  const given = call.parameters.integer('message_thread_id')
  const isForum = chat.object.is_forum === true
  if (!given) {
    if (isForum && chat.settings.isGeneralClosed && !replied?.message_thread_id) checkOpen(call, chat, true)
    return isForum && replied?.message_thread_id ? topicOf(call, chat, replied.message_thread_id) : undefined
  }
  if (isForum) return topicOf(call, chat, given)
  const root = chat.object.type === 'supergroup' ? chat.message(given) : undefined
  if (!root) throw badRequest('message thread not found')
  return { id: given, created: undefined }
}

/** The thread as fields of a message. What answers nothing else answers the message that began the topic. */
export function threadFields(thread: Thread | undefined): MessageContent {
  if (!thread) return {}
  if (!thread.created) return { message_thread_id: thread.id }
  return { message_thread_id: thread.id, is_topic_message: true, reply_to_message: thread.created }
}

function topicOf(call: MethodCall, chat: Chat, id: number): Thread {
  const topic = chat.settings.topics.get(id)
  if (!topic) throw badRequest('message thread not found')
  checkOpen(call, chat, topic.isClosed)
  return { id, created: topic.created }
}

function checkOpen({ bot }: MethodCall, chat: Chat, isClosed: boolean): void {
  if (isClosed && !hasRight(chat.membership(bot.id), 'can_manage_topics')) throw badRequest('TOPIC_CLOSED')
}
