/** exportChatInviteLink, createChatInviteLink, editChatInviteLink, revokeChatInviteLink, and join requests. */
import { randomBytes } from 'node:crypto'
import { badRequest } from '../bot-api/api-error.js'
import type { Chat } from '../world/chat.js'
import type { InviteLink } from '../world/chat-settings.js'
import { hasRight, ordinary } from '../world/membership.js'
import { announceMembership, announceService } from '../world/membership-changes.js'
import type { MethodCall, MethodGroup } from './method.js'
import { findChat } from './target-chat.js'
import { readUserId } from './user-id.js'

/** The methods of this group. */
export const inviteMethods: MethodGroup = {
  exportChatInviteLink,
  createChatInviteLink,
  editChatInviteLink,
  revokeChatInviteLink,
  createChatSubscriptionInviteLink,
  editChatSubscriptionInviteLink,
  approveChatJoinRequest: (call) => answerRequest(call, true),
  declineChatJoinRequest: (call) => answerRequest(call, false),
}

const monthSeconds = 2_592_000
const mostStars = 10_000

type ShownLink = Omit<InviteLink, 'joinedCount'>

function exportChatInviteLink(call: MethodCall): string {
  const chat = findInviting(call)
  for (const link of chat.settings.links.values()) {
    if (link.is_primary) keep(chat, { ...link, is_primary: false, is_revoked: true })
  }
  return keep(chat, newLink(call, true)).invite_link
}

function createChatInviteLink(call: MethodCall): ShownLink {
  const chat = findInviting(call)
  return shown(keep(chat, { ...newLink(call, false), ...readOptions(call) }))
}

function editChatInviteLink(call: MethodCall): ShownLink {
  const chat = findInviting(call)
  const { name: _, expire_date: __, member_limit: ___, ...rest } = findLink(call, chat)
  return shown(keep(chat, { ...rest, ...readOptions(call) }))
}

function revokeChatInviteLink(call: MethodCall): ShownLink {
  const chat = findInviting(call)
  return shown(keep(chat, { ...findLink(call, chat), is_revoked: true }))
}

/** A link by which people come into a channel for as long as they pay. */
function createChatSubscriptionInviteLink(call: MethodCall): ShownLink {
  const { parameters } = call
  const chat = findInviting(call)
  if (chat.object.type !== 'channel') throw badRequest('CHANNEL_INVALID')
  const subscription_period = parameters.integer('subscription_period') ?? 0
  const subscription_price = parameters.integer('subscription_price') ?? 0
  if (subscription_period !== monthSeconds) throw badRequest('SUBSCRIPTION_PERIOD_INVALID')
  if (subscription_price < 1 || subscription_price > mostStars) throw badRequest('STARS_AMOUNT_INVALID')
  const link = { ...newLink(call, false), ...nameOf(call), subscription_period, subscription_price }
  return shown(keep(chat, link))
}

function editChatSubscriptionInviteLink(call: MethodCall): ShownLink {
  const chat = findInviting(call)
  const link = findLink(call, chat)
  if (link.subscription_period === undefined) throw badRequest('INVITE_HASH_EXPIRED')
  const { name: _, ...rest } = link
  return shown(keep(chat, { ...rest, ...nameOf(call) }))
}

function nameOf({ parameters }: MethodCall): { name?: string } {
  const name = (parameters.text('name') ?? '').slice(0, 32)
  return name === '' ? {} : { name }
}

function answerRequest(call: MethodCall, isApproved: boolean): true {
  const { state } = call
  const userId = readUserId(call.parameters)
  const chat = findInviting(call)
  const user = state.people.get(userId)?.user
  if (!user) throw badRequest('USER_ID_INVALID')
  if (chat.memberIds.has(userId)) throw badRequest('USER_ALREADY_PARTICIPANT')
  if (!chat.settings.joinRequests.has(userId)) throw badRequest('HIDE_REQUESTER_MISSING')
  admit(call, chat, userId, isApproved)
  return true
}

/** Ends a request to join: with the person in the chat, or without. */
export function admit({ state, bot }: MethodCall, chat: Chat, userId: number, isApproved: boolean): void {
  const link = chat.settings.joinRequests.get(userId)
  chat.settings.joinRequests.delete(userId)
  const user = state.user(userId)
  if (!isApproved || !user) return
  announceMembership(state, chat, bot.user, userId, ordinary, link)
  announceService(state, chat, user, { new_chat_members: [user] })
}

function findInviting(call: MethodCall): Chat {
  const chat = findChat(call, 'write')
  if (chat.object.type === 'private') throw badRequest("can't invite members to the private chat")
  if (!hasRight(chat.membership(call.bot.id), 'can_invite_users')) {
    throw badRequest('not enough rights to manage chat invite link')
  }
  return chat
}

function findLink({ bot, parameters }: MethodCall, chat: Chat): InviteLink {
  const link = chat.settings.links.get(parameters.text('invite_link') ?? '')
  if (!link || link.creator.id !== bot.id) throw badRequest('INVITE_HASH_EXPIRED')
  return link
}

function newLink({ bot }: MethodCall, isPrimary: boolean): InviteLink {
  return {
    invite_link: `https://t.me/+${randomBytes(12).toString('base64url')}`,
    creator: bot.user,
    creates_join_request: false,
    is_primary: isPrimary,
    is_revoked: false,
    joinedCount: 0,
  }
}

function readOptions({ parameters, state }: MethodCall): Partial<InviteLink> {
  const name = parameters.text('name') ?? ''
  const expire = parameters.integer('expire_date') ?? 0
  const limit = Math.min(99_999, Math.max(0, parameters.integer('member_limit') ?? 0))
  const creates_join_request = parameters.flag('creates_join_request')
  if (creates_join_request && limit > 0)
    throw badRequest("member limit can't be specified for links requiring administrator approval")
  if (expire > 0 && expire <= state.nowUnix()) throw badRequest('EXPIRE_DATE_INVALID')
  return {
    creates_join_request,
    ...(name !== '' && { name: name.slice(0, 32) }),
    ...(expire > 0 && { expire_date: expire }),
    ...(limit > 0 && { member_limit: limit }),
  }
}

function keep(chat: Chat, link: InviteLink): InviteLink {
  chat.settings.links.set(link.invite_link, link)
  return link
}

function shown({ joinedCount: _, ...link }: InviteLink): ShownLink {
  return link
}
