/** Finds the chat that a call names, and whether the bot may do there what it wants. Source: Client.cpp (check_chat_access). */
import { ApiError, badRequest, forbidden } from '../bot-api/api-error.js'
import type { Bot } from '../world/bot.js'
import type { Chat } from '../world/chat.js'
import { isPresent } from '../world/membership.js'
import { groupKey, type WorldState } from '../world/world-state.js'
import type { MethodCall } from './method.js'

/** What a method needs: to look, to look at the members, to change a message, to write. */
export type Access = 'read' | 'members' | 'edit' | 'write'

/**
 * The chat under `chat_id`, as this bot knows it.
 * @throws ApiError 400 `chat_id is empty`, `chat not found`, a group that was upgraded; 403 where the bot is not or no
 * longer a member, and for a person who blocked it, deleted the account or never wrote to it.
 */
export function findChat(call: MethodCall, access: Access = 'read'): Chat {
  return findChatBy(call, call.parameters.text('chat_id')?.trim() ?? '', access)
}

/** As {@link findChat}, of a chat that is named elsewhere. */
export function findChatBy(
  { state, bot }: Pick<MethodCall, 'state' | 'bot'>,
  name: string,
  access: Access,
): Chat {
  if (name === '') throw badRequest('chat_id is empty')
  const id = /^-?\d+$/.test(name) ? Number(name) : undefined
  const chat = id === undefined ? chatByUsername(state, name) : chatById(state, bot, id)
  if (!chat) throw badRequest('chat not found')
  checkAccess(state, bot, chat, access)
  return chat
}

function checkAccess(state: WorldState, bot: Bot, chat: Chat, access: Access): void {
  const { type, username } = chat.object
  if (type === 'private') {
    const person = state.people.get(chat.id)
    if (person?.isDeactivated && access !== 'read') throw forbidden('user is deactivated')
    if (access === 'write' && person?.blockedBotIds.has(bot.id)) {
      throw forbidden('bot was blocked by the user')
    }
    return
  }
  const membership = chat.membership(bot.id)
  if (type === 'group') {
    const { migratedToId } = chat.settings
    if (migratedToId !== undefined && (access === 'write' || access === 'members')) {
      throw new ApiError(400, 'Bad Request: group chat was upgraded to a supergroup chat', {
        migrate_to_chat_id: migratedToId,
      })
    }
    if (access === 'read' && membership.status !== 'left') return
  }
  if (membership.status === 'kicked') throw forbidden(`bot was kicked from the ${type} chat`)
  const isOpen = username !== undefined && (access === 'read' || access === 'members')
  if (!isOpen && !isPresent(membership)) throw forbidden(`bot is not a member of the ${type} chat`)
}

function chatById(state: WorldState, bot: Bot, id: number): Chat | undefined {
  if (id < 0) return state.chats.get(groupKey(id))
  const chat = state.privateChat(bot.id, id)
  if (chat || !state.people.has(id)) return chat
  for (const shared of state.chats.values()) {
    if (shared.bots.has(bot) && shared.memberIds.has(id)) {
      throw forbidden("bot can't initiate conversation with a user")
    }
  }
  return undefined
}

function chatByUsername(state: WorldState, text: string): Chat | undefined {
  const username = text.replace(/^@/, '').toLowerCase()
  for (const chat of state.chats.values()) {
    if (chat.object.type !== 'private' && chat.object.username?.toLowerCase() === username) return chat
  }
  return undefined
}
