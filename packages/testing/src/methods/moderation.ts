/** banChatMember, unbanChatMember, restrictChatMember, promoteChatMember, setChatPermissions. Source: Bot API; Client.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import type { Chat } from '../world/chat.js'
import {
  absent,
  administrator,
  banned,
  hasRight,
  isPresent,
  type Membership,
  ordinary,
  restricted,
  rightNames,
} from '../world/membership.js'
import { announceMembership, announceService } from '../world/membership-changes.js'
import { readPermissions } from './chat-permissions.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'
import { readUserId } from './user-id.js'

/** The methods of this group. */
export const moderationMethods: MethodGroup = {
  banChatMember,
  unbanChatMember,
  restrictChatMember,
  promoteChatMember,
  setChatPermissions,
}

function banChatMember(call: MethodCall): true {
  const { chat, userId, old } = findTarget(call, 'can_restrict_members')
  const until = readUntil(call)
  if (isPresent(old)) sayGone(call, chat, userId)
  change(call, chat, userId, banned(chat.object.type === 'group' ? 0 : until))
  return true
}

function unbanChatMember(call: MethodCall): true {
  const userId = readUserId(call.parameters)
  const known = findChat(call, 'write')
  const { type } = known.object
  if (type !== 'supergroup' && type !== 'channel')
    throw badRequest('method is available for supergroup and channel chats only')
  // Who is not banned is left alone, whoever they are.
  const isBanned = known.membership(userId).status === 'kicked'
  if (!isBanned && call.parameters.flag('only_if_banned')) return true
  const { chat, old } = findTarget(call, 'can_restrict_members', true)
  // Unless it is for the banned only, an unban throws out who is in the chat.
  if (isPresent(old)) sayGone(call, chat, userId)
  if (old.status !== 'left') change(call, chat, userId, absent)
  return true
}

function restrictChatMember(call: MethodCall): true {
  const permissions = readPermissions(call.parameters)
  readUserId(call.parameters)
  if (findChat(call, 'write').object.type !== 'supergroup') {
    throw badRequest('method is available only for supergroups')
  }
  const { chat, userId, old } = findTarget(call, 'can_restrict_members')
  const isFree = Object.values(permissions).every((permitted) => permitted)
  const until = readUntil(call)
  change(
    call,
    chat,
    userId,
    isFree && isPresent(old) ? ordinary : restricted(permissions, until, isPresent(old)),
  )
  return true
}

function promoteChatMember(call: MethodCall): true {
  const { bot, parameters } = call
  const { chat, userId, old } = findTarget(call, 'can_promote_members')
  const type = chat.object.type
  if (type === 'group') throw badRequest('method is available for supergroup and channel chats only')
  const asked = ['is_anonymous', ...rightNames(type)].filter((name) => parameters.flag(name))
  const own = chat.membership(bot.id)
  // Nobody gives away a right that they do not have.
  if (asked.some((name) => name !== 'is_anonymous' && !hasRight(own, name)))
    throw badRequest('RIGHT_FORBIDDEN')
  if (!isPresent(old) && asked.length > 0 && type !== 'channel') throw badRequest('USER_NOT_PARTICIPANT')
  const rights = Object.fromEntries(asked.map((name) => [name, true]))
  const promoted = { ...administrator(type, rights), can_be_edited: true }
  change(call, chat, userId, asked.length > 0 ? promoted : ordinary)
  return true
}

function setChatPermissions(call: MethodCall): true {
  const permissions = readPermissions(call.parameters)
  const chat = findChat(call, 'write')
  const { type } = chat.object
  if (type === 'private' || type === 'channel') throw badRequest("can't change chat permissions in the chat")
  if (!hasRight(chat.membership(call.bot.id), 'can_restrict_members')) {
    throw badRequest('not enough rights to change chat permissions')
  }
  const isSame = Object.entries(permissions).every(
    ([name, value]) => chat.settings.permissions[name] === value,
  )
  if (isSame) throw badRequest('CHAT_NOT_MODIFIED')
  chat.settings.permissions = permissions
  return true
}

interface Target {
  readonly chat: Chat
  readonly userId: number
  readonly old: Membership
}

function findTarget(call: MethodCall, right: string, mayBeSelf = false): Target {
  const userId = readUserId(call.parameters)
  const chat = findChat(call, 'write')
  const { bot, state } = call
  if (chat.object.type === 'private')
    throw badRequest("can't restrict or promote members in the private chat")
  if (!state.user(userId)) throw badRequest('PARTICIPANT_ID_INVALID')
  const old = chat.membership(userId)
  if (!hasRight(chat.membership(bot.id), right)) throw badRequest(notEnough(right))
  if (userId === bot.id && !mayBeSelf) throw badRequest("can't restrict self")
  if (old.status === 'creator') throw badRequest("can't remove chat owner")
  if (old.status === 'administrator' && old.can_be_edited !== true) {
    throw badRequest(
      right === 'can_promote_members' ? 'CHAT_ADMIN_REQUIRED' : 'user is an administrator of the chat',
    )
  }
  return { chat, userId, old }
}

function notEnough(right: string): string {
  return right === 'can_promote_members'
    ? 'not enough rights'
    : 'not enough rights to restrict/unrestrict chat member'
}

function change({ state, bot }: MethodCall, chat: Chat, userId: number, membership: Membership): void {
  announceMembership(state, chat, bot.user, state.botById(userId) ?? userId, membership)
}

function sayGone({ state, bot }: MethodCall, chat: Chat, userId: number): void {
  const user = state.user(userId)
  if (user) announceService(state, chat, bot.user, { left_chat_member: user })
}

/** Less than 30 seconds or more than 366 days from now is for ever. */
function readUntil({ parameters, state }: MethodCall): number {
  const until = parameters.integer('until_date') ?? 0
  const seconds = until - state.nowUnix()
  return seconds < 30 || seconds > 366 * 24 * 3600 ? 0 : until
}
