/** Where a forwarded message comes from. Source: Bot API, MessageOrigin. */
import type { Message } from '../bot-api/objects.js'

/** The origin of a message; one that was itself forwarded keeps its first origin. */
export function describeOrigin(message: Message): unknown {
  if (message.forward_origin) return message.forward_origin
  const { date } = message
  if (message.chat.type === 'channel') {
    return { type: 'channel', date, chat: message.chat, message_id: message.message_id }
  }
  if (message.sender_chat) return { type: 'chat', date, sender_chat: message.sender_chat }
  return { type: 'user', date, sender_user: message.from }
}
