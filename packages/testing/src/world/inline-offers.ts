/** Messages that people send by way of a bot: what bots offer, and the messages that came of it. */
import { randomBytes } from 'node:crypto'
import type { User } from '../bot-api/objects.js'
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'
import { deliverMessage } from './group-delivery.js'
import type { MessageContent, WorldState } from './world-state.js'

/** A result of an inline query, and the message that it becomes. */
export interface InlineOffer {
  readonly id: string
  /** Bot API, InlineQueryResult, as the bot gave it. */
  readonly result: Readonly<Record<string, unknown>>
  readonly content: MessageContent
}

/** A message that a bot may edit by an id of its own, wherever it stands. */
export interface InlineMessage {
  readonly botId: number
  readonly chat: Chat
  readonly messageId: number
}

/**
 * Sends what a bot has offered, in the name of a person.
 * @returns The id under which the bot may edit it.
 */
export function sendOffer(
  state: WorldState,
  { bot, user, chat, offer }: { bot: Bot; user: User; chat: Chat; offer: InlineOffer },
): { inlineMessageId: string; message: ReturnType<WorldState['post']> } {
  const author = chat.object.type === 'channel' ? { sender_chat: chat.object } : { from: user }
  const message = state.post(chat, { ...author, via_bot: bot.user, ...offer.content })
  const inlineMessageId = randomBytes(20).toString('base64url')
  state.inlineMessages.set(inlineMessageId, { botId: bot.id, chat, messageId: message.message_id })
  deliverMessage(chat, message)
  return { inlineMessageId, message }
}
