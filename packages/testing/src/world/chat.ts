/** A chat: who is in it, its messages, and everything that became visible in it, in order. */
import type { ChatObject, Message, User } from '../bot-api/objects.js'
import type { Bot } from './bot.js'

/** One thing that became visible in a chat: a new message, or a message with its new content. */
export interface Appearance {
  readonly message: Message
  readonly kind: 'message' | 'edit'
}

/** A chat of a world. A private chat belongs to one person and one bot. */
export class Chat {
  /** Everything that became visible, oldest first. */
  readonly appearances: Appearance[] = []
  readonly bots = new Set<Bot>()
  readonly memberIds = new Set<number>()
  lastMessageId = 0
  readonly #messages = new Map<number, Message>()

  /**
   * @param key Unique in the world; the id of a private chat is not, since every bot has one with that person.
   * @param object The chat as bots see it.
   * @param instance What callback queries carry as chat_instance.
   */
  constructor(
    readonly key: string,
    readonly object: ChatObject,
    readonly instance: string,
  ) {}

  /** The chat's id, as bots use it. */
  get id(): number {
    return this.object.id
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

  /** Puts a message's new content in the place of the old one. */
  replace(message: Message): void {
    this.#messages.set(message.message_id, message)
    this.appearances.push({ message, kind: 'edit' })
  }

  /** Forgets a message; false when there is none. */
  delete(messageId: number): boolean {
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
  }
}

/** The name that people see: first and last name, or the group's title. */
export function displayName(of: User | ChatObject): string {
  if ('title' in of && of.title) return of.title
  return [of.first_name, of.last_name].filter(Boolean).join(' ')
}
