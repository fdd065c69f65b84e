/** What core needs to know of an update, whatever its kind: is it one, whose lane, which chat. Pure; never throws on what Telegram or anybody sends. */
import type { ReplyTarget } from '../telegram/outbox.js'
import type { StateOwner } from '../telegram/state-source.js'

/** An update as it came in, with an id that can be a key. Nothing else of it is trusted. */
export interface RawUpdate {
  readonly update_id: number
  readonly [kind: string]: unknown
}

interface Loose {
  readonly [key: string]: unknown
}

/** Whether a value is an object with an `update_id` that is an integer from 0 to 2^53 − 1. */
export function isRawUpdate(value: unknown): value is RawUpdate {
  return isRecord(value) && Number.isSafeInteger(value.update_id) && (value.update_id as number) >= 0
}

/** The lane of an update: its chat, else its person, else one of its own. */
export function laneOf(update: RawUpdate): string {
  const event = eventOf(update)
  const chat = chatOf(event)
  if (chat !== undefined) return `chat:${chat.id}`
  const person = personOf(event)
  return person === undefined ? `update:${update.update_id}` : `person:${person}`
}

/** Where an update can be answered; `undefined` for those without a chat. */
export function replyTargetOf(update: RawUpdate): ReplyTarget | undefined {
  const event = eventOf(update)
  const chat = chatOf(event)
  if (chat === undefined) return undefined
  const message = messageOf(event)
  const threadId = message?.is_topic_message === true ? message.message_thread_id : undefined
  const businessId = message?.business_connection_id
  const pressedMessageId = isRecord(update.callback_query) ? message?.message_id : undefined
  return {
    chatId: chat.id,
    ...(typeof threadId === 'number' && { threadId }),
    ...(typeof pressedMessageId === 'number' && { pressedMessageId }),
    ...(typeof businessId === 'string' && { businessConnectionId: businessId }),
  }
}

/** Whose state an update may read and write. */
export function ownerOf(update: RawUpdate): StateOwner {
  const event = eventOf(update)
  const chatId = chatOf(event)?.id
  const personId = senderChatOf(event) ?? personOf(event)
  return { ...(chatId !== undefined && { chatId }), ...(personId !== undefined && { personId }) }
}

/** Who did it; `undefined` where Telegram does not say. */
export function authorOf(
  update: RawUpdate,
): { readonly id: number; readonly languageCode?: string } | undefined {
  const event = eventOf(update)
  const id = personOf(event)
  if (event === undefined || id === undefined) return undefined
  const { language_code: languageCode } = (event.from ?? event.user) as Loose
  return typeof languageCode === 'string' ? { id, languageCode } : { id }
}

function eventOf(update: RawUpdate): Loose | undefined {
  for (const key in update) {
    if (key !== 'update_id' && isRecord(update[key])) return update[key]
  }
  return undefined
}

/** The message of an event: itself, or the one a pressed button belongs to. */
function messageOf(event: Loose | undefined): Loose | undefined {
  if (event === undefined) return undefined
  return isRecord(event.message) ? event.message : event
}

function chatOf(event: Loose | undefined): { readonly id: number } | undefined {
  const chat = messageOf(event)?.chat
  return isRecord(chat) && Number.isSafeInteger(chat.id) ? { id: chat.id as number } : undefined
}

// Bot API, Message.sender_chat: such messages have in `from` one fake user for all, whose state strangers would share.
function senderChatOf(event: Loose | undefined): number | undefined {
  const sender = event?.sender_chat
  return isRecord(sender) && Number.isSafeInteger(sender.id) ? (sender.id as number) : undefined
}

function personOf(event: Loose | undefined): number | undefined {
  const person = event?.from ?? event?.user
  return isRecord(person) && Number.isSafeInteger(person.id) ? (person.id as number) : undefined
}

function isRecord(value: unknown): value is Loose {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
