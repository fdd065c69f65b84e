/** The side of a person that writes: texts, edits, files, forwards, deep links. */
import { findEntities } from '../../bot-api/formatting/find-entities.js'
import type { Message } from '../../bot-api/objects.js'
import { TestingError } from '../../errors.js'
import type { Bot } from '../bot.js'
import type { Chat } from '../chat.js'
import type { FileKind } from '../file-kind.js'
import { describeOrigin } from '../forward-origin.js'
import { deliverMessage } from '../group-delivery.js'
import { hasRight } from '../membership.js'
import { checkText } from '../person-text.js'
import type { Place } from '../places.js'
import type { MessageContent } from '../world-state.js'
import { describePersonFile, type SentFile } from './sent-file.js'
import { Watcher } from './watcher.js'

/** Options of everything that a person sends. */
export interface SendOptions extends Place {
  /** The message that is answered. */
  replyTo?: Message
  /** The message_thread_id of a forum's topic. */
  topic?: number
  /** The channel in whose name the person speaks in a group. */
  as?: Chat
}

const channelBot = { id: 136_817_688, is_bot: true, first_name: 'Channel', username: 'Channel_Bot' }

/** Someone who writes to chats. */
export class Writer extends Watcher {
  /**
   * Sends a text; the bot's update is queued before this returns.
   * @throws TestingError TEXT_EMPTY, TEXT_TOO_LONG (4096 characters), PERSON_BLOCKS_BOT, CHAT_NOT_A_MEMBER,
   * BOT_MISSING, BOT_AMBIGUOUS. Nothing has been sent.
   */
  sends(text: string, options: SendOptions = {}): Message {
    const chat = this.places.open(options.in)
    checkText(text)
    const entities = findEntities(text)
    return this.post(chat, { text, ...(entities.length > 0 && { entities }) }, options)
  }

  /** Follows a link `https://t.me/<bot>?start=<parameter>`: sends `/start <parameter>`. */
  opens(bot: Bot, parameter?: string): Message {
    return this.sends(parameter ? `/start ${parameter}` : '/start', { in: bot })
  }

  /** Sends a photo. Errors as for {@link Writer.sends}. */
  sendsPhoto(file: SentFile = {}, options: SendOptions = {}): Message {
    return this.sendsFile('photo', file, options)
  }

  /** Sends a document. */
  sendsDocument(file: SentFile = {}, options: SendOptions = {}): Message {
    return this.sendsFile('document', file, options)
  }

  /** Sends a voice message. */
  sendsVoice(file: SentFile = {}, options: SendOptions = {}): Message {
    return this.sendsFile('voice', file, options)
  }

  /** Sends a file of any kind: `sendsFile('sticker')`. */
  sendsFile(kind: FileKind, file: SentFile = {}, options: SendOptions = {}): Message {
    const chat = this.places.open(options.in)
    return this.post(chat, describePersonFile(this.state, kind, file), options)
  }

  /** Sends a place. */
  sendsLocation(location: { latitude: number; longitude: number }, options: SendOptions = {}): Message {
    return this.post(this.places.open(options.in), { location }, options)
  }

  /** Sends a contact, by default the person's own. */
  sendsContact(contact: object = this.ownContact(), options: SendOptions = {}): Message {
    return this.post(this.places.open(options.in), { contact }, options)
  }

  /** Forwards a message to a chat. */
  forwards(message: Message, options: SendOptions = {}): Message {
    const { text, entities, caption, caption_entities, photo, document, poll } = message
    const content = { text, entities, caption, caption_entities, photo, document, poll }
    const given = Object.fromEntries(Object.entries(content).filter(([, value]) => value !== undefined))
    const origin = { forward_origin: describeOrigin(message) }
    return this.post(this.places.open(options.in), { ...given, ...origin }, options)
  }

  /**
   * Gives an own message a new text.
   * @throws TestingError MESSAGE_NOT_YOURS, TEXT_EMPTY, TEXT_TOO_LONG.
   */
  edits(message: Message, text: string): Message {
    const chat = this.places.chatOf(message)
    const current = chat?.message(message.message_id)
    if (!chat || !current || !this.#isOwn(chat, current)) {
      throw new TestingError(
        'MESSAGE_NOT_YOURS',
        `${this.name} has no message ${message.message_id} to edit.`,
      )
    }
    checkText(text)
    const { entities: _, ...rest } = current
    const entities = findEntities(text)
    const edited = this.state.edit(chat, { ...rest, text, ...(entities.length > 0 && { entities }) })
    deliverMessage(chat, edited, true)
    return edited
  }

  /** Puts a message of this person into a chat and queues the bots' updates. */
  protected post(chat: Chat, content: MessageContent, options: SendOptions = {}): Message {
    this.#checkMayWrite(chat)
    if (options.as) this.#checkMaySpeakAs(options.as, chat)
    const topic = options.topic === undefined ? undefined : chat.settings.topics.get(options.topic)
    const answered = options.replyTo ?? topic?.created
    const message = this.state.post(chat, {
      ...this.#author(chat, options.as),
      ...(topic && { message_thread_id: topic.message_thread_id, is_topic_message: true as const }),
      ...(answered && { reply_to_message: answered }),
      ...content,
    })
    deliverMessage(chat, message)
    return message
  }

  /** The person as a contact. */
  protected ownContact(): object {
    const { first_name, last_name, id } = this.user
    return { phone_number: `+${id}`, first_name, ...(last_name && { last_name }), user_id: id }
  }

  #author(chat: Chat, as: Chat | undefined): MessageContent {
    if (chat.object.type === 'channel') return { sender_chat: chat.object }
    // What a channel says in a group comes from an account that stands for all channels.
    if (as) return { from: channelBot, sender_chat: as.object }
    const tag = chat.membership(this.id).tag
    return { from: this.user, ...(typeof tag === 'string' && { sender_tag: tag }) }
  }

  #checkMaySpeakAs(as: Chat, chat: Chat): void {
    const isAllowed =
      hasRight(as.membership(this.id), 'can_post_messages') && !chat.settings.bannedSenderIds.has(as.id)
    if (isAllowed && chat.object.type === 'supergroup') return
    throw new TestingError(
      'CHAT_NOT_ALLOWED',
      `${this.name} may not speak as "${as.object.title}" here: post rights there, a supergroup, and no ban of the channel are needed.`,
    )
  }

  #isOwn(chat: Chat, message: Message): boolean {
    if (chat.object.type !== 'channel') return message.from?.id === this.id
    return hasRight(chat.membership(this.id), 'can_edit_messages')
  }

  #checkMayWrite(chat: Chat): void {
    const { type } = chat.object
    if (type === 'channel' && !hasRight(chat.membership(this.id), 'can_post_messages')) {
      throw new TestingError(
        'CHAT_NOT_ALLOWED',
        `${this.name} may not post to "${chat.object.title}". Make the person its owner or an administrator.`,
      )
    }
    if (type !== 'private') return
    for (const bot of chat.bots) {
      if (!this.record.blockedBotIds.has(bot.id)) continue
      throw new TestingError(
        'PERSON_BLOCKS_BOT',
        `${this.name} has blocked @${bot.username}, and Telegram's apps offer no way to write then. Call unblocks() first.`,
      )
    }
  }
}
