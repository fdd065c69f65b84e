/** What is true in a world, and the few ways in which it changes. Knows nothing of methods or sockets. */
import { randomInt } from 'node:crypto'
import type { ChatObject, Message, User } from '../bot-api/objects.js'
import type { Clock } from '../clock.js'
import type { Bot } from './bot.js'
import { Chat } from './chat.js'
import { EventHub } from './event-hub.js'
import { FileStore, type StoredFile } from './file-store.js'
import { Gifts } from './gifts.js'
import type { InlineMessage, InlineOffer } from './inline-offers.js'
import { Payments } from './payments.js'
import type { RateLimits } from './rate-limits.js'
import { StickerSets } from './sticker-sets.js'

/** A person as the world knows them. */
export interface PersonRecord {
  user: User
  /** Ids of the bots that the person has blocked. */
  readonly blockedBotIds: Set<number>
  /** True once the account is deleted. */
  isDeactivated?: boolean
  /** Ids of the bots that may set the emoji beside the name. */
  emojiStatusBotIds?: Set<number>
  emojiStatus?: { readonly emojiId: string; readonly expiresUnix: number } | undefined
}

/** A callback query that a bot may still answer. */
export interface OpenQuery {
  readonly botId: number
  readonly expiresAtMs: number
}

// Telegram publishes no number; bots report that answers are refused after some minutes.
const queryLifetimeMs = 10 * 60 * 1000

/** A message before it has an id, a chat and a date. */
export type MessageContent = Partial<Message>

/** The state of one world. Everything else in this package reads and changes it through this class. */
export class WorldState {
  readonly events = new EventHub()
  readonly files = new FileStore()
  readonly stickerSets = new StickerSets(this.files)
  readonly gifts = new Gifts(this.files)
  readonly bots = new Map<string, Bot>()
  readonly people = new Map<number, PersonRecord>()
  readonly chats = new Map<string, Chat>()
  readonly queries = new Map<string, OpenQuery>()
  /** Telegram's limits of sending; undefined where they are switched off. */
  rateLimits: RateLimits | undefined
  readonly inlineQueries = new Map<string, OpenQuery>()
  /** What bots have answered to inline queries, by the query's id. */
  readonly offers = new Map<string, readonly InlineOffer[]>()
  readonly inlineMessages = new Map<string, InlineMessage>()
  /** Mini Apps that were opened by a button and may still send one message. */
  readonly webAppQueries = new Map<
    string,
    { readonly bot: Bot; readonly user: User; readonly chat: Chat; readonly expiresAtMs: number }
  >()
  /** Messages that Mini Apps have prepared for a person to share. */
  readonly preparedOffers = new Map<
    string,
    {
      readonly botId: number
      readonly userId: number
      readonly offer: InlineOffer
      readonly chatTypes: string[]
    }
  >()
  readonly payments = new Payments()
  /** Requests to join that a guarding bot may still answer. */
  readonly joinQueries = new Map<string, OpenQuery & { readonly chat: Chat; readonly userId: number }>()
  /** By the id of a person or bot, the newest first. */
  readonly profilePhotos = new Map<number, readonly StoredFile[]>()
  // Real ids have outgrown 32 bits; starting beyond them flushes out code that has not.
  #lastPersonId = 5_000_000_000
  #lastGroupId = 1_000_000_000

  /** @param isStrict True to refuse unknown parameters and results that the schema does not have. */
  constructor(
    readonly clock: Clock,
    readonly isStrict = false,
  ) {}

  /** Now, in whole seconds since 1970. */
  nowUnix(): number {
    return Math.floor(this.clock.nowMs() / 1000)
  }

  /** The next free id of a person. */
  takePersonId(): number {
    do this.#lastPersonId += 1
    while (this.people.has(this.#lastPersonId))
    return this.#lastPersonId
  }

  /** The next free id of a group: negative, and with the prefix -100 for a supergroup or channel. */
  takeGroupId(type: 'group' | 'supergroup' | 'channel'): number {
    let id: number
    do {
      this.#lastGroupId += 1
      id = type === 'group' ? -this.#lastGroupId : -1_000_000_000_000 - this.#lastGroupId
    } while (this.chats.has(groupKey(id)))
    return id
  }

  /** The private chat of a person and a bot, if it has been opened. */
  privateChat(botId: number, personId: number): Chat | undefined {
    return this.chats.get(privateKey(botId, personId))
  }

  /** The private chat of a person and a bot; opens it where there is none. */
  openPrivateChat(bot: Bot, user: User): Chat {
    const known = this.privateChat(bot.id, user.id)
    if (known) return known
    const { is_bot: _, language_code: __, ...names } = user
    const chat = this.openChat(privateKey(bot.id, user.id), { ...names, type: 'private' })
    chat.setMembership(bot)
    chat.setMembership(user.id)
    return chat
  }

  /** Opens a chat under a key. */
  openChat(key: string, object: ChatObject, instance = randomDigits()): Chat {
    const chat = new Chat(key, object, instance)
    this.chats.set(key, chat)
    return chat
  }

  /** Puts a new message into a chat and tells those who watch. */
  post(chat: Chat, content: MessageContent): Message {
    const { from, ...rest } = content
    const message: Message = {
      message_id: chat.takeMessageId(),
      ...(from && { from }),
      chat: chat.object,
      date: this.nowUnix(),
      ...rest,
    }
    chat.add(message)
    this.events.publish({ kind: 'message', chatKey: chat.key, message })
    return message
  }

  /** Gives a message new content; id and date stay, edit_date is set. @param isSilent True where only buttons changed. */
  edit(chat: Chat, message: Message, isSilent = false): Message {
    const edited = { ...message, edit_date: this.nowUnix() }
    chat.replace(edited, isSilent)
    this.events.publish({ kind: 'edit', chatKey: chat.key, message: edited })
    return edited
  }

  /** Changes what stands beside a message's content, as the votes of a poll: nobody sees it as edited. */
  touch(chat: Chat, message: Message): Message {
    chat.replace(message, true)
    this.events.publish({ kind: 'edit', chatKey: chat.key, message })
    return message
  }

  /** A user by id: a person or a bot. */
  user(id: number): User | undefined {
    return this.people.get(id)?.user ?? this.botById(id)?.user
  }

  /** A bot by its id. */
  botById(id: number): Bot | undefined {
    for (const bot of this.bots.values()) if (bot.id === id) return bot
    return undefined
  }

  /** Takes a message out of a chat. */
  delete(chat: Chat, message: Message): void {
    chat.delete(message.message_id)
    this.events.publish({ kind: 'delete', chatKey: chat.key, message })
  }

  /** The id under which a bot may edit a message that was sent by way of it. */
  inlineMessageId(chat: Chat, { message_id }: Message): string | undefined {
    for (const [id, inline] of this.inlineMessages) {
      if (inline.chat === chat && inline.messageId === message_id) return id
    }
    return undefined
  }

  /** Opens a callback query and returns its id. */
  openQuery(bot: Bot): string {
    const id = randomDigits()
    this.queries.set(id, { botId: bot.id, expiresAtMs: this.clock.nowMs() + queryLifetimeMs })
    return id
  }

  /** Empties every chat and queue. Bots, people and chats stay, and no id is used twice. */
  reset(): void {
    for (const chat of this.chats.values()) chat.clear()
    for (const bot of this.bots.values()) {
      bot.updates.clear()
      bot.callLog.clear()
    }
    this.queries.clear()
    this.inlineQueries.clear()
    this.offers.clear()
    this.inlineMessages.clear()
    this.events.publish({ kind: 'reset' })
  }
}

/** The key of a private chat. */
export function privateKey(botId: number, personId: number): string {
  return `private:${botId}:${personId}`
}

/** The key of a group. */
export function groupKey(chatId: number): string {
  return `group:${chatId}`
}

/** Digits beyond the safe integers, as in the ids of queries and polls. */
export function randomDigits(): string {
  return `${randomInt(100_000_000, 999_999_999)}${randomInt(100_000_000, 999_999_999)}`
}
