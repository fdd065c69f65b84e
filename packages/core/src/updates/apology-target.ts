/** Where somebody waits for an answer to an update: in a private chat, and where the bot was addressed by a command or a button. Pure; trusts nothing of the update. */
import { type RawUpdate, replyTargetOf } from './update-facts.js'

/** See the file's purpose. One of `chatId` and `callbackQueryId` is there. */
export interface ApologyTarget {
  readonly chatId?: number
  /** The press that waits. */
  readonly callbackQueryId?: string
  /** Further parameters of `sendMessage`: the topic, and in a group the message that is answered. */
  readonly extra: Readonly<Record<string, unknown>>
}

/**
 * `undefined` where nobody waits: a message to others in a group, a channel, a member who left.
 *
 * @param handler that had the update: a command is one that begins with `/`
 */
export function apologyTargetOf(update: RawUpdate, handler: string | undefined): ApologyTarget | undefined {
  const target = replyTargetOf(update)
  const query = update.callback_query as { id?: unknown } | undefined
  const place = target === undefined ? {} : { chatId: target.chatId }
  const topic = target?.threadId === undefined ? {} : { message_thread_id: target.threadId }
  if (typeof query?.id === 'string') return { ...place, callbackQueryId: query.id, extra: topic }
  const message = (update.message ?? update.edited_message) as Loose | undefined
  if (target === undefined || message === undefined || message.from?.is_bot === true) return undefined
  if (message.chat?.type === 'private') return { ...place, extra: topic }
  if (!handler?.startsWith('/')) return undefined
  // Whoever deletes the command meanwhile is answered all the same.
  const reply = { message_id: message.message_id, allow_sending_without_reply: true }
  return { ...place, extra: { ...topic, reply_parameters: reply } }
}

interface Loose {
  readonly message_id?: unknown
  readonly from?: { readonly is_bot?: unknown }
  readonly chat?: { readonly type?: unknown }
}
