/** getChat, getChatMember, getChatAdministrators, getChatMemberCount: what a bot asks about a chat. */
import { badRequest } from '../bot-api/api-error.js'
import type { Chat } from '../world/chat.js'
import type { StoredFile } from '../world/file-store.js'
import { isAdministrator, isPresent } from '../world/membership.js'
import type { WorldState } from '../world/world-state.js'
import type { MethodCall, MethodGroup } from './method.js'
import { withoutReply } from './reply-target.js'
import { findChat } from './target-chat.js'
import { readUserId } from './user-id.js'

/** The methods of this group. */
export const chatInfoMethods: MethodGroup = {
  getChat,
  getChatMember,
  getChatAdministrators,
  getChatMemberCount,
}

function getChat(call: MethodCall): unknown {
  const chat = findChat(call, 'read')
  const { settings, object } = chat
  const pinned = chat.message([...settings.pinnedIds].at(-1) ?? 0)
  const primary = [...settings.links.values()].find((link) => link.is_primary && !link.is_revoked)
  const isGroup = object.type === 'group' || object.type === 'supergroup'
  return {
    ...object,
    ...(object.username && { active_usernames: [object.username] }),
    ...(settings.description && { description: settings.description }),
    ...(primary && isAdministrator(chat.membership(call.bot.id)) && { invite_link: primary.invite_link }),
    ...(pinned && { pinned_message: withoutReply(pinned) }),
    ...(isGroup && { permissions: settings.permissions }),
    ...(settings.joinByRequest && { join_by_request: true }),
    ...photoOf(settings.photo ?? call.state.profilePhotos.get(chat.id)?.[0]),
    ...(settings.stickerSetName && { sticker_set_name: settings.stickerSetName }),
    ...(object.type === 'supergroup' && { can_set_sticker_set: true }),
    ...emojiStatusOf(call, chat),
    accent_color_id: Math.abs(chat.id % 7),
    max_reaction_count: 11,
    // People and channels may choose; those of this world take everything.
    accepted_gift_types: {
      unlimited_gifts: !isGroup,
      limited_gifts: !isGroup,
      unique_gifts: !isGroup,
      premium_subscription: object.type === 'private',
      gifts_from_channels: !isGroup,
    },
  }
}

function photoOf(file: StoredFile | undefined): object {
  if (!file) return {}
  const { fileId, fileUniqueId } = file
  const ids = { small_file_id: fileId, small_file_unique_id: fileUniqueId }
  return { photo: { ...ids, big_file_id: fileId, big_file_unique_id: fileUniqueId } }
}

function emojiStatusOf({ state }: MethodCall, chat: Chat): object {
  const status = chat.object.type === 'private' ? state.people.get(chat.id)?.emojiStatus : undefined
  if (!status || (status.expiresUnix > 0 && status.expiresUnix <= state.nowUnix())) return {}
  return {
    emoji_status_custom_emoji_id: status.emojiId,
    ...(status.expiresUnix > 0 && { emoji_status_expiration_date: status.expiresUnix }),
  }
}

function getChatMember(call: MethodCall): unknown {
  const userId = readUserId(call.parameters)
  const chat = findChat(call, userId === call.bot.id ? 'read' : 'members')
  const user = call.state.user(userId)
  if (!user) throw badRequest('PARTICIPANT_ID_INVALID')
  const isOpen = chat.object.type === 'group' || isAdministrator(chat.membership(call.bot.id))
  if (chat.object.type === 'channel' && !isOpen) throw badRequest('member list is inaccessible')
  return { user, ...chat.membership(userId) }
}

/** Administrators who are people, and this bot itself: other bots are told of where it asks for them. */
function getChatAdministrators(call: MethodCall): unknown {
  const chat = findChat(call, 'members')
  if (chat.object.type === 'private') throw badRequest('there are no administrators in the private chat')
  const withBots = call.parameters.flag('return_bots')
  return members(call.state, chat).filter(
    ({ user, status }) =>
      (status === 'creator' || status === 'administrator') &&
      (withBots || !user.is_bot || user.id === call.bot.id),
  )
}

function getChatMemberCount(call: MethodCall): number {
  const chat = findChat(call, 'members')
  return [...chat.memberships().values()].filter(isPresent).length
}

function members(state: WorldState, chat: Chat) {
  return [...chat.memberships()].flatMap(([id, membership]) => {
    const user = state.user(id)
    return user ? [{ user, ...membership }] : []
  })
}
