/** A local Telegram: its bots, people and chats, and the in-process way to call a method. */

import { ApiError } from './bot-api/api-error.js'
import { type Clock, systemClock } from './clock.js'
import { TestingError } from './errors.js'
import { callMethod } from './methods/call-method.js'
import { DescribedResult, type WebhookPort } from './methods/method.js'
import { Parameters } from './methods/parameters.js'
import { WebhookDelivery } from './webhook/webhook-delivery.js'
import { Bot, type BotOptions, type Webhook } from './world/bot.js'
import type { Chat } from './world/chat.js'
import { sufferFault } from './world/fault-in-process.js'
import { FaultPlan } from './world/faults.js'
import type { GiftOptions } from './world/gifts.js'
import { migrateGroup, openGroup } from './world/groups.js'
import { Person } from './world/person.js'
import { RateLimits } from './world/rate-limits.js'
import { sampleFile } from './world/sample-file.js'
import { restoreSnapshot, takeSnapshot, type WorldSnapshot } from './world/snapshot.js'
import { WorldState } from './world/world-state.js'

/** Options of {@link createWorld}. */
export interface WorldOptions {
  /** Where dates, long polls and retries take their time from. @default the system's clock */
  clock?: Clock
  /** An earlier world to go on with, from {@link World.snapshot}. */
  snapshot?: WorldSnapshot
  /**
   * True to refuse parameters that the Bot API does not have, which Telegram passes over, and to answer 500 where the
   * model itself sends out what the schema does not have. @default false
   */
  isStrict?: boolean
  /** True to refuse with 429 what is beyond the figures of Telegram's Bot FAQ. @default false */
  hasRateLimits?: boolean
}

/** What a person is made of. */
export interface PersonOptions {
  firstName: string
  lastName?: string
  /** Without the `@`. */
  username?: string
  /** IETF tag, as `en`. */
  languageCode?: string
  /** @default a free id beyond 5 000 000 000 */
  id?: number
}

/** What a group is made of. */
export interface GroupOptions {
  title: string
  members?: readonly Person[]
  bots?: readonly Bot[]
  /** @default 'group' */
  type?: 'group' | 'supergroup'
  /** True for a supergroup with topics. @default false */
  isForum?: boolean
  /** Who may do everything. */
  owner?: Person
  /** People and bots with every right of an administrator. */
  administrators?: readonly (Person | Bot)[]
  /** Of a public supergroup, without the `@`. */
  username?: string
}

/** What a channel is made of. Bots in it are administrators. */
export type ChannelOptions = Omit<GroupOptions, 'type' | 'isForum'>

/** What a sticker set is made of. */
export interface StickerSetOptions {
  /** Its name in links; bots find it in any case. */
  name: string
  title: string
  emojis: readonly string[]
}

/** How a call in process is made. */
export interface CallOptions {
  /** Ends a long poll. */
  signal?: AbortSignal
}

/** Creates a world of its own: it shares nothing with any other. Does no I/O. */
export function createWorld(options: WorldOptions = {}): World {
  return new World(options)
}

/** A local Telegram. Created by {@link createWorld}. */
export class World {
  /** The mechanism underneath, which the faces use. Not a stable interface. */
  readonly state: WorldState
  /** Faults for the next calls in process; a server has its own. */
  readonly faults = new FaultPlan()
  readonly #people = new Map<number, Person>()
  readonly #deliveries = new Map<Bot, WebhookDelivery>()
  readonly #webhooks: WebhookPort = { set: (bot, webhook) => this.#setWebhook(bot, webhook) }

  /** @throws TestingError SNAPSHOT_VERSION. */
  constructor({ clock = systemClock, snapshot, isStrict = false, hasRateLimits = false }: WorldOptions = {}) {
    this.state = new WorldState(clock, isStrict)
    if (hasRateLimits) this.state.rateLimits = new RateLimits(clock)
    if (!snapshot) return
    restoreSnapshot(this.state, snapshot)
    for (const record of this.state.people.values()) {
      this.#people.set(record.user.id, new Person(this.state, record))
    }
  }

  /** All bots, in the order of their creation. */
  get bots(): readonly Bot[] {
    return [...this.state.bots.values()]
  }

  /** All people, in the order of their creation. */
  get people(): readonly Person[] {
    return [...this.#people.values()]
  }

  /**
   * Adds a bot.
   * @throws TestingError BOT_USERNAME_FORM, BOT_TOKEN_FORM, BOT_TAKEN (id or username).
   */
  createBot(options: BotOptions): Bot {
    const bot = new Bot(options, this.state.clock)
    const taken = this.bots.find(
      (other) => other.id === bot.id || other.username.toLowerCase() === bot.username.toLowerCase(),
    )
    if (taken) {
      throw new TestingError(
        'BOT_TAKEN',
        `There is already the bot @${taken.username} with the id ${taken.id}.`,
      )
    }
    this.state.bots.set(bot.token, bot)
    return bot
  }

  /**
   * Adds a person.
   * @throws TestingError PERSON_NAME_EMPTY, PERSON_TAKEN (id).
   */
  createPerson(options: PersonOptions): Person {
    const { firstName, lastName, username, languageCode, id = this.state.takePersonId() } = options
    if (firstName.trim() === '') {
      throw new TestingError('PERSON_NAME_EMPTY', 'Everyone on Telegram has a first name. Give one.')
    }
    if (this.state.people.has(id)) {
      throw new TestingError('PERSON_TAKEN', `There is already a person with the id ${id}. Leave it out.`)
    }
    const user = {
      id,
      is_bot: false,
      first_name: firstName,
      ...(lastName && { last_name: lastName }),
      ...(username && { username }),
      ...(languageCode && { language_code: languageCode }),
    }
    const record = { user, blockedBotIds: new Set<number>() }
    this.state.people.set(id, record)
    const person = new Person(this.state, record)
    this.#people.set(id, person)
    return person
  }

  /** Adds a group with its members; no update is made of it. A forum is a supergroup. */
  createGroup({ type, isForum = false, ...options }: GroupOptions): Chat {
    return openGroup(this.state, isForum ? 'supergroup' : (type ?? 'group'), options, isForum)
  }

  /** Adds a channel; no update is made of it. */
  createChannel(options: ChannelOptions): Chat {
    const { bots = [], administrators = [], ...rest } = options
    return openGroup(this.state, 'channel', { ...rest, administrators: [...administrators, ...bots] }, false)
  }

  /**
   * Adds a sticker set that somebody has published: every bot can fetch it, none can change it.
   * @param emojis One for each sticker; the pictures are small stand-ins.
   */
  createStickerSet({ name, title, emojis }: StickerSetOptions): void {
    const sets = this.state.stickerSets
    const set = sets.open({ name, title, type: 'regular', botId: 0, needsRepainting: false })
    for (const emoji of emojis) {
      sets.put(set, { ...sampleFile('sticker'), kind: 'sticker', botId: 0 }, { emojis: [emoji] })
    }
  }

  /** Puts a gift up for sale, beside the four that every world has. @returns Its id, for sendGift. */
  createGift(options: GiftOptions): string {
    return this.state.gifts.add(options).id
  }

  /** Makes a group a supergroup, as Telegram does: a new id, and calls with the old one are refused and told the new. */
  migrate(group: Chat): Chat {
    return migrateGroup(this.state, group)
  }

  /**
   * Puts a crafted update into a bot's queue, exactly as it is: malformed, double or with any update_id.
   * @param update The update, or a function that builds it around the next update_id.
   */
  deliver(bot: Bot, update: unknown): void {
    bot.updates.addRaw(typeof update === 'function' ? update(bot.updates.takeId()) : update)
  }

  /**
   * Ends every wait in a chat with its error now, not when its time is up: for whoever runs a bot and knows that it
   * has failed there. Waits that begin later end at once too, until the bot gets another update.
   * @param about The id of the chat, or of the person.
   * @param reason Becomes the cause of the error, and its message the last line.
   */
  breakOff(bot: Bot, about: number, reason: Error): void {
    const { lastId } = bot.updates
    this.state.events.breakOff(about, reason, () => bot.updates.lastId === lastId)
  }

  /**
   * Calls a Bot API method in process, as the bot would over HTTP.
   * @throws ApiError The refusal; TestingError FAULT where a fault was ordered that leaves no answer.
   */
  async call(
    bot: Bot,
    method: string,
    values: Record<string, unknown> = {},
    options: CallOptions = {},
  ): Promise<unknown> {
    const parameters = new Parameters(values)
    const fault = this.faults.isArmed ? this.faults.take(method, parameters.text('chat_id')) : undefined
    const carryOut = async () => {
      const result = await this.callWith(bot, method, parameters, options.signal)
      return result instanceof DescribedResult ? result.result : result
    }
    return fault ? sufferFault(fault, carryOut, options.signal) : carryOut()
  }

  /** As {@link World.call}, for a face that has parsed the parameters itself. Throws where that rejects. */
  callWith(bot: Bot, method: string, parameters: Parameters, signal?: AbortSignal): unknown {
    return callMethod(method, { state: this.state, bot, parameters, webhooks: this.#webhooks, signal })
  }

  /** The world as plain JSON, for {@link WorldOptions.snapshot}. It contains the bots' tokens. */
  snapshot(): WorldSnapshot {
    return takeSnapshot(this.state)
  }

  /** Empties every chat and queue. Bots, people and groups stay, and no id is used twice. */
  reset(): void {
    this.state.reset()
  }

  /** Ends webhook deliveries and long polls. The world can still be looked at. */
  close(): void {
    for (const bot of this.bots) {
      this.#setWebhook(bot, undefined)
      bot.waitingPoll?.displace(new ApiError(500, 'Internal Server Error: restart'))
    }
  }

  /** As {@link World.close}. */
  [Symbol.dispose](): void {
    this.close()
  }

  #setWebhook(bot: Bot, webhook: Webhook | undefined): void {
    this.#deliveries.get(bot)?.stop()
    this.#deliveries.delete(bot)
    bot.webhook = webhook
    if (!webhook) return
    const delivery = new WebhookDelivery({
      bot,
      webhook,
      clock: this.state.clock,
      call: (method, values) => {
        // Nobody hears of a refusal: the real server drops it too.
        void this.call(bot, method, values).catch(() => undefined)
      },
      onGone: () => this.#setWebhook(bot, undefined),
    })
    this.#deliveries.set(bot, delivery)
  }
}
