/** Finds the chat that a call names, and whether the bot may send there. */
import { badRequest, forbidden, notModelled } from '../bot-api/api-error.js'
import type { Bot } from '../world/bot.js'
import type { Chat } from '../world/chat.js'
import { groupKey, type WorldState } from '../world/world-state.js'
import type { MethodCall } from './method.js'

/**
 * The chat under `chat_id`, as this bot knows it.
 * @throws ApiError 400 `chat_id is empty`, `chat not found`; 403 for a group that the bot is not in, and for a
 * person whom the bot has met in a group but who never wrote to it.
 */
export function findChat({ state, bot, parameters }: MethodCall): Chat {
  const text = parameters.text('chat_id')?.trim() ?? ''
  if (text === '') throw badRequest('chat_id is empty')
  const id = text.startsWith('@') ? undefined : parameters.integer('chat_id')
  const chat = id === undefined ? chatByUsername(state, text) : chatById(state, bot, id)
  if (!chat) throw badRequest('chat not found')
  if (!chat.bots.has(bot)) throw forbidden(`bot is not a member of the ${chat.object.type} chat`)
  return chat
}

/**
 * The chat under `chat_id`, where the bot may write.
 * @throws ApiError As {@link findChat}, and 403 `bot was blocked by the user`.
 */
export function findWritableChat(call: MethodCall): Chat {
  const { state, bot, parameters } = call
  const chat = findChat(call)
  const isBlocked = chat.object.type === 'private' && state.people.get(chat.id)?.blockedBotIds.has(bot.id)
  if (isBlocked) throw forbidden('bot was blocked by the user')
  if (parameters.integer('message_thread_id')) throw notModelled('parameter message_thread_id')
  return chat
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
