/** Which bots of a chat hear of a message, and how it is brought to them. Source: Bot API, features, privacy mode. */
import type { Message } from '../bot-api/objects.js'
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'
import { isAdministrator } from './membership.js'

/** Queues an update about a message for every bot that hears it. @param except A bot that made the message itself. */
export function deliverMessage(chat: Chat, message: Message, isEdited = false, except?: Bot): void {
  const kind = chat.object.type === 'channel' ? 'channel_post' : 'message'
  for (const bot of botsThatHear(chat, message)) {
    if (bot !== except) bot.updates.add(isEdited ? `edited_${kind}` : kind, message)
  }
}

/** Queues an update of one kind for the bots that are administrators of a chat, the same or one for each. */
export function tellAdministrators(
  chat: Chat,
  kind: string,
  payload: object | ((bot: Bot) => object),
  right?: string,
): void {
  for (const bot of chat.bots) {
    const membership = chat.membership(bot.id)
    if (!isAdministrator(membership) || (right && membership[right] !== true)) continue
    bot.updates.add(kind, typeof payload === 'function' ? payload(bot) : payload)
  }
}

/** Lists the bots that get an update about this message. */
export function botsThatHear(chat: Chat, message: Message): Bot[] {
  if (chat.object.type === 'private' || chat.object.type === 'channel') return [...chat.bots]
  return [...chat.bots].filter(
    (bot) =>
      bot.canReadAllGroupMessages ||
      isAdministrator(chat.membership(bot.id)) ||
      isService(message) ||
      isMeantFor(bot, message),
  )
}

const serviceFields = [
  'new_chat_members',
  'left_chat_member',
  'new_chat_title',
  'new_chat_photo',
  'delete_chat_photo',
  'boost_added',
  'successful_payment',
  'refunded_payment',
  'pinned_message',
  'migrate_to_chat_id',
  'migrate_from_chat_id',
  'forum_topic_created',
  'forum_topic_edited',
  'forum_topic_closed',
  'forum_topic_reopened',
  'general_forum_topic_hidden',
  'general_forum_topic_unhidden',
]

/** True for what Telegram itself says in a chat. */
export function isService(message: Message): boolean {
  return serviceFields.some((field) => message[field] !== undefined)
}

function isMeantFor(bot: Bot, message: Message): boolean {
  if (message.reply_to_message?.from?.id === bot.id) return true
  const text = message.text ?? message.caption ?? ''
  const entities = message.entities ?? message.caption_entities ?? []
  return entities.some((entity) => {
    if (entity.type !== 'bot_command') return false
    const [, addressee] = text.slice(entity.offset, entity.offset + entity.length).split('@')
    return addressee === undefined || addressee.toLowerCase() === bot.username.toLowerCase()
  })
}
