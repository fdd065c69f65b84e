/** Messages that people send by way of a bot: what bots offer, and the messages that came of it. */
import type { Message } from '../bot-api/objects.js'
import type { Chat } from './chat.js'

/** A result of an inline query, and the message that it becomes. */
export interface InlineOffer {
  readonly id: string
  /** Bot API, InlineQueryResult, as the bot gave it. */
  readonly result: Readonly<Record<string, unknown>>
  readonly content: Partial<Message>
}

/** A message that a bot may edit by an id of its own, wherever it stands. */
export interface InlineMessage {
  readonly botId: number
  readonly chat: Chat
  readonly messageId: number
}
