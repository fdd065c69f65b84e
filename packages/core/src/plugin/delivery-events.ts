/** What plugins are told of the messages of the outbox. Types alone. */
import type { RefusalReason } from '../telegram/delivery-outcome.js'

/** A call of the outbox that an event is about. */
export interface Delivery {
  /** Its number in the outbox. */
  readonly outboxId: string
  /** The method of the Bot API, such as `sendMessage`. */
  readonly method: string
  /** The chat that it was for; a name as `@news`. Absent where the method has none. */
  readonly chatId: number | string | undefined
  /** As `outbox.with({ tag })` had it. */
  readonly tag: string | undefined
}

/** Telegram took a message that has a tag. */
export interface MessageSent extends Delivery {
  readonly type: 'outbox.sent'
  /** Of the message that was sent; of an album, of its first. Absent where the method sends none. */
  readonly messageId: number | undefined
  /** What Telegram answered, as the Bot API has it. */
  readonly result: unknown
}

/** Telegram refused a message for good. It is not sent again. */
export interface MessageRefused extends Delivery {
  readonly type: 'outbox.refused'
  readonly reason: RefusalReason
  /** Whether nothing can be written to this chat any more: it blocked the bot, is deleted, was never met … */
  readonly isUnreachable: boolean
  /** Telegram's `error_code`; absent where the call could not be made at all. */
  readonly errorCode: number | undefined
  /** In Telegram's words. */
  readonly description: string
}

/** Nobody knows whether a message has arrived that was to be sent at most once. It is not sent again. */
export interface MessageUnknown extends Delivery {
  readonly type: 'outbox.unknown'
}

/** A group has become a supergroup, of another id. What waits in the outbox is sent there. */
export interface ChatMigrated {
  readonly type: 'chat.migrated'
  readonly fromChatId: number
  readonly toChatId: number
}

/** The events by their names. */
export interface DeliveryEvents {
  'outbox.sent': MessageSent
  'outbox.refused': MessageRefused
  'outbox.unknown': MessageUnknown
  'chat.migrated': ChatMigrated
}

/** The names of all events; anything else is refused at boot. */
export const deliveryEventNames = [
  'outbox.sent',
  'outbox.refused',
  'outbox.unknown',
  'chat.migrated',
] as const satisfies readonly (keyof DeliveryEvents)[]
