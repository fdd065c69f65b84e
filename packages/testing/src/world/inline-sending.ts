/** Sends a message by way of a bot, as when a person chooses a result of an inline query. */
import { randomBytes } from 'node:crypto'
import type { Message, User } from '../bot-api/objects.js'
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'
import { deliverMessage } from './group-delivery.js'
import type { InlineOffer } from './inline-offers.js'
import type { WorldState } from './world-state.js'

/**
 * Sends what a bot has offered, in the name of a person.
 * @returns The id under which the bot may edit it.
 */
export function sendOffer(
  state: WorldState,
  { bot, user, chat, offer }: { bot: Bot; user: User; chat: Chat; offer: InlineOffer },
): { inlineMessageId: string; message: Message } {
  const author = chat.object.type === 'channel' ? { sender_chat: chat.object } : { from: user }
  const message = state.post(chat, { ...author, via_bot: bot.user, ...offer.content })
  const inlineMessageId = randomBytes(20).toString('base64url')
  state.inlineMessages.set(inlineMessageId, { botId: bot.id, chat, messageId: message.message_id })
  deliverMessage(chat, message)
  return { inlineMessageId, message }
}
