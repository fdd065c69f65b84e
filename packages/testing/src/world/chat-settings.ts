/** What a group or channel has beside its messages: permissions, topics, links, requests, pins. */
import type { Message, User } from '../bot-api/objects.js'
import type { StoredFile } from './file-store.js'
import { permissionNames, type Rights } from './membership.js'
import type { Invoice } from './payments.js'

/** A topic of a forum. Bot API, ForumTopic. */
export interface Topic {
  readonly message_thread_id: number
  readonly name: string
  readonly icon_color: number
  readonly icon_custom_emoji_id?: string
  readonly isClosed: boolean
  /** The service message that began it: what messages in the topic are replies to. */
  readonly created: Message
}

/** Bot API, ChatInviteLink. */
export interface InviteLink {
  readonly invite_link: string
  readonly creator: User
  readonly creates_join_request: boolean
  readonly is_primary: boolean
  readonly is_revoked: boolean
  readonly name?: string
  readonly expire_date?: number
  readonly member_limit?: number
  /** Of a channel that is paid for: seconds and stars. */
  readonly subscription_period?: number
  readonly subscription_price?: number
  /** How many came by it. Bots are not told. */
  readonly joinedCount: number
}

/** The keyboard under the input field, as the last message that brought one left it. */
export interface ReplyKeyboard {
  readonly rows: readonly (readonly ReplyKeyboardButton[])[]
  readonly isOneTime: boolean
}

/** A button of a reply keyboard. Bot API, KeyboardButton. */
export interface ReplyKeyboardButton {
  readonly text: string
  readonly [field: string]: unknown
}

/** The settings of one chat. */
export class ChatSettings {
  permissions: Rights = Object.fromEntries(
    permissionNames.map((name) => [name, name !== 'can_manage_topics']),
  )
  description: string | undefined
  /** Whether people who come by the username or the primary link need someone's consent. */
  joinByRequest = false
  readonly topics = new Map<number, Topic>()
  isGeneralClosed = false
  isGeneralHidden = false
  readonly links = new Map<string, InviteLink>()
  /** The link by which each person who asks came, by the person's id. */
  readonly joinRequests = new Map<number, InviteLink | undefined>()
  /** Newest last. */
  readonly pinnedIds = new Set<number>()
  photo: StoredFile | undefined
  stickerSetName: string | undefined
  /** What the general topic of a forum is called. */
  generalName = 'General'
  /** The channels and groups that may not speak here. */
  readonly bannedSenderIds = new Set<number>()
  readonly invoices = new Map<number, Invoice>()
  /** The short names of games, by the message's id. */
  readonly gameNames = new Map<number, string>()
  /** What paid media carry for their bot alone, by the message's id. */
  readonly payloads = new Map<number, string>()
  /** By who gave them. Bot API, ChatBoost. */
  readonly boosts = new Map<number, readonly object[]>()
  /** The id of the supergroup that the group has become. */
  migratedToId: number | undefined
  readonly #reactions = new Map<number, Map<number, readonly string[]>>()
  readonly #scores = new Map<string, Map<number, number>>()
  readonly #votes = new Map<number, Map<number, readonly number[]>>()
  replyKeyboard: ReplyKeyboard | undefined

  /** The emojis under a message, by who put them there. */
  reactionsOf(messageId: number): Map<number, readonly string[]> {
    return take(this.#reactions, messageId)
  }

  /** The scores of a game in all its messages here, by who has them. */
  scoresOf(game: string): Map<number, number> {
    return take(this.#scores, game)
  }

  /** The options chosen in a poll, by who chose them. */
  votesOf(messageId: number): Map<number, readonly number[]> {
    return take(this.#votes, messageId)
  }
}

function take<Key, T>(maps: Map<Key, Map<number, T>>, key: Key): Map<number, T> {
  const known = maps.get(key) ?? new Map<number, T>()
  maps.set(key, known)
  return known
}
