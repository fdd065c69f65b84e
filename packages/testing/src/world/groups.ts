/** Makes groups and channels, and makes a group a supergroup. Source: Bot API, Message, migrate_to_chat_id. */
import type { ChatObject } from '../bot-api/objects.js'
import type { Bot } from './bot.js'
import type { Chat } from './chat.js'
import { deliverMessage } from './group-delivery.js'
import { administrator, type Membership, ordinary, owner as ownership } from './membership.js'
import type { Person } from './person.js'
import { groupKey, type WorldState } from './world-state.js'

/** Who is in a new group or channel. */
export interface NewGroup {
  title: string
  username?: string
  owner?: Person
  members?: readonly Person[]
  administrators?: readonly (Person | Bot)[]
  bots?: readonly Bot[]
}

/** Opens a group or channel; no update is made of it. */
export function openGroup(
  state: WorldState,
  type: 'group' | 'supergroup' | 'channel',
  { title, username, owner, members = [], administrators = [], bots = [] }: NewGroup,
  isForum: boolean,
): Chat {
  const id = state.takeGroupId(type)
  const object: ChatObject = {
    id,
    type,
    title,
    ...(username && { username }),
    ...(isForum && { is_forum: true as const }),
  }
  const chat = state.openChat(groupKey(id), object)
  // Message 1 of a forum tells that it was made, so that 1 is free to name the general topic.
  if (isForum) chat.lastMessageId = 1
  const put = (who: Person | Bot, membership: Membership) =>
    chat.setMembership('token' in who ? who : who.id, membership)
  for (const member of [...members, ...bots]) put(member, ordinary)
  for (const one of administrators) put(one, administrator(type))
  if (owner) put(owner, ownership)
  return chat
}

/** Makes a group a supergroup with a new id; the members stay, the messages do not come along. */
export function migrateGroup(state: WorldState, group: Chat): Chat {
  const id = state.takeGroupId('supergroup')
  const chat = state.openChat(groupKey(id), { ...group.object, id, type: 'supergroup' })
  for (const [memberId, membership] of group.memberships()) {
    chat.setMembership(state.botById(memberId) ?? memberId, membership)
  }
  chat.settings.permissions = group.settings.permissions
  group.settings.migratedToId = id
  const from = state.people.values().next().value?.user
  const author = from ? { from } : {}
  deliverMessage(group, state.post(group, { ...author, migrate_to_chat_id: id }))
  deliverMessage(chat, state.post(chat, { ...author, migrate_from_chat_id: group.id }))
  return chat
}
