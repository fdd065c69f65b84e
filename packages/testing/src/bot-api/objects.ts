/** The objects of the Bot API that the model sends out, in Telegram's own field names and units. */

/** Bot API, User. */
export interface User {
  id: number
  is_bot: boolean
  first_name: string
  last_name?: string
  username?: string
  language_code?: string
  is_premium?: true
}

/** Bot API, Chat. */
export interface ChatObject {
  id: number
  type: 'private' | 'group' | 'supergroup' | 'channel'
  title?: string
  username?: string
  first_name?: string
  last_name?: string
  is_forum?: true
}

/** Bot API, MessageEntity. Offset and length count UTF-16 units. */
export interface MessageEntity {
  type: string
  offset: number
  length: number
  url?: string
  language?: string
  custom_emoji_id?: string
  /** Of a `date_time`: seconds since 1970, and how they are shown. */
  unix_time?: number
  date_time_format?: string
  /** Of a `text_mention`. */
  user?: User
}

/** Bot API, InlineKeyboardButton: the fields that the model reads; others pass through. */
export interface InlineKeyboardButton {
  text: string
  callback_data?: string
  url?: string
  [field: string]: unknown
}

/** Bot API, InlineKeyboardMarkup. */
export interface InlineKeyboardMarkup {
  inline_keyboard: InlineKeyboardButton[][]
}

/** Bot API, PhotoSize. */
export interface PhotoSize {
  file_id: string
  file_unique_id: string
  width: number
  height: number
  file_size: number
}

/** Bot API, Document; with other fields Audio, Video, Voice, VideoNote, Animation and Sticker. */
export interface DocumentObject {
  file_id: string
  file_unique_id: string
  file_name?: string
  mime_type?: string
  file_size?: number
  [field: string]: unknown
}

/** Bot API, Message: the fields that the model reads; others pass through. Dates are seconds since 1970. */
export interface Message {
  message_id: number
  message_thread_id?: number
  is_topic_message?: true
  /** Missing in channels, where the channel speaks itself. */
  from?: User
  sender_chat?: ChatObject
  chat: ChatObject
  date: number
  edit_date?: number
  media_group_id?: string
  text?: string
  entities?: MessageEntity[]
  caption?: string
  caption_entities?: MessageEntity[]
  photo?: PhotoSize[]
  document?: DocumentObject
  poll?: Poll
  reply_to_message?: Message
  reply_markup?: InlineKeyboardMarkup
  [field: string]: unknown
}

/** Bot API, Poll: the fields that the model reads. */
export interface Poll {
  id: string
  question: string
  options: { persistent_id: string; text: string; voter_count: number; [field: string]: unknown }[]
  total_voter_count: number
  is_closed: boolean
  is_anonymous: boolean
  allows_multiple_answers: boolean
  [field: string]: unknown
}

/** Bot API, CallbackQuery. */
export interface CallbackQuery {
  id: string
  from: User
  message: Message
  chat_instance: string
  data: string
}

/** Bot API, BotCommand. */
export interface BotCommand {
  command: string
  description: string
}

/** Bot API, Update. The payload stands under the name of its kind. */
export interface Update {
  update_id: number
  [kind: string]: unknown
}
