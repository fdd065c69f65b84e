/** The service that other plugins use: who is it that talks to the bot? */
import type { TelegramTypes } from '@hello/core/telegraf'
import type { Profile } from './user.js'
import type { UserRecord, UserRepository } from './user-repository.js'

/** A person, and whether this is the first time that they are seen. */
export interface RememberedUser extends UserRecord {
  /** Whether this call created them. */
  readonly isNew: boolean
}

/** Who talks to the bot. The service `users`. Everything it writes joins the update's transaction. */
export class Users {
  readonly #repository: UserRepository

  constructor({ userRepository }: { userRepository: UserRepository }) {
    this.#repository = userRepository
  }

  /**
   * Gives the person, created or refreshed. One prepared statement where the profile is known and has not changed,
   * two where it has; nothing is written in the first case.
   *
   * @param from as Telegram sends it (Bot API, User)
   */
  async remember(from: TelegramTypes.User): Promise<RememberedUser> {
    const profile = profileOf(from)
    const known = await this.#repository.findByTelegramId(profile.telegramId)
    if (known !== undefined && isSame(known, profile)) return { ...known, isNew: false }
    return this.#repository.save(profile)
  }

  /** The person with this Telegram id, where the bot has met them. */
  get(telegramId: number): Promise<UserRecord | undefined> {
    return this.#repository.findByTelegramId(telegramId)
  }
}

function profileOf(from: TelegramTypes.User): Profile {
  return {
    telegramId: from.id,
    username: clean(from.username),
    firstName: clean(from.first_name),
    lastName: clean(from.last_name),
    languageCode: clean(from.language_code),
  }
}

/** As the columns can hold it: PostgreSQL's text has no NUL, and half a surrogate pair is no character. */
function clean(text: string | undefined): string | null {
  return text?.replaceAll('\u0000', '').toWellFormed() || null
}

function isSame(a: Profile, b: Profile): boolean {
  return (
    a.username === b.username &&
    a.firstName === b.firstName &&
    a.lastName === b.lastName &&
    a.languageCode === b.languageCode
  )
}
