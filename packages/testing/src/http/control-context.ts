/** Who acts and with which bot, when a request to the control API does or does not say so. */
import { TestingError } from '../errors.js'
import type { Bot } from '../world/bot.js'
import type { Chat } from '../world/chat.js'
import type { Person } from '../world/person.js'
import type { World } from '../world.js'

/** Who speaks, and to whom, where a request does not say. */
export interface ControlDefaults {
  /** @default the first person of the world; one named Alex where there is none */
  person?: Person
  /** @default the first bot of the world */
  bot?: Bot
}

/** A world as the control API sees it. */
export class ControlContext {
  readonly #defaults: ControlDefaults

  constructor(
    readonly world: World,
    defaults: ControlDefaults,
  ) {
    this.#defaults = defaults
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

  /** The person's private chat with the bot, if it has been opened. */
  chat(person: Person): Chat | undefined {
    return this.world.state.privateChat(this.bot.id, person.id)
  }

  #defaultPerson(): Person {
    return this.#defaults.person ?? this.world.people[0] ?? this.world.createPerson({ firstName: 'Alex' })
  }
}
