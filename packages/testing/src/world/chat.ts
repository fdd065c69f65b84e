/** A chat: who is in it, its messages, and everything that became visible in it, in order. */
import type { ChatObject, Message, User } from '../bot-api/objects.js'
import type { Bot } from './bot.js'
import { ChatSettings } from './chat-settings.js'
import { absent, isPresent, type Membership, ordinary } from './membership.js'

/** One thing that became visible in a chat: a new message, or a message with its new content. */
export interface Appearance {
  readonly message: Message
  readonly kind: 'message' | 'edit'
}

/** A chat of a world. A private chat belongs to one person and one bot. */
export class Chat {
  /** Everything that became visible, oldest first. */
  readonly appearances: Appearance[] = []
  /** The bots that are in the chat. Changed by {@link Chat.setMembership} alone. */
  readonly bots = new Set<Bot>()
  /** The ids of the people who are in the chat. Changed by {@link Chat.setMembership} alone. */
  readonly memberIds = new Set<number>()
  /** What groups and channels have beside their messages. */
  readonly settings = new ChatSettings()
  lastMessageId = 0
  readonly #memberships = new Map<number, Membership>()
  readonly #messages = new Map<number, Message>()
  #object: ChatObject

  /**
   * @param key Unique in the world; the id of a private chat is not, since every bot has one with that person.
   * @param object The chat as bots see it.
   * @param instance What callback queries carry as chat_instance.
   */
  constructor(
    readonly key: string,
    object: ChatObject,
    readonly instance: string,
  ) {
    this.#object = object
  }

  /** The chat as bots see it. A change makes a new object: messages keep the one of their time. */
  get object(): ChatObject {
    return this.#object
  }

  /** The chat's id, as bots use it. */
  get id(): number {
    return this.object.id
  }

  /** Gives the chat another title or other properties. */
  change(properties: Partial<ChatObject>): void {
    this.#object = { ...this.#object, ...properties }
  }

  /** What a bot or a person is in the chat. */
  membership(userId: number): Membership {
    return this.#memberships.get(userId) ?? absent
  }

  /** Everyone who is or was in the chat, with what they are there, in the order of their coming. */
  memberships(): ReadonlyMap<number, Membership> {
    return this.#memberships
  }

  /** Changes what a bot or a person is in the chat; tells nobody. */
  setMembership(who: Bot | number, membership: Membership = ordinary): void {
    const id = typeof who === 'number' ? who : who.id
    this.#memberships.set(id, membership)
    const isIn = isPresent(membership)
    if (typeof who === 'number') {
      if (isIn) this.memberIds.add(id)
      else this.memberIds.delete(id)
    } else if (isIn) this.bots.add(who)
    else this.bots.delete(who)
  }

  /** Takes the id for the next message. */
  takeMessageId(): number {
    const [only] = this.bots
    if (this.object.type === 'private' && only) {
      only.lastMessageId += 1
      return only.lastMessageId
    }
    this.lastMessageId += 1
    return this.lastMessageId
  }

  /** Keeps a new message. */
  add(message: Message): void {
    this.#messages.set(message.message_id, message)
    this.appearances.push({ message, kind: 'message' })
  }

  /** Puts a message's new content in the place of the old one. @param isSilent True where nobody is shown it as new. */
  replace(message: Message, isSilent = false): void {
    this.#messages.set(message.message_id, message)
    if (!isSilent) this.appearances.push({ message, kind: 'edit' })
  }

  /** Forgets a message; false when there is none. */
  delete(messageId: number): boolean {
    this.settings.pinnedIds.delete(messageId)
    return this.#messages.delete(messageId)
  }

  /** A message that is still there. */
  message(messageId: number): Message | undefined {
    return this.#messages.get(messageId)
  }

  /** The messages that are still there, oldest first, with their newest content. */
  messages(): Message[] {
    return [...this.#messages.values()]
  }

  /** Forgets every message; numbering goes on. */
  clear(): void {
    this.#messages.clear()
    this.appearances.length = 0
    this.settings.pinnedIds.clear()
    this.settings.topics.clear()
    this.settings.replyKeyboard = undefined
  }
}

/** The name that people see: first and last name, or the group's title. */
export function displayName(of: User | ChatObject): string {
  if ('title' in of && of.title) return of.title
  return [of.first_name, of.last_name].filter(Boolean).join(' ')
}

/** Who wrote a message, as people see it: in a channel the channel itself. */
export function authorName(message: Message): string {
  return displayName(message.from ?? message.sender_chat ?? message.chat)
}
