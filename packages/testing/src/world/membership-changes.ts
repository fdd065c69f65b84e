/** Changes of who is what in a chat, and how bots are told: my_chat_member, chat_member and service messages. */
import type { Message, User } from '../bot-api/objects.js'
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'
import type { InviteLink } from './chat-settings.js'
import { deliverMessage } from './group-delivery.js'
import { isPresent, type Membership } from './membership.js'
import type { MessageContent, WorldState } from './world-state.js'

/** Changes someone's place in a chat and tells the bots that Telegram tells. @param actor Who did it. */
export function announceMembership(
  state: WorldState,
  chat: Chat,
  actor: User,
  who: Bot | number,
  membership: Membership,
  link?: InviteLink,
): void {
  const id = typeof who === 'number' ? who : who.id
  const user = state.user(id)
  const old = chat.membership(id)
  if (!user) return
  const bot = typeof who === 'number' ? state.botById(who) : who
  chat.setMembership(bot ?? id, membership)
  const { joinedCount: _, ...shown } = link ?? { joinedCount: 0 }
  const payload = {
    chat: chat.object,
    from: actor,
    date: state.nowUnix(),
    old_chat_member: { user, ...old },
    new_chat_member: { user, ...membership },
    ...(link && { invite_link: shown }),
  }
  bot?.updates.add('my_chat_member', payload)
  for (const other of chat.bots) {
    if (other !== bot && tells(chat, other)) other.updates.add('chat_member', payload)
  }
}

/** Says in a group what has happened; channels and unchanged places say nothing. */
export function announceService(
  state: WorldState,
  chat: Chat,
  actor: User,
  content: MessageContent,
  except?: Bot,
): Message | undefined {
  if (chat.object.type === 'channel' || chat.object.type === 'private') return undefined
  const message = state.post(chat, { from: actor, ...content })
  deliverMessage(chat, message, false, except)
  return message
}

function tells(chat: Chat, bot: Bot): boolean {
  const { status } = chat.membership(bot.id)
  return status === 'administrator' && isPresent(chat.membership(bot.id))
}
