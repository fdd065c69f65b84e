/** setChatTitle, setChatDescription, leaveChat. Source: Bot API; tdlib DialogManager.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { cleanLine } from '../bot-api/formatting/clean-text.js'
import type { Chat } from '../world/chat.js'
import { deliverMessage } from '../world/group-delivery.js'
import { absent, hasRight, isPermitted } from '../world/membership.js'
import { announceMembership, announceService } from '../world/membership-changes.js'
import type { MethodCall, MethodGroup } from './method.js'
import { authorFields } from './outgoing.js'
import { findChat } from './target-chat.js'

/** The methods of this group. */
export const chatSettingMethods: MethodGroup = { setChatTitle, setChatDescription, leaveChat }

function setChatTitle(call: MethodCall): true {
  const title = cleanLine(call.parameters.text('title') ?? '').slice(0, 128)
  const chat = findChat(call, 'write')
  if (chat.object.type === 'private') throw badRequest("can't change private chat title")
  if (title === '') throw badRequest("title can't be empty")
  checkMayChange(call, chat, 'not enough rights to change chat title')
  if (title === chat.object.title) return true
  chat.change({ title })
  const message = call.state.post(chat, { ...authorFields(call, chat), new_chat_title: title })
  deliverMessage(chat, message)
  return true
}

function setChatDescription(call: MethodCall): true {
  const description = (call.parameters.text('description') ?? '').trim()
  const chat = findChat(call, 'write')
  if (chat.object.type === 'private') throw badRequest("can't change private chat description")
  if (description.length > 255) throw badRequest('CHAT_ABOUT_TOO_LONG')
  checkMayChange(call, chat, 'not enough rights to set chat description')
  if (description === (chat.settings.description ?? '')) throw badRequest('chat description is not modified')
  chat.settings.description = description === '' ? undefined : description
  return true
}

function leaveChat(call: MethodCall): true {
  const { state, bot } = call
  const chat = findChat(call, 'read')
  if (chat.object.type === 'private') throw badRequest("chat can't be left")
  announceService(state, chat, bot.user, { left_chat_member: bot.user }, bot)
  announceMembership(state, chat, bot.user, bot, absent)
  return true
}

/** @throws ApiError 400 `refusal` for a bot that may not change what the chat says of itself. */
export function checkMayChange({ bot }: MethodCall, chat: Chat, refusal: string): void {
  const membership = chat.membership(bot.id)
  if (hasRight(membership, 'can_change_info')) return
  const isMember = membership.status === 'member' && chat.object.type !== 'channel'
  if (!isMember || !isPermitted(membership, chat.settings.permissions, 'can_change_info'))
    throw badRequest(refusal)
}
