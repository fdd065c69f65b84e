/** A world as plain JSON, and back. Files are not kept: their ids stay in the messages, their content does not. */
import type { BotCommand, ChatObject, Message, User } from '../bot-api/objects.js'
import { TestingError } from '../errors.js'
import { Bot, type BotOptions } from './bot.js'
import type { Chat } from './chat.js'
import type { InviteLink, Topic } from './chat-settings.js'
import type { Membership, Rights } from './membership.js'
import type { WorldState } from './world-state.js'

/** A bot in a snapshot. Contains its token. */
export interface BotSnapshot
  extends Required<Omit<BotOptions, 'guardsChats' | 'isVerifier'>>,
    Pick<BotOptions, 'guardsChats' | 'isVerifier'> {
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
    /** Missing in snapshots of earlier releases. */
    memberships?: [number, Membership][]
    permissions?: Rights
    description?: string
    pinnedIds?: number[]
    topics?: Topic[]
    links?: InviteLink[]
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
      guardsChats: bot.guardsChats,
      isVerifier: bot.isVerifier,
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
      memberships: [...chat.memberships()],
      permissions: chat.settings.permissions,
      ...(chat.settings.description && { description: chat.settings.description }),
      pinnedIds: [...chat.settings.pinnedIds],
      topics: [...chat.settings.topics.values()],
      links: [...chat.settings.links.values()],
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
    restoreMembers(chat, saved, botsById)
    restoreSettings(chat, saved)
    chat.lastMessageId = saved.lastMessageId
    for (const message of saved.messages) chat.add(message)
  }
}

type SavedChat = WorldSnapshot['chats'][number]

function restoreMembers(chat: Chat, saved: SavedChat, bots: ReadonlyMap<number, Bot>): void {
  for (const id of saved.botIds) chat.setMembership(bots.get(id) ?? id)
  for (const id of saved.memberIds) chat.setMembership(id)
  for (const [id, membership] of saved.memberships ?? []) chat.setMembership(bots.get(id) ?? id, membership)
}

function restoreSettings({ settings }: Chat, saved: SavedChat): void {
  settings.permissions = saved.permissions ?? settings.permissions
  settings.description = saved.description
  for (const id of saved.pinnedIds ?? []) settings.pinnedIds.add(id)
  for (const topic of saved.topics ?? []) settings.topics.set(topic.message_thread_id, topic)
  for (const link of saved.links ?? []) settings.links.set(link.invite_link, link)
}

function restoreBot(saved: BotSnapshot, state: WorldState): Bot {
  const bot = new Bot(saved, state.clock, saved.lastUpdateId)
  bot.lastMessageId = saved.lastMessageId
  bot.updates.allowedUpdates = saved.allowedUpdates
  for (const [key, commands] of saved.commandLists) bot.commandLists.set(key, commands)
  bot.updates.restore(saved.pendingUpdates)
  return bot
}
