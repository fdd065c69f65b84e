/** A message in one line: for lists, quotes and the inspector. Pure. */
import type { ChatObject, Message, User } from '../../bot-api/objects.js'

const kinds: Readonly<Record<string, string>> = {
  photo: 'Photo',
  document: 'File',
  audio: 'Audio',
  video: 'Video',
  animation: 'Animation',
  voice: 'Voice message',
  video_note: 'Video message',
  sticker: 'Sticker',
  location: 'Location',
  venue: 'Place',
  contact: 'Contact',
  poll: 'Poll',
  dice: 'Dice',
  game: 'Game',
  invoice: 'Invoice',
}

/** Its text or what it is; undefined for no message. */
export function summaryOf(message: Message | undefined): string | undefined {
  if (message === undefined) return undefined
  const text = message.text ?? message.caption
  const kind = Object.keys(kinds).find((name) => message[name] !== undefined)
  const label = kind === undefined ? undefined : kinds[kind]
  if (text !== undefined) return label === undefined ? text : `${label}: ${text}`
  return label ?? serviceText(message) ?? 'Message'
}

/** What has happened in the chat, where the message says that alone; undefined for what somebody wrote. */
export function serviceText(message: Message): string | undefined {
  const who = nameOf(message.from ?? message.chat)
  const fields = message as unknown as Record<string, unknown>
  const users = (fields.new_chat_members ?? []) as User[]
  if (users.length > 0) {
    const names = users.map(nameOf).join(', ')
    return names === who ? `${who} joined` : `${who} added ${names}`
  }
  if (fields.left_chat_member !== undefined) {
    const name = nameOf(fields.left_chat_member as User)
    return name === who ? `${who} left` : `${who} removed ${name}`
  }
  if (typeof fields.new_chat_title === 'string') return `${who} named the group “${fields.new_chat_title}”`
  if (fields.pinned_message !== undefined) return `${who} pinned a message`
  if (fields.new_chat_photo !== undefined) return `${who} changed the group's picture`
  if (fields.delete_chat_photo !== undefined) return `${who} removed the group's picture`
  if (fields.migrate_to_chat_id !== undefined) return 'The group has become a supergroup'
  if (fields.migrate_from_chat_id !== undefined) return 'This supergroup was a group'
  const topic = fields.forum_topic_created as { name?: string } | undefined
  if (topic !== undefined) return `Topic “${topic.name ?? ''}” was opened`
  return Object.keys(fields)
    .find((name) => /_(created|closed|reopened|edited|started|ended|scheduled|hidden|unhidden)$/.test(name))
    ?.replaceAll('_', ' ')
}

/** The name that people see. */
export function nameOf(of: User | ChatObject | undefined): string {
  if (of === undefined) return 'Somebody'
  if ('title' in of && of.title) return of.title
  return [of.first_name, of.last_name].filter(Boolean).join(' ')
}

/** Who wrote a message: in a channel the channel itself. */
export function authorOf({ from, sender_chat, chat }: Message): string {
  return nameOf(sender_chat ?? from ?? chat)
}

/** From whom a forwarded message came; undefined where it was not forwarded. */
export function forwardedFrom(message: Message): string | undefined {
  const origin = message.forward_origin as
    | { sender_user?: User; sender_user_name?: string; sender_chat?: ChatObject; chat?: ChatObject }
    | undefined
  if (origin === undefined) return undefined
  const { sender_user, sender_user_name, sender_chat, chat } = origin
  return sender_user_name ?? nameOf(sender_user ?? sender_chat ?? chat)
}
