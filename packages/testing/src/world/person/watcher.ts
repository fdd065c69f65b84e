/** The side of a person that looks: who they are, what they see, and what a failed wait tells. */
import type { Message, User } from '../../bot-api/objects.js'
import { TestingError } from '../../errors.js'
import { Chat, displayName } from '../chat.js'
import { describeConversation, type TranscriptEntry, textOf, transcribe } from '../conversation.js'
import { type Place, Places } from '../places.js'
import { waitFor } from '../waiting.js'
import type { PersonRecord, WorldState } from '../world-state.js'

/** Options of everything that waits. */
export interface WaitOptions extends Place {
  /** Longest wait in real milliseconds, whatever the world's clock says. @default 5_000 */
  timeoutMs?: number
}

/** Someone who looks at chats. */
export class Watcher {
  protected readonly state: WorldState
  protected readonly record: PersonRecord
  protected readonly places: Places
  // How many appearances of each chat `sees` has used up.
  readonly #seenCounts = new Map<string, number>()

  constructor(state: WorldState, record: PersonRecord) {
    this.state = state
    this.record = record
    this.places = new Places(state, record)
  }

  /** The person as bots see them. */
  get user(): User {
    return this.record.user
  }

  /** The person's Telegram id. */
  get id(): number {
    return this.user.id
  }

  /** First and last name. */
  get name(): string {
    return displayName(this.user)
  }

  /**
   * Waits until a bot's message with this text (or caption) is there, and returns it.
   *
   * Messages are used up in order: the search starts behind the message that the last `sees` in this chat
   * returned, passes over what does not match, and never goes back. So `sees('A')` then `sees('B')` fails
   * where B came before A, and the same message satisfies no two calls. A message that the bot edited
   * appears once more, with its new text. Messages that came before the call count.
   * @param expected The whole text, or a pattern found in it.
   * @throws TestingError NOT_SEEN: the message shows the conversation.
   */
  sees(expected: string | RegExp, options: WaitOptions = {}): Promise<Message> {
    return waitFor(this.state.events, {
      about: this.placeId(options.in),
      look: () => this.#useUp(expected, options.in),
      timeoutMs: options.timeoutMs ?? 5_000,
      describeFailure: () => this.failure('NOT_SEEN', `did not see ${format(expected)}`, options.in),
    })
  }

  /**
   * Whether a bot's message with this text (or caption) has ever been there, edited away or deleted since or not.
   * Looks now and uses nothing up.
   * @param expected The whole text, or a pattern found in it.
   */
  hasSeen(expected: string | RegExp, options: Place = {}): boolean {
    const chat = this.places.find(options.in)
    return (chat?.appearances ?? []).some(
      ({ message }) => chat && isFromBot(chat, message) && matches(textOf(message), expected),
    )
  }

  /** A chat as the errors of waits show it, a line for each message, edit and set of buttons. */
  describesConversation(options: Place = {}): string {
    const chat = this.places.find(options.in)
    return describeConversation(chat, chat ? this.#seenCount(chat) : 0)
  }

  /** The messages of a chat as they stand now, oldest first. */
  transcript(options: Place = {}): TranscriptEntry[] {
    return transcribe(this.places.find(options.in))
  }

  /** What a wait in this place is about. */
  protected placeId(place: Place['in']): number {
    return place instanceof Chat ? place.id : this.id
  }

  /** An error that shows the conversation. */
  protected failure(
    code: 'NOT_SEEN' | 'BUTTON_NOT_FOUND' | 'BUTTON_STILL_THERE',
    what: string,
    place: Place['in'],
  ): TestingError {
    const conversation = this.describesConversation(place && { in: place })
    return new TestingError(
      code,
      `${this.name} ${what}. The conversation (✓ used up by sees, • not yet):\n${conversation}`,
    )
  }

  #useUp(expected: string | RegExp, place: Place['in']): Message | undefined {
    const chat = this.places.find(place)
    if (!chat) return undefined
    for (let index = this.#seenCount(chat); index < chat.appearances.length; index += 1) {
      const message = chat.appearances[index]?.message
      if (!message || !isFromBot(chat, message) || !matches(textOf(message), expected)) continue
      this.#seenCounts.set(chat.key, index + 1)
      return message
    }
    return undefined
  }

  #seenCount(chat: Chat): number {
    // A reset empties the chat; the count starts again with it.
    return Math.min(this.#seenCounts.get(chat.key) ?? 0, chat.appearances.length)
  }
}

/** In a channel nobody can tell whether a bot or a person has posted. */
function isFromBot(chat: Chat, message: Message): boolean {
  return chat.object.type === 'channel' || message.from?.is_bot === true
}

function matches(text: string, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? text === expected : text.search(expected) >= 0
}

function format(expected: string | RegExp): string {
  return typeof expected === 'string' ? `"${expected}"` : String(expected)
}
