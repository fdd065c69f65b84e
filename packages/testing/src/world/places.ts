/** Finds the chat that a person means, who mostly does not say which: there is but one bot. */
import type { Message } from '../bot-api/objects.js'
import { TestingError } from '../errors.js'
import type { Bot } from './bot.js'
import { Chat, displayName } from './chat.js'
import type { PersonRecord, WorldState } from './world-state.js'

/** Where an act takes place. Without it: the private chat with the only bot of the world. */
export interface Place {
  /** A bot (its private chat with the person) or a group. */
  in?: Bot | Chat
}

/** The chats of one person. */
export class Places {
  constructor(
    private readonly state: WorldState,
    private readonly record: PersonRecord,
  ) {}

  /**
   * The chat meant, if it has been opened.
   * @throws TestingError BOT_MISSING, BOT_AMBIGUOUS.
   */
  find(place: Place['in']): Chat | undefined {
    if (place instanceof Chat) return place
    return this.state.privateChat((place ?? this.#onlyBot()).id, this.record.user.id)
  }

  /**
   * The chat meant; opens a private one.
   * @throws TestingError BOT_MISSING, BOT_AMBIGUOUS, CHAT_NOT_A_MEMBER.
   */
  open(place: Place['in']): Chat {
    const { user } = this.record
    if (!(place instanceof Chat)) return this.state.openPrivateChat(place ?? this.#onlyBot(), user)
    if (place.memberIds.has(user.id)) return place
    throw new TestingError(
      'CHAT_NOT_A_MEMBER',
      `${displayName(user)} is not in "${displayName(place.object)}". Add the person to its members.`,
    )
  }

  /** The chat that holds a message: several bots' private chats have the same id. */
  chatOf(message: Message): Chat | undefined {
    for (const chat of this.state.chats.values()) {
      if (!chat.memberIds.has(this.record.user.id) || chat.id !== message.chat.id) continue
      const kept = chat.message(message.message_id)
      if (kept && kept.from?.id === message.from?.id && kept.date === message.date) return chat
    }
    return undefined
  }

  #onlyBot(): Bot {
    const [bot, ...others] = this.state.bots.values()
    if (bot && others.length === 0) return bot
    if (!bot) throw new TestingError('BOT_MISSING', 'The world has no bot. Call world.createBot() first.')
    const names = [bot, ...others].map(({ username }) => username).join(', ')
    throw new TestingError('BOT_AMBIGUOUS', `The world has several bots (${names}). Say which: { in: bot }.`)
  }
}
