/** What an error of a call says of it: wait, try again, another chat, or never; and whether Telegram may have acted. Pure. */
import { TelegramError } from 'telegraf'
import { TelegramRefusal } from '../errors.js'

/** Why Telegram refused a call for good. The first six mean that the chat cannot be written to any more. */
export type RefusalReason =
  /** The person has blocked the bot. */
  | 'blocked'
  /** The person's account is gone. */
  | 'deactivated'
  /** The bot was removed from the group or channel, or never was in it. */
  | 'kicked'
  /** The group was deleted. */
  | 'chat-deleted'
  /** There is no such chat, or the bot has never met this person. */
  | 'chat-not-found'
  /** The person has never written to the bot. */
  | 'not-started'
  /** The bot lacks a right in the chat. */
  | 'forbidden'
  /** Something in the call itself. */
  | 'invalid'

/** See the file's purpose. */
export type DeliveryFailure =
  /** Telegram asks to wait; it did not act. */
  | { readonly kind: 'wait'; readonly retryAfterMs: number }
  /** It may be tried again. `mayHaveActed`: nobody knows whether Telegram did. */
  | { readonly kind: 'retry'; readonly mayHaveActed: boolean }
  /** The group is a supergroup now, of another id. */
  | { readonly kind: 'migrated'; readonly chatId: number }
  | { readonly kind: 'refused'; readonly reason: RefusalReason }
  /** The message is as the edit wants it: it has changed nothing, or an earlier try whose answer was lost has done it. */
  | { readonly kind: 'unchanged' }

/** Reads what `callApi` threw. */
export function readFailure(error: unknown): DeliveryFailure {
  if (error instanceof TelegramRefusal) return readRefusal(error)
  // Nothing was sent: it could not be made a request.
  if (!(error instanceof TelegramError)) return { kind: 'refused', reason: 'invalid' }
  const { code, parameters } = error
  // Bot API, ResponseParameters: on some refusals of 403 too.
  if (parameters?.migrate_to_chat_id !== undefined)
    return { kind: 'migrated', chatId: parameters.migrate_to_chat_id }
  if (code === 429) return { kind: 'wait', retryAfterMs: (parameters?.retry_after ?? 1) * 1_000 }
  // 401: the token is refused. The messages are kept for the next one.
  if (code === 401) return { kind: 'retry', mayHaveActed: false }
  if (code >= 500) return { kind: 'retry', mayHaveActed: true }
  if (code === 400 && error.description.includes('message is not modified')) return { kind: 'unchanged' }
  return { kind: 'refused', reason: reasonOf(code, error.description) }
}

/** Whether the reason means that nothing more can be written to the chat. */
export function isUnreachable(reason: RefusalReason): boolean {
  return reason !== 'forbidden' && reason !== 'invalid'
}

function readRefusal(error: TelegramRefusal): DeliveryFailure {
  if (error.code === 'TELEGRAM_BAD_RESPONSE') return { kind: 'retry', mayHaveActed: true }
  if (error.code === 'TELEGRAM_UNREACHABLE')
    return { kind: 'retry', mayHaveActed: !neverLeft.has((error.cause as NodeJS.ErrnoException)?.code ?? '') }
  return { kind: 'refused', reason: 'invalid' }
}

/** What stands against a connection before anything is sent on it. */
const neverLeft = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])

function reasonOf(code: number, description: string): RefusalReason {
  for (const [pattern, reason] of descriptions) if (pattern.test(description)) return reason
  return code === 403 ? 'forbidden' : 'invalid'
}

// The words of the Bot API server (Client.cpp) and of Telegram behind it.
const descriptions: readonly (readonly [RegExp, RefusalReason])[] = [
  [/bot was blocked by the user/i, 'blocked'],
  [/user is deactivated|input_user_deactivated/i, 'deactivated'],
  [/group chat was deleted|chat was deleted/i, 'chat-deleted'],
  [/bot was kicked|bot is not a member/i, 'kicked'],
  [/can't initiate conversation|bot can't send messages to the user/i, 'not-started'],
  [/chat not found|peer_id_invalid|user not found|chat_id_invalid/i, 'chat-not-found'],
]
