/** Writes a chat down as lines that a person can read, for failing tests and transcripts. */
import type { Message } from '../bot-api/objects.js'
import { authorName, type Chat } from './chat.js'

/** One message of a transcript. */
export interface TranscriptEntry {
  /** Id of the message in its chat. */
  id: number
  /** The display name of whoever wrote it. */
  from: string
  /** True when a bot wrote it. */
  isBot: boolean
  /** Its text or caption; of a file without either, its kind in brackets. */
  text: string
  /** Seconds since 1970. */
  date: number
  /** True when it was edited. */
  edited: boolean
  /** Its inline buttons, row by row. */
  buttons: TranscriptButton[][]
}

/** An inline button of a transcript. */
export interface TranscriptButton {
  text: string
  /** The link that it opens. */
  url?: string
}

/** The messages of a chat as they stand now, oldest first. */
export function transcribe(chat: Chat | undefined): TranscriptEntry[] {
  return (chat?.messages() ?? []).map(transcribeMessage)
}

/** One message as an entry of a transcript. */
export function transcribeMessage(message: Message): TranscriptEntry {
  return {
    id: message.message_id,
    from: authorName(message),
    isBot: message.from?.is_bot ?? false,
    text: textOf(message),
    date: message.date,
    edited: message.edit_date !== undefined,
    buttons: buttonsOf(message),
  }
}

/** A message's text or caption; of a file without either, its kind in brackets. */
export function textOf(message: Message): string {
  if (message.text !== undefined) return message.text
  if (message.caption !== undefined) return message.caption
  if (message.photo) return '[photo]'
  if (message.document) return `[document ${message.document.file_name ?? ''}]`
  if (message.poll) return `[poll ${message.poll.question}]`
  return `[${kindOf(message)}]`
}

const headFields = new Set([
  'message_id',
  'message_thread_id',
  'is_topic_message',
  'from',
  'sender_chat',
  'chat',
  'date',
  'edit_date',
  'forward_origin',
  'reply_to_message',
  'reply_markup',
  'media_group_id',
  'has_protected_content',
])

/** The name of the field that makes a message what it is: `dice`, `new_chat_members`. */
function kindOf(message: Message): string {
  return Object.keys(message).find((field) => !headFields.has(field)) ?? 'message'
}

/** The conversation as lines: `Alice: /start`, or a sentence that says there is none. */
export function describeConversation(chat: Chat | undefined, seenCount: number): string {
  if (!chat || chat.appearances.length === 0) return '  (nothing has been said yet)'
  return chat.appearances
    .map(({ message, kind }, index) => {
      const mark = message.from?.is_bot ? (index < seenCount ? '✓' : '•') : ' '
      const buttons = buttonsOf(message)
        .flat()
        .map((button) => button.text)
      const keys = buttons.length > 0 ? ` [${buttons.join('] [')}]` : ''
      return `${mark} ${authorName(message)}${kind === 'edit' ? ' (edited)' : ''}: ${textOf(message)}${keys}`
    })
    .join('\n')
}

function buttonsOf(message: Message): TranscriptButton[][] {
  return (message.reply_markup?.inline_keyboard ?? []).map((row) =>
    row.map(({ text, url }) => ({ text, ...(url !== undefined && { url }) })),
  )
}
