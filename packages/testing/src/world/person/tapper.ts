/** The side of a person that taps: inline buttons, reply keyboards, reactions, polls, inline queries. */
import type { InlineKeyboardButton, Message, Poll, User } from '../../bot-api/objects.js'
import { TestingError } from '../../errors.js'
import type { Bot } from '../bot.js'
import type { Chat } from '../chat.js'
import type { ReplyKeyboardButton } from '../chat-settings.js'
import { isAdministrator } from '../membership.js'
import type { Place } from '../places.js'
import { isOpen } from '../poll-closing.js'
import { Tap } from '../tap.js'
import { waitFor } from '../waiting.js'
import { randomDigits } from '../world-state.js'
import { InlineQuery } from './inline-query.js'
import type { WaitOptions } from './watcher.js'
import { Writer } from './writer.js'

type Pressed = { chat: Chat; key: ReplyKeyboardButton }
type Found = { message: Message; button: InlineKeyboardButton } | Pressed

/** Someone who taps. */
export class Tapper extends Writer {
  /**
   * Taps the newest inline button with this text, or else the key of the reply keyboard; waits for one where there is
   * none yet. A key sends its text, the own contact or a location.
   * @returns The tap, whose `answered()` waits for what the bot shows.
   * @throws TestingError BUTTON_NOT_FOUND: the message shows the conversation.
   */
  async taps(buttonText: string, options: WaitOptions = {}): Promise<Tap> {
    const found = await this.#waitForButton(buttonText, options)
    if ('button' in found) return this.tapsButton(found.message, found.button)
    this.#press(found.chat, found.key)
    return new Tap(this.state.events, undefined, this.id)
  }

  /**
   * Waits until there is a button to tap, inline or of the reply keyboard, and leaves it untapped.
   * @throws TestingError BUTTON_NOT_FOUND: the message shows the conversation.
   */
  async seesButton(buttonText: string, options: WaitOptions = {}): Promise<void> {
    await this.#waitForButton(buttonText, options)
  }

  /**
   * Waits until no button with this text can be tapped; where there is none now, that is at once.
   * @throws TestingError BUTTON_STILL_THERE: the message shows the conversation.
   */
  async seesNoButton(buttonText: string, options: WaitOptions = {}): Promise<void> {
    await waitFor<true>(this.state.events, {
      about: this.placeId(options.in),
      look: () => (this.#findButton(buttonText, options.in) ? undefined : true),
      timeoutMs: options.timeoutMs ?? 5_000,
      describeFailure: () =>
        this.failure('BUTTON_STILL_THERE', `still sees the button "${buttonText}"`, options.in),
    })
  }

  /**
   * Presses the key of the keyboard under the input field, which is there already: it sends its text, the own contact or
   * a location.
   * @throws TestingError BUTTON_NOT_FOUND: the message shows the conversation.
   */
  presses(keyText: string, options: Place = {}): void {
    const found = this.#findKey(keyText, options.in)
    if (found === undefined) {
      throw this.failure('BUTTON_NOT_FOUND', `found no key "${keyText}" to press`, options.in)
    }
    this.#press(found.chat, found.key)
  }

  /** Taps one certain button of a certain message. A button without callback_data tells the bot nothing. */
  tapsButton(message: Message, button: InlineKeyboardButton): Tap {
    const chat = this.places.chatOf(message)
    const bot = chat && this.ownerOf(chat, message)
    if (!chat || !bot || button.callback_data === undefined)
      return new Tap(this.state.events, undefined, this.id)
    const id = this.state.openQuery(bot)
    const inlineId = message.via_bot && this.state.inlineMessageId(chat, message)
    bot.updates.add('callback_query', {
      id,
      from: this.user,
      ...(inlineId ? { inline_message_id: inlineId } : { message }),
      chat_instance: chat.instance,
      data: button.callback_data,
    })
    return new Tap(this.state.events, id, chat.id)
  }

  /** Puts reactions under a message, in place of the person's earlier ones: `reacts(message, '👍')`, `reacts(message)`. */
  reacts(message: Message, ...emojis: string[]): void {
    const chat = this.places.chatOf(message)
    if (!chat) throw this.#notThere(message)
    const byUser = chat.settings.reactionsOf(message.message_id)
    const old = byUser.get(this.id) ?? []
    byUser.set(this.id, emojis)
    const describe = (list: readonly string[]) => list.map((emoji) => ({ type: 'emoji', emoji }))
    for (const bot of chat.bots) {
      if (chat.object.type !== 'private' && !isAdministrator(chat.membership(bot.id))) continue
      bot.updates.add('message_reaction', {
        chat: chat.object,
        message_id: message.message_id,
        user: this.user,
        date: this.state.nowUnix(),
        old_reaction: describe(old),
        new_reaction: describe(emojis),
      })
    }
  }

  /**
   * Votes in a bot's poll: `votes(message, 0)`; without an option the vote is taken back.
   * @throws TestingError POLL_NOT_OPEN.
   */
  votes(message: Message, ...options: number[]): Poll {
    const chat = this.places.chatOf(message)
    const current = chat?.message(message.message_id)
    const takesVotes = current?.poll && isOpen(this.state, current.poll)
    if (!chat || !current?.poll || !takesVotes || options.some((option) => !current.poll?.options[option])) {
      throw new TestingError('POLL_NOT_OPEN', `There is no open poll with these options to vote in.`)
    }
    const votes = chat.settings.votesOf(message.message_id)
    if (options.length > 0) votes.set(this.id, options)
    else votes.delete(this.id)
    const poll = count(current.poll, [...votes.values()])
    this.state.touch(chat, { ...current, poll })
    this.#tellVote(chat, current, poll, options)
    return poll
  }

  /** Types `@bot text` into a chat: the bot gets an inline query, and `answered()` waits for its results. */
  queries(bot: Bot, text: string, { offset = '' } = {}): InlineQuery {
    const id = randomDigits()
    this.state.inlineQueries.set(id, { botId: bot.id, expiresAtMs: this.state.clock.nowMs() + 30_000 })
    bot.updates.add('inline_query', { id, from: this.user, query: text, offset, chat_type: 'sender' })
    return new InlineQuery(this.state.events, id, this.id, bot, text)
  }

  #tellVote(chat: Chat, message: Message, poll: Poll, options: number[]): void {
    const bot = this.ownerOf(chat, message)
    if (!bot) return
    bot.updates.add('poll', poll)
    if (poll.is_anonymous) return
    const persistent = options.map((option) => poll.options[option]?.persistent_id)
    bot.updates.add('poll_answer', {
      poll_id: poll.id,
      user: this.user,
      option_ids: options,
      option_persistent_ids: persistent,
    })
  }

  /** Whose message it is: in a channel the bot that is there, of an inline one the bot that it came by. */
  protected ownerOf(chat: Chat, message: Message): Bot | undefined {
    if (message.via_bot) return this.state.botById((message.via_bot as User).id)
    const bots = [...chat.bots]
    if (chat.object.type === 'channel') return bots[0]
    return bots.find((candidate) => candidate.id === message.from?.id)
  }

  #waitForButton(text: string, options: WaitOptions): Promise<Found> {
    return waitFor(this.state.events, {
      about: this.placeId(options.in),
      look: () => this.#findButton(text, options.in),
      timeoutMs: options.timeoutMs ?? 5_000,
      describeFailure: () => this.failure('BUTTON_NOT_FOUND', `found no button "${text}" to tap`, options.in),
    })
  }

  #findButton(text: string, place: Place['in']): Found | undefined {
    return this.#findInline(text, place) ?? this.#findKey(text, place)
  }

  #press(chat: Chat, key: ReplyKeyboardButton): void {
    const place = chat.object.type === 'private' ? [...chat.bots][0] : chat
    const options = place ? { in: place } : {}
    if (chat.settings.replyKeyboard?.isOneTime) chat.settings.replyKeyboard = undefined
    if (key.request_contact === true) this.sendsContact(undefined, options)
    else if (key.request_location === true) this.sendsLocation({ latitude: 0, longitude: 0 }, options)
    else this.sends(key.text, options)
  }

  #findInline(text: string, place: Place['in']): Found | undefined {
    const messages = this.places.find(place)?.messages() ?? []
    for (const message of messages.reverse()) {
      const button = message.reply_markup?.inline_keyboard.flat().find((candidate) => candidate.text === text)
      if (button) return { message, button }
    }
    return undefined
  }

  #findKey(text: string, place: Place['in']): Pressed | undefined {
    const chat = this.places.find(place)
    const key = chat?.settings.replyKeyboard?.rows.flat().find((candidate) => candidate.text === text)
    return chat && key ? { chat, key } : undefined
  }

  #notThere(message: Message): TestingError {
    return new TestingError('MESSAGE_NOT_THERE', `${this.name} sees no message ${message.message_id}.`)
  }
}

function count(poll: Poll, votes: readonly (readonly number[])[]): Poll {
  const options = poll.options.map((option, index) => ({
    ...option,
    voter_count: votes.filter((chosen) => chosen.includes(index)).length,
  }))
  return { ...poll, options, total_voter_count: votes.length }
}
