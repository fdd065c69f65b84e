/** Whether a bot may send a certain kind of message to a chat. Source: tdlib MessagesManager.cpp (can_send_message_content). */
import { badRequest } from '../bot-api/api-error.js'
import type { Bot } from '../world/bot.js'
import type { Chat } from '../world/chat.js'
import { hasRight, isPermitted } from '../world/membership.js'

/** The kinds that permissions tell apart. */
export type SendKind = keyof typeof permissionByKind

const permissionByKind = {
  text: ['can_send_messages', 'text messages'],
  photo: ['can_send_photos', 'photos'],
  audio: ['can_send_audios', 'music'],
  document: ['can_send_documents', 'documents'],
  video: ['can_send_videos', 'videos'],
  voice: ['can_send_voice_notes', 'voice notes'],
  video_note: ['can_send_video_notes', 'video notes'],
  sticker: ['can_send_other_messages', 'stickers'],
  animation: ['can_send_other_messages', 'animations'],
  dice: ['can_send_other_messages', 'dice'],
  contact: ['can_send_messages', 'contacts'],
  location: ['can_send_messages', 'locations'],
  venue: ['can_send_messages', 'venues'],
  poll: ['can_send_polls', 'polls'],
  game: ['can_send_other_messages', 'games'],
  invoice: ['can_send_messages', 'invoices'],
} as const

/** @throws ApiError 400 `not enough rights to send … to the chat`, `need administrator rights in the channel chat`. */
export function checkMaySend(chat: Chat, bot: Bot, kind: SendKind): void {
  const { type } = chat.object
  if (type === 'private') return
  const membership = chat.membership(bot.id)
  if (type === 'channel') {
    if (hasRight(membership, 'can_post_messages')) return
    throw badRequest('need administrator rights in the channel chat')
  }
  const [permission, name] = permissionByKind[kind]
  if (isPermitted(membership, chat.settings.permissions, permission)) return
  throw badRequest(`not enough rights to send ${name} to the chat`)
}

/** The kind of a message that is already there. */
export function kindOfMessage(message: Readonly<Record<string, unknown>>): SendKind {
  const kinds = Object.keys(permissionByKind) as SendKind[]
  // A venue carries a location as well, and an animation a document.
  const found = ['venue', 'animation', ...kinds].find((kind) => message[kind] !== undefined)
  return (found ?? 'text') as SendKind
}
