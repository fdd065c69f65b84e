/** How members appear and who may speak as a channel: titles, tags, bans of channels, boosts, verification. Source: Bot API; Client.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { cleanLine } from '../bot-api/formatting/clean-text.js'
import type { Chat } from '../world/chat.js'
import { hasRight, isAdministrator, isPresent } from '../world/membership.js'
import { groupKey } from '../world/world-state.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'
import { readKnownUser, readUserId } from './user-id.js'

/** The methods of this group. */
export const memberLookMethods: MethodGroup = {
  setChatAdministratorCustomTitle,
  setChatMemberTag,
  banChatSenderChat: (call) => setSenderBan(call, true),
  unbanChatSenderChat: (call) => setSenderBan(call, false),
  getUserChatBoosts,
  verifyUser: (call) => verify(call, () => readKnownUser(call)),
  verifyChat: (call) => verify(call, () => findChat(call)),
  removeUserVerification: (call) => verify(call, () => readKnownUser(call)),
  removeChatVerification: (call) => verify(call, () => findChat(call)),
}

const longestTitle = 16

function setChatAdministratorCustomTitle(call: MethodCall): true {
  const userId = readUserId(call.parameters)
  const chat = findSupergroup(call)
  const membership = chat.membership(userId)
  if (membership.status === 'creator') throw badRequest('only creator can edit their custom title')
  if (membership.status !== 'administrator') throw badRequest('user is not an administrator')
  if (membership.can_be_edited !== true) {
    throw badRequest('not enough rights to change custom title of the user')
  }
  const title = readLabel(call, 'custom_title', 'ADMIN_RANK')
  const { custom_title: _, ...rest } = membership
  chat.setMembership(userId, { ...rest, ...(title !== '' && { custom_title: title }) })
  return true
}

function setChatMemberTag(call: MethodCall): true {
  const userId = readUserId(call.parameters)
  const chat = findChat(call, 'write')
  const { type } = chat.object
  if (type !== 'group' && type !== 'supergroup') {
    throw badRequest('method is available only for groups and supergroups')
  }
  if (!hasRight(chat.membership(call.bot.id), 'can_manage_tags')) throw badRequest('not enough rights')
  const membership = chat.membership(userId)
  if (!isPresent(membership)) throw badRequest('USER_NOT_PARTICIPANT')
  if (isAdministrator(membership)) throw badRequest('user is an administrator of the chat')
  const tag = readLabel(call, 'tag', 'TAG')
  const { tag: _, ...rest } = membership
  chat.setMembership(userId, { ...rest, ...(tag !== '' && { tag }) })
  return true
}

function setSenderBan(call: MethodCall, isBanned: boolean): true {
  const { state, parameters, bot } = call
  const chat = findChat(call, 'write')
  const { type } = chat.object
  if (type !== 'supergroup' && type !== 'channel') {
    throw badRequest('method is available for supergroup and channel chats only')
  }
  const senderId = parameters.integer('sender_chat_id') ?? 0
  const sender = state.chats.get(groupKey(senderId))
  if (!sender || sender === chat) throw badRequest('PARTICIPANT_ID_INVALID')
  if (!hasRight(chat.membership(bot.id), 'can_restrict_members')) {
    throw badRequest('not enough rights to restrict/unrestrict chat member')
  }
  if (isBanned) chat.settings.bannedSenderIds.add(senderId)
  else chat.settings.bannedSenderIds.delete(senderId)
  return true
}

function getUserChatBoosts(call: MethodCall): unknown {
  const userId = readUserId(call.parameters)
  const chat = findChat(call, 'write')
  if (chat.object.type !== 'supergroup' && chat.object.type !== 'channel') throw badRequest('PEER_ID_INVALID')
  if (!isAdministrator(chat.membership(call.bot.id))) throw badRequest('CHAT_ADMIN_REQUIRED')
  if (!call.state.user(userId)) throw badRequest('USER_ID_INVALID')
  return { boosts: chat.settings.boosts.get(userId) ?? [] }
}

/** Telegram lets the bots of certain organisations verify. No object of the Bot API shows the outcome. */
function verify(call: MethodCall, find: () => unknown): true {
  find()
  const description = call.parameters.text('custom_description') ?? ''
  if (!call.bot.isVerifier) throw badRequest('BOT_VERIFIER_FORBIDDEN')
  if (description.length > 70) throw badRequest('CUSTOM_DESCRIPTION_TOO_LONG')
  return true
}

function findSupergroup(call: MethodCall): Chat {
  const chat = findChat(call, 'write')
  if (chat.object.type !== 'supergroup') throw badRequest('method is available only for supergroups')
  return chat
}

function readLabel({ parameters }: MethodCall, field: string, code: string): string {
  const label = cleanLine(parameters.text(field) ?? '')
  if (/\p{Extended_Pictographic}/u.test(label)) throw badRequest(`${code}_EMOJI_NOT_ALLOWED`)
  if ([...label].length > longestTitle) throw badRequest(`${code}_INVALID`)
  return label
}
