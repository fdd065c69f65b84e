/** A bot as Telegram keeps it: who it is, its token, its commands, its updates and its webhook. */
import { randomBytes, randomInt } from 'node:crypto'
import type { BotCommand, User } from '../bot-api/objects.js'
import type { Clock } from '../clock.js'
import { TestingError } from '../errors.js'
import { type BotCall, CallLog } from './call-log.js'
import { UpdateQueue } from './update-queue.js'

/** What a bot is made of. */
export interface BotOptions {
  /** 5–32 letters, digits and underscores; Telegram wants it to end in `bot`, this model does not insist. */
  username: string
  /** The name people see. @default the username */
  firstName?: string
  /** `<id>:<35 characters>`. @default a random one */
  token?: string
  /** True switches privacy mode off: the bot gets every message of its groups. @default false */
  canReadAllGroupMessages?: boolean
  /** True for a bot that decides about requests to join: they come with a `query_id`. @default false */
  guardsChats?: boolean
  /** True for the bot of an organisation that Telegram lets verify users and chats. @default false */
  isVerifier?: boolean
}

/** A webhook that is set. */
export interface Webhook {
  readonly url: string
  readonly secretToken: string | undefined
  /** PEM of a certificate that was handed in: the one that the receiver must show. */
  readonly certificate?: string
  /** Where to deliver instead of where the host's name leads. */
  readonly ipAddress?: string
  /** Deliveries at once, 1–100. */
  readonly maxConnections: number
  lastErrorUnix?: number
  lastErrorMessage?: string
}

/** A long poll that waits. */
export interface WaitingPoll {
  /** Ends it with a refusal. */
  displace(reason: Error): void
}

/** A bot of a world. Created by `world.createBot`. */
export class Bot {
  readonly id: number
  readonly token: string
  readonly username: string
  readonly firstName: string
  readonly canReadAllGroupMessages: boolean
  readonly guardsChats: boolean
  readonly isVerifier: boolean
  /** Updates that wait for the bot. */
  readonly updates: UpdateQueue
  /** Where its calls are written down. */
  readonly callLog = new CallLog()
  /** Command lists by scope and language; key `''` is the default list. */
  readonly commandLists = new Map<string, BotCommand[]>()
  /** What the bot says of itself, as `name:de`, `menu:<chat>`: see the methods setMyName and its kin. */
  readonly profile = new Map<string, unknown>()
  /** The webhook that is set, if any. */
  webhook: Webhook | undefined
  /** The long poll that waits for updates, if any. */
  waitingPoll: WaitingPoll | undefined
  /** Until when calls are refused after logOut. */
  loggedOutUntilMs: number | undefined
  /** Id of the newest message in the bot's private chats, which share one numbering. */
  lastMessageId = 0

  /**
   * @throws TestingError BOT_USERNAME_FORM, BOT_TOKEN_FORM.
   */
  constructor(options: BotOptions, clock: Clock, lastUpdateId?: number) {
    if (!/^[A-Za-z][A-Za-z0-9_]{2,31}$/.test(options.username)) {
      throw new TestingError(
        'BOT_USERNAME_FORM',
        `"${options.username}" is no username: give 3–32 letters, digits and underscores, a letter first.`,
      )
    }
    this.token = options.token ?? createToken()
    this.id = Number(parseToken(this.token))
    this.username = options.username
    this.firstName = options.firstName ?? options.username
    this.canReadAllGroupMessages = options.canReadAllGroupMessages ?? false
    this.guardsChats = options.guardsChats ?? false
    this.isVerifier = options.isVerifier ?? false
    this.updates = new UpdateQueue(clock, lastUpdateId)
  }

  /** What it has called, oldest first, refused calls too; all but getUpdates, and of many the newest 1,000 at least. */
  get calls(): readonly BotCall[] {
    return this.callLog.all()
  }

  /** The bot as the `from` of its messages. */
  get user(): User {
    return { id: this.id, is_bot: true, first_name: this.firstName, username: this.username }
  }
}

/** True for a token of the form that BotFather gives out. */
export function isToken(text: string): boolean {
  return /^\d{6,}:[A-Za-z0-9_-]{35}$/.test(text)
}

function createToken(): string {
  // 27 bytes are 36 characters of base64url.
  return `${randomInt(1_000_000_000, 9_999_999_999)}:${randomBytes(27).toString('base64url').slice(0, 35)}`
}

function parseToken(token: string): string {
  if (!isToken(token)) {
    throw new TestingError(
      'BOT_TOKEN_FORM',
      `A token is "<digits>:<35 letters, digits, - or _>"; the one given has ${token.length} characters.`,
    )
  }
  return token.slice(0, token.indexOf(':'))
}
