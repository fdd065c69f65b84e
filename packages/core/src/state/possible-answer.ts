/** Whether an update may be the answer to a question at all. Pure; asked before the database is. */

import type { CommandEntity } from '../telegram/command-arguments.js'
import { parseCommand } from '../telegram/command-match.js'
import type { BoundContext } from '../telegram/context.js'

/** What is looked at of a message. */
interface Message {
  readonly chat: { readonly type: string }
  readonly text?: string
  readonly caption?: string
  readonly entities?: readonly CommandEntity[]
  readonly caption_entities?: readonly CommandEntity[]
  readonly message_thread_id?: number
  readonly reply_to_message?: { readonly message_id: number; readonly from?: { readonly id: number } }
}

/** `cancel` is the command of that name; `undefined` is nothing for a conversation. */
export function possibleAnswer(ctx: BoundContext): 'message' | 'callback_query' | 'cancel' | undefined {
  // Only these two have somebody to ask, and a chat to ask in.
  if (ctx.from === undefined) return undefined
  if ('callback_query' in ctx.update) return 'callback_query'
  if (!('message' in ctx.update)) return undefined
  const message = ctx.update.message as Message
  if (isCommand(message)) {
    // A command that no plugin has is a slip, or meant for another bot; it is not somebody's name.
    const parsed = parseCommand(message as Parameters<typeof parseCommand>[0], ctx.botInfo.username)
    return parsed?.command === 'cancel' ? 'cancel' : undefined
  }
  return isForSomebodyElse(message, ctx.botInfo.id) ? undefined : 'message'
}

/** Whether a person has sent it, and not Telegram about the chat (somebody joined, a message was pinned). */
export function isContent(message: object): boolean {
  return contentKinds.some((kind) => kind in message)
}

function isCommand({ text, entities, caption_entities }: Message): boolean {
  const own = text === undefined ? caption_entities : entities
  return own?.some(({ type, offset }) => type === 'bot_command' && offset === 0) ?? false
}

/** In a group, what replies to another member is no answer to the bot. */
function isForSomebodyElse({ chat, reply_to_message: replied, message_thread_id }: Message, botId: number) {
  if (chat.type === 'private' || replied === undefined) return false
  // In a topic of a forum, what replies to nobody "replies" to the message that opened the topic.
  if (replied.message_id === message_thread_id) return false
  return replied.from?.id !== botId
}

// Bot API, Message: the fields of messages that people send; all others are of service messages.
const contentKinds = [
  'text',
  'animation',
  'audio',
  'document',
  'paid_media',
  'photo',
  'sticker',
  'story',
  'video',
  'video_note',
  'voice',
  'checklist',
  'contact',
  'dice',
  'game',
  'poll',
  'venue',
  'location',
]
