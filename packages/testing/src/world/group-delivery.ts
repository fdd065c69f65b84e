/** Which bots of a chat hear of a person's message: privacy mode. Source: Bot API, features, privacy mode. */
import type { Message } from '../bot-api/objects.js'
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'

/** Lists the bots that get an update about this message. */
export function botsThatHear(chat: Chat, message: Message): Bot[] {
  if (chat.object.type === 'private') return [...chat.bots]
  return [...chat.bots].filter((bot) => bot.canReadAllGroupMessages || isMeantFor(bot, message))
}

function isMeantFor(bot: Bot, message: Message): boolean {
  if (message.reply_to_message?.from.id === bot.id) return true
  const text = message.text ?? message.caption ?? ''
  const entities = message.entities ?? message.caption_entities ?? []
  return entities.some((entity) => {
    if (entity.type !== 'bot_command') return false
    const [, addressee] = text.slice(entity.offset, entity.offset + entity.length).split('@')
    return addressee === undefined || addressee.toLowerCase() === bot.username.toLowerCase()
  })
}
