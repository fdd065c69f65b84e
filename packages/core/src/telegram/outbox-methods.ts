/** Which methods of the Bot API the outbox takes, under the names that telegraf has for them. Types, and their names at run time. */
import { Telegram } from 'telegraf'

/** What only answers, or must not wait: of no use after the commit. */
type NotStored =
  | `get${string}`
  | 'callApi'
  | 'setWebhook'
  | 'deleteWebhook'
  | 'logOut'
  | 'close'
  | 'uploadStickerFile'

type Method = {
  [K in keyof Telegram]: Telegram[K] extends (...args: never) => Promise<unknown> ? K : never
}[keyof Telegram]

type StoredMethods = Pick<Telegram, Exclude<Method, NotStored>>

/** The methods of telegraf's `Telegram`, with the same arguments; what Telegram answers is not awaited. */
export type OutboxCalls = {
  readonly [K in keyof StoredMethods]: (...args: Parameters<StoredMethods[K]>) => Promise<void>
}

/** The kinds of message that can be replied with. */
export const replyKinds = [
  'Photo',
  'MediaGroup',
  'Audio',
  'Dice',
  'Document',
  'Sticker',
  'Video',
  'Animation',
  'VideoNote',
  'Invoice',
  'Game',
  'Voice',
  'Poll',
  'Quiz',
  'ChatAction',
  'Location',
  'Venue',
  'Contact',
] as const

/** `replyWithPhoto` and its kin, with the arguments that telegraf's context takes. */
export type OutboxReplies = {
  readonly [K in (typeof replyKinds)[number] as `replyWith${K}`]: Telegram[`send${K}`] extends (
    chatId: any,
    ...rest: infer Rest
  ) => unknown
    ? (...rest: Rest) => Promise<void>
    : never
}

// A poll for updates, the webhook and the life of the bot are core's; an upload is of use only with its answer.
const notStored = new Set(['setWebhook', 'deleteWebhook', 'logOut', 'close', 'uploadStickerFile'])

/** Whether a method of the Bot API (or of telegraf) may stand in the outbox. */
export function isStoredMethod(method: string): boolean {
  return !/^get[A-Z]/.test(method) && !notStored.has(method)
}

/** telegraf's own way to make the payload of a method. */
export const telegrafMethods: ReadonlyMap<string, (...args: unknown[]) => unknown> = new Map(
  Object.getOwnPropertyNames(Telegram.prototype)
    .filter((name) => name !== 'constructor' && isStoredMethod(name))
    .map((name) => [name, Telegram.prototype[name as 'sendMessage'] as (...args: unknown[]) => unknown]),
)
