/** The topics of a forum: create, edit, close, reopen, delete, and the general one. Source: Bot API, createForumTopic. */
import { randomInt } from 'node:crypto'
import { badRequest } from '../bot-api/api-error.js'
import { cleanLine } from '../bot-api/formatting/clean-text.js'
import type { Chat } from '../world/chat.js'
import type { Topic } from '../world/chat-settings.js'
import { deliverMessage } from '../world/group-delivery.js'
import { hasRight } from '../world/membership.js'
import type { MessageContent } from '../world/world-state.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const topicMethods: MethodGroup = {
  createForumTopic,
  editForumTopic,
  editGeneralForumTopic,
  closeForumTopic: (call) => setClosed(call, true),
  reopenForumTopic: (call) => setClosed(call, false),
  deleteForumTopic,
  closeGeneralForumTopic: (call) => setGeneralClosed(call, true),
  reopenGeneralForumTopic: (call) => setGeneralClosed(call, false),
  hideGeneralForumTopic: (call) => setGeneralHidden(call, true),
  unhideGeneralForumTopic: (call) => setGeneralHidden(call, false),
}

/** The id that the general topic has wherever topics are listed; its messages carry none. */
export const generalId = 1

// Bot API, createForumTopic: the colours that there are.
const colors = [7322096, 16766590, 13338331, 9367192, 16749490, 16478047]

function createForumTopic(call: MethodCall): unknown {
  const { parameters, state, bot } = call
  const chat = findForum(call, 'not enough rights to create a topic')
  const name = readName(parameters.text('name') ?? '')
  const color = parameters.integer('icon_color') || (colors[randomInt(colors.length)] as number)
  if (!colors.includes(color)) throw badRequest('TOPIC_ICON_COLOR_INVALID')
  const icon = parameters.text('icon_custom_emoji_id') ?? ''
  const look = { name, icon_color: color, ...(icon !== '' && { icon_custom_emoji_id: icon }) }
  const id = chat.lastMessageId + 1
  const created = state.post(chat, {
    from: bot.user,
    message_thread_id: id,
    is_topic_message: true,
    forum_topic_created: look,
  })
  chat.settings.topics.set(id, { message_thread_id: id, ...look, isClosed: false, created })
  deliverMessage(chat, created)
  return { message_thread_id: id, ...look }
}

function editForumTopic(call: MethodCall): true {
  if (isGeneral(call)) return editGeneralForumTopic(call)
  const { parameters } = call
  const chat = findForum(call, 'not enough rights to edit the topic')
  const topic = findTopic(call, chat)
  const name = parameters.text('name') ?? ''
  const icon = parameters.text('icon_custom_emoji_id')
  const changed = {
    ...(name !== '' && { name: readName(name) }),
    ...(icon !== undefined && { icon_custom_emoji_id: icon }),
  }
  const isSame = Object.entries(changed).every(([key, value]) => topic[key as keyof Topic] === value)
  if (isSame) throw badRequest('TOPIC_NOT_MODIFIED')
  chat.settings.topics.set(topic.message_thread_id, { ...topic, ...changed })
  sayInTopic(call, chat, topic, { forum_topic_edited: changed })
  return true
}

function editGeneralForumTopic(call: MethodCall): true {
  const chat = findForum(call, 'not enough rights to edit the topic')
  const name = readName(call.parameters.text('name') ?? '')
  if (name === chat.settings.generalName) throw badRequest('TOPIC_NOT_MODIFIED')
  chat.settings.generalName = name
  sayInTopic(call, chat, undefined, { forum_topic_edited: { name } })
  return true
}

function setClosed(call: MethodCall, isClosed: boolean): true {
  if (isGeneral(call)) return setGeneralClosed(call, isClosed)
  const chat = findForum(call, 'not enough rights to edit the topic')
  const topic = findTopic(call, chat)
  if (topic.isClosed === isClosed) throw badRequest('TOPIC_NOT_MODIFIED')
  chat.settings.topics.set(topic.message_thread_id, { ...topic, isClosed })
  sayInTopic(call, chat, topic, isClosed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} })
  return true
}

function deleteForumTopic(call: MethodCall): true {
  const chat = findForum(call, 'not enough rights to delete the topic', 'can_delete_messages')
  const topic = findTopic(call, chat)
  for (const message of chat.messages()) {
    if (message.message_thread_id === topic.message_thread_id) call.state.delete(chat, message)
  }
  chat.settings.topics.delete(topic.message_thread_id)
  return true
}

function setGeneralClosed(call: MethodCall, isClosed: boolean): true {
  const chat = findForum(call, 'not enough rights to edit the topic')
  if (chat.settings.isGeneralClosed === isClosed) throw badRequest('TOPIC_NOT_MODIFIED')
  chat.settings.isGeneralClosed = isClosed
  sayInTopic(call, chat, undefined, isClosed ? { forum_topic_closed: {} } : { forum_topic_reopened: {} })
  return true
}

function setGeneralHidden(call: MethodCall, isHidden: boolean): true {
  const chat = findForum(call, 'not enough rights to edit the topic')
  if (chat.settings.isGeneralHidden === isHidden) throw badRequest('TOPIC_NOT_MODIFIED')
  chat.settings.isGeneralHidden = isHidden
  chat.settings.isGeneralClosed = isHidden
  sayInTopic(
    call,
    chat,
    undefined,
    isHidden ? { general_forum_topic_hidden: {} } : { general_forum_topic_unhidden: {} },
  )
  return true
}

/** The forum that a call names. @throws ApiError 400 `the chat is not a forum`, `refusal` without the right. */
export function findForum(call: MethodCall, refusal: string, right = 'can_manage_topics'): Chat {
  const chat = findChat(call, 'write')
  if (!chat.object.is_forum) throw badRequest('the chat is not a forum')
  if (!hasRight(chat.membership(call.bot.id), right)) throw badRequest(refusal)
  return chat
}

function isGeneral({ parameters }: MethodCall): boolean {
  return parameters.integer('message_thread_id') === generalId
}

function findTopic({ parameters }: MethodCall, chat: Chat): Topic {
  const topic = chat.settings.topics.get(parameters.integer('message_thread_id') ?? 0)
  if (!topic) throw badRequest('TOPIC_ID_INVALID')
  return topic
}

function readName(text: string): string {
  const name = cleanLine(text)
  if (name === '') throw badRequest('title must be non-empty')
  return [...name].slice(0, 128).join('')
}

/** Says in a topic what was done to it. */
export function sayInTopic(
  { state, bot }: MethodCall,
  chat: Chat,
  topic: Topic | undefined,
  content: MessageContent,
): void {
  const place = topic && {
    message_thread_id: topic.message_thread_id,
    is_topic_message: true as const,
    reply_to_message: topic.created,
  }
  deliverMessage(chat, state.post(chat, { from: bot.user, ...place, ...content }))
}
