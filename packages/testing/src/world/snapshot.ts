/** A world as plain JSON, and back. Files are not kept: their ids stay in the messages, their content does not. */
import type { BotCommand, ChatObject, Message, User } from '../bot-api/objects.js'
import { TestingError } from '../errors.js'
import { Bot, type BotOptions } from './bot.js'
import type { WorldState } from './world-state.js'

/** A bot in a snapshot. Contains its token. */
export interface BotSnapshot extends Required<BotOptions> {
  lastUpdateId: number
  lastMessageId: number
  allowedUpdates?: string[]
  pendingUpdates: unknown[]
  commandLists: [string, BotCommand[]][]
}

/** A world as plain JSON. A webhook is not in it: whoever set it sets it again. */
export interface WorldSnapshot {
  version: 1
  bots: BotSnapshot[]
  people: { user: User; blockedBotIds: number[] }[]
  chats: {
    key: string
    object: ChatObject
    instance: string
    botIds: number[]
    memberIds: number[]
    lastMessageId: number
    messages: Message[]
  }[]
}

/** Writes the state down. Later changes of the world do not reach the result once it is serialised. */
export function takeSnapshot(state: WorldState): WorldSnapshot {
  return {
    version: 1,
    bots: [...state.bots.values()].map((bot) => ({
      username: bot.username,
      firstName: bot.firstName,
      token: bot.token,
      canReadAllGroupMessages: bot.canReadAllGroupMessages,
      lastUpdateId: bot.updates.lastId,
      lastMessageId: bot.lastMessageId,
      ...(bot.updates.allowedUpdates && { allowedUpdates: [...bot.updates.allowedUpdates] }),
      pendingUpdates: bot.updates.pending().map((entry) => entry.update),
      commandLists: [...bot.commandLists],
    })),
    people: [...state.people.values()].map(({ user, blockedBotIds }) => ({
      user,
      blockedBotIds: [...blockedBotIds],
    })),
    chats: [...state.chats.values()].map((chat) => ({
      key: chat.key,
      object: chat.object,
      instance: chat.instance,
      botIds: [...chat.bots].map((bot) => bot.id),
      memberIds: [...chat.memberIds],
      lastMessageId: chat.lastMessageId,
      messages: chat.messages(),
    })),
  }
}

/**
 * Fills an empty state from a snapshot. Update ids go on where they were: they never repeat.
 * @throws TestingError SNAPSHOT_VERSION: it was written by another version of this package.
 */
export function restoreSnapshot(state: WorldState, snapshot: WorldSnapshot): void {
  if (snapshot?.version !== 1) {
    throw new TestingError(
      'SNAPSHOT_VERSION',
      `This is no snapshot of version 1 (found: ${String(snapshot?.version)}). Delete it and start afresh.`,
    )
  }
  for (const saved of snapshot.bots) state.bots.set(saved.token, restoreBot(saved, state))
  for (const { user, blockedBotIds } of snapshot.people) {
    state.people.set(user.id, { user, blockedBotIds: new Set(blockedBotIds) })
  }
  const botsById = new Map([...state.bots.values()].map((bot) => [bot.id, bot]))
  for (const saved of snapshot.chats) {
    const chat = state.openChat(saved.key, saved.object, saved.instance)
    for (const id of saved.botIds) {
      const bot = botsById.get(id)
      if (bot) chat.bots.add(bot)
    }
    for (const id of saved.memberIds) chat.memberIds.add(id)
    chat.lastMessageId = saved.lastMessageId
    for (const message of saved.messages) chat.add(message)
  }
}

function restoreBot(saved: BotSnapshot, state: WorldState): Bot {
  const bot = new Bot(saved, state.clock, saved.lastUpdateId)
  bot.lastMessageId = saved.lastMessageId
  bot.updates.allowedUpdates = saved.allowedUpdates
  for (const [key, commands] of saved.commandLists) bot.commandLists.set(key, commands)
  bot.updates.restore(saved.pendingUpdates)
  return bot
}
