/** A person who acts in a world: sends, taps, edits, blocks, and waits to see what the bot does. */
import { findEntities } from '../bot-api/formatting/find-entities.js'
import type { InlineKeyboardButton, Message, User } from '../bot-api/objects.js'
import { TestingError } from '../errors.js'
import type { Bot } from './bot.js'
import { type Chat, displayName } from './chat.js'
import { describeConversation, type TranscriptEntry, textOf, transcribe } from './conversation.js'
import { botsThatHear } from './group-delivery.js'
import { checkText } from './person-text.js'
import { type Place, Places } from './places.js'
import { Tap } from './tap.js'
import { waitFor } from './waiting.js'
import type { PersonRecord, WorldState } from './world-state.js'

/** Options of {@link Person.sends}. */
export interface SendOptions extends Place {
  /** The message that is answered. */
  replyTo?: Message
}

/** Options of everything that waits. */
export interface WaitOptions extends Place {
  /** Longest wait in real milliseconds, whatever the world's clock says. @default 5_000 */
  timeoutMs?: number
}

/** A person of a world. Created by `world.createPerson`. */
export class Person {
  readonly #state: WorldState
  readonly #record: PersonRecord
  readonly #places: Places
  // How many appearances of each chat `sees` has used up.
  readonly #seenCounts = new Map<string, number>()

  constructor(state: WorldState, record: PersonRecord) {
    this.#state = state
    this.#record = record
    this.#places = new Places(state, record)
  }

  /** The person as bots see them. */
  get user(): User {
    return this.#record.user
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
   * Sends a text; the bot's update is queued before this returns.
   * @throws TestingError TEXT_EMPTY, TEXT_TOO_LONG (4096 UTF-16 units), PERSON_BLOCKS_BOT, CHAT_NOT_A_MEMBER,
   * BOT_MISSING, BOT_AMBIGUOUS. Nothing has been sent.
   */
  sends(text: string, options: SendOptions = {}): Message {
    const chat = this.#places.open(options.in)
    checkText(text)
    this.#checkNotBlocked(chat)
    const entities = findEntities(text)
    const message = this.#state.post(chat, {
      from: this.user,
      ...(options.replyTo && { reply_to_message: options.replyTo }),
      text,
      ...(entities.length > 0 && { entities }),
    })
    for (const bot of botsThatHear(chat, message)) bot.updates.add('message', message)
    return message
  }

  /**
   * Gives an own message a new text.
   * @throws TestingError MESSAGE_NOT_YOURS, TEXT_EMPTY, TEXT_TOO_LONG.
   */
  edits(message: Message, text: string): Message {
    const chat = this.#places.chatOf(message)
    const current = chat?.message(message.message_id)
    if (!chat || !current || current.from.id !== this.id) {
      throw new TestingError(
        'MESSAGE_NOT_YOURS',
        `${this.name} has no message ${message.message_id} to edit.`,
      )
    }
    checkText(text)
    const { entities: _, ...rest } = current
    const entities = findEntities(text)
    const edited = this.#state.edit(chat, { ...rest, text, ...(entities.length > 0 && { entities }) })
    for (const bot of botsThatHear(chat, edited)) bot.updates.add('edited_message', edited)
    return edited
  }

  /**
   * Taps the newest inline button with this text, and waits for one where there is none yet.
   * @returns The tap, whose `answered()` waits for what the bot shows.
   * @throws TestingError BUTTON_NOT_FOUND: the message shows the conversation.
   */
  async taps(buttonText: string, options: WaitOptions = {}): Promise<Tap> {
    const { message, button } = await waitFor(
      this.#state.events,
      () => this.#findButton(buttonText, options.in),
      options.timeoutMs ?? 5_000,
      () => this.#failure('BUTTON_NOT_FOUND', `found no button "${buttonText}" to tap`, options.in),
    )
    return this.tapsButton(message, button)
  }

  /** Taps one certain button of a certain message. A button without callback_data tells the bot nothing. */
  tapsButton(message: Message, button: InlineKeyboardButton): Tap {
    const chat = this.#places.chatOf(message)
    const bot = chat && [...chat.bots].find((candidate) => candidate.id === message.from.id)
    if (!chat || !bot || button.callback_data === undefined) return new Tap(this.#state.events, undefined)
    const id = this.#state.openQuery(bot)
    bot.updates.add('callback_query', {
      id,
      from: this.user,
      message,
      chat_instance: chat.instance,
      data: button.callback_data,
    })
    return new Tap(this.#state.events, id)
  }

  /** Blocks a bot: it is told so, and its sends are refused from now on. */
  blocks(bot: Bot): void {
    this.#changeBlock(bot, true)
  }

  /** Lifts the block, as the button Restart does. */
  unblocks(bot: Bot): void {
    this.#changeBlock(bot, false)
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
    return waitFor(
      this.#state.events,
      () => this.#useUp(expected, options.in),
      options.timeoutMs ?? 5_000,
      () => this.#failure('NOT_SEEN', `did not see ${format(expected)}`, options.in),
    )
  }

  /** The messages of a chat as they stand now, oldest first. */
  transcript(options: Place = {}): TranscriptEntry[] {
    return transcribe(this.#places.find(options.in))
  }

  #useUp(expected: string | RegExp, place: Place['in']): Message | undefined {
    const chat = this.#places.find(place)
    if (!chat) return undefined
    for (let index = this.#seenCount(chat); index < chat.appearances.length; index += 1) {
      const message = chat.appearances[index]?.message
      if (!message?.from.is_bot || !matches(textOf(message), expected)) continue
      this.#seenCounts.set(chat.key, index + 1)
      return message
    }
    return undefined
  }

  #seenCount(chat: Chat): number {
    // A reset empties the chat; the count starts again with it.
    return Math.min(this.#seenCounts.get(chat.key) ?? 0, chat.appearances.length)
  }

  #findButton(
    text: string,
    place: Place['in'],
  ): { message: Message; button: InlineKeyboardButton } | undefined {
    const messages = this.#places.find(place)?.messages() ?? []
    for (const message of messages.reverse()) {
      const button = message.reply_markup?.inline_keyboard.flat().find((candidate) => candidate.text === text)
      if (button) return { message, button }
    }
    return undefined
  }

  #failure(code: 'NOT_SEEN' | 'BUTTON_NOT_FOUND', what: string, place: Place['in']): TestingError {
    const chat = this.#places.find(place)
    return new TestingError(
      code,
      `${this.name} ${what}. The conversation (✓ used up by sees, • not yet):\n${describeConversation(chat, chat ? this.#seenCount(chat) : 0)}`,
    )
  }

  #checkNotBlocked(chat: Chat): void {
    if (chat.object.type !== 'private') return
    for (const bot of chat.bots) {
      if (!this.#record.blockedBotIds.has(bot.id)) continue
      throw new TestingError(
        'PERSON_BLOCKS_BOT',
        `${this.name} has blocked @${bot.username}, and Telegram's apps offer no way to write then. Call unblocks() first.`,
      )
    }
  }

  #changeBlock(bot: Bot, blocked: boolean): void {
    if (this.#record.blockedBotIds.has(bot.id) === blocked) return
    if (blocked) this.#record.blockedBotIds.add(bot.id)
    else this.#record.blockedBotIds.delete(bot.id)
    const member = { user: bot.user, status: 'member' }
    const kicked = { user: bot.user, status: 'kicked', until_date: 0 }
    bot.updates.add('my_chat_member', {
      chat: this.#state.openPrivateChat(bot, this.user).object,
      from: this.user,
      date: this.#state.nowUnix(),
      old_chat_member: blocked ? member : kicked,
      new_chat_member: blocked ? kicked : member,
    })
  }
}

function matches(text: string, expected: string | RegExp): boolean {
  return typeof expected === 'string' ? text === expected : text.search(expected) >= 0
}

function format(expected: string | RegExp): string {
  return typeof expected === 'string' ? `"${expected}"` : String(expected)
}
