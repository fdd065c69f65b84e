/** What an update says without a word of the app: a message, a command, a button, a join, a block. Pure. */
import type { TelegramTypes } from '@hello/core/telegraf'
import type { AutomaticType, EventData } from './define-events.js'
import type { AnalyticsOptions } from './options.js'

/** What is read of a context, after the update was handled. */
export interface HandledUpdate {
  readonly update: TelegramTypes.Update
  /** The command that a plugin has answered. */
  readonly command?: string
}

/** An event that is tracked by itself. */
export interface AutomaticEvent {
  readonly type: AutomaticType
  readonly data: EventData
}

/** `undefined` where there is nothing to say, or it is not to be tracked. */
export function automaticEventOf(
  { update, command }: HandledUpdate,
  tracks: AnalyticsOptions['tracks'],
): AutomaticEvent | undefined {
  if ('message' in update) return messageEvent(update.message, command, tracks)
  if ('callback_query' in update)
    return tracks.callbacks ? { type: 'callback', data: buttonOf(update.callback_query) } : undefined
  if ('my_chat_member' in update) return memberEvent(update.my_chat_member, tracks)
  return undefined
}

function messageEvent(
  message: TelegramTypes.Message,
  command: string | undefined,
  tracks: AnalyticsOptions['tracks'],
): AutomaticEvent | undefined {
  if (command !== undefined) return tracks.commands ? { type: 'command', data: { command } } : undefined
  if ('new_chat_members' in message) {
    const members = (message.new_chat_members as readonly unknown[]).length
    return tracks.joins ? { type: 'joined', data: { members } } : undefined
  }
  if ('left_chat_member' in message) return tracks.joins ? { type: 'left', data: {} } : undefined
  return tracks.messages ? { type: 'message', data: { kind: kindOf(message) } } : undefined
}

/** Of the kinds that people send; the rest is `other`, so that no list of them grows with the Bot API. */
const kinds = [
  'text',
  'photo',
  'voice',
  'video',
  'video_note',
  'animation',
  'audio',
  'document',
  'sticker',
  'location',
  'contact',
  'poll',
  'dice',
]

function kindOf(message: TelegramTypes.Message): string {
  // An animation has a document beside it.
  return kinds.find((kind) => kind in message) ?? 'other'
}

/** The prefix alone: what follows it may be about a person. */
function buttonOf(query: TelegramTypes.CallbackQuery): EventData {
  const prefix = 'data' in query ? /^[\w-]{1,32}(?=:|$)/.exec(query.data)?.[0] : undefined
  return prefix === undefined ? {} : { button: prefix }
}

const present = ['creator', 'administrator', 'member', 'restricted']

/** In a private chat the bot is `kicked` by who blocks it (Bot API, ChatMemberUpdated). */
function memberEvent(
  { chat, old_chat_member: before, new_chat_member: after }: TelegramTypes.ChatMemberUpdated,
  { joins, blocks }: AnalyticsOptions['tracks'],
): AutomaticEvent | undefined {
  const [was, is] = [present.includes(before.status), present.includes(after.status)]
  if (was === is) return undefined
  if (chat.type === 'private') return blocks ? { type: is ? 'unblocked' : 'blocked', data: {} } : undefined
  return joins ? { type: is ? 'joined' : 'left', data: { bot: true, chat: chat.type } } : undefined
}
