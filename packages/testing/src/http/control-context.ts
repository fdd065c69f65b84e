/** Who acts and with which bot, when a request to the control API does or does not say so. */
import { TestingError } from '../errors.js'
import { Inspector } from '../playground/inspector.js'
import type { BotState } from '../playground/stream-events.js'
import type { Bot } from '../world/bot.js'
import type { Chat } from '../world/chat.js'
import type { FaultPlan } from '../world/faults.js'
import type { Person } from '../world/person.js'
import type { World } from '../world.js'
import { Conditions } from './conditions.js'

/** The JSON object of a request. */
export type ControlBody = Readonly<Record<string, unknown>>

/** Who speaks, and to whom, where a request does not say. */
export interface ControlDefaults {
  /** @default the first person of the world; one named Alex where there is none */
  person?: Person
  /** @default the first bot of the world */
  bot?: Bot
}

/** Starts and stops the bot that talks to a server, for whoever runs both. */
export interface BotSwitch {
  readonly state: BotState
  /** Resolves once it runs, also where it ran already. Rejects with what stands against it. */
  start(): Promise<void>
  /** Resolves once it has stopped, also where it had before. */
  stop(): Promise<void>
}

/** What a server has beside its world. */
export interface ControlParts {
  /** Faults of the server that this API stands on. */
  readonly faults: FaultPlan
  readonly conditions: Conditions
  readonly inspector: Inspector
  readonly botSwitch: BotSwitch | undefined
}

/** A world as the control API sees it. */
export class ControlContext {
  readonly faults: FaultPlan
  readonly conditions: Conditions
  readonly inspector: Inspector
  readonly botSwitch: BotSwitch | undefined
  readonly #defaults: ControlDefaults
  readonly #listeners = new Set<() => void>()

  constructor(
    readonly world: World,
    defaults: ControlDefaults,
    parts: Partial<ControlParts> = {},
  ) {
    this.#defaults = defaults
    this.faults = parts.faults ?? world.faults
    this.conditions = parts.conditions ?? new Conditions()
    this.inspector = parts.inspector ?? new Inspector()
    this.botSwitch = parts.botSwitch
  }

  /** Tells whoever listens that an action was carried out, or that the bot's state may be another. */
  acted(): void {
    for (const listener of this.#listeners) listener()
  }

  /** Calls `listener` after each action from now on. */
  onActed(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * The bot that people talk to.
   * @throws TestingError BOT_MISSING.
   */
  get bot(): Bot {
    const bot = this.#defaults.bot ?? this.world.bots[0]
    if (!bot) throw new TestingError('BOT_MISSING', 'The world has no bot yet. Create one first.')
    return bot
  }

  /**
   * The person named by id, username or display name; without a name the default one.
   * @throws TestingError PERSON_UNKNOWN.
   */
  person(name: unknown): Person {
    if (name === undefined || name === null || name === '') return this.#defaultPerson()
    const wanted = String(name).replace(/^@/, '')
    const found = this.world.people.find(
      (person) => String(person.id) === wanted || person.user.username === wanted || person.name === wanted,
    )
    if (found) return found
    const known = this.world.people.map((person) => person.name).join(', ')
    throw new TestingError('PERSON_UNKNOWN', `There is no person "${wanted}" (found: ${known || 'nobody'}).`)
  }

  /**
   * The person's private chat with the bot, if it has been opened; or the group or channel that is named.
   * @throws TestingError CONTROL_INPUT: no group has this id, username or title.
   */
  chat(person: Person, name?: unknown): Chat | undefined {
    return this.group(name) ?? this.world.state.privateChat(this.bot.id, person.id)
  }

  /** The group or channel named by id, username or title; undefined without a name. */
  group(name: unknown): Chat | undefined {
    if (name === undefined || name === null || name === '') return undefined
    const wanted = String(name).replace(/^@/, '')
    const groups = [...this.world.state.chats.values()].filter(({ object }) => object.type !== 'private')
    const found = groups.find(
      ({ id, object }) => String(id) === wanted || object.username === wanted || object.title === wanted,
    )
    if (found) return found
    const known = groups.map(({ object }) => object.title).join(', ')
    throw new TestingError('CONTROL_INPUT', `There is no group "${wanted}" (found: ${known || 'none'}).`)
  }

  #defaultPerson(): Person {
    return this.#defaults.person ?? this.world.people[0] ?? this.world.createPerson({ firstName: 'Alex' })
  }
}
