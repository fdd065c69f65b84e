/** The service that other plugins use: who is it that talks to the bot, and what may become of them? */
import type { Page } from '@hello/core'
import type { TelegramTypes } from '@hello/core/telegraf'
import type { UsersOptions } from './options.js'
import { parseRole, type Role, roleByOptions } from './role.js'
import type { Status, StatusMachine } from './status.js'
import { assertLimit, type ListRequest, type UserFilter, type UserPageRequest } from './user-query.js'
import { isSameProfile, profileOf, type UserRecord } from './user-record.js'
import type { RememberedUser, UserRepository } from './user-repository.js'
import { UsersError } from './users-error.js'

interface Needs {
  readonly userRepository: UserRepository
  readonly userStatusMachine: StatusMachine
  readonly options: UsersOptions
}

/** Who talks to the bot. The service `users`. Everything it writes joins the update's transaction. */
export class Users {
  readonly #repository: UserRepository
  readonly #machine: StatusMachine
  readonly #options: UsersOptions
  /** Who sent the update, as the middleware has read them; until somebody is written. */
  #sender: UserRecord | undefined
  /** Who was created in this update. */
  readonly #created = new Set<number>()

  constructor({ userRepository, userStatusMachine, options }: Needs) {
    this.#repository = userRepository
    this.#machine = userStatusMachine
    this.#options = options
  }

  /**
   * Gives the person, created or refreshed. The plugin's middleware has read who sent the update, so that this costs
   * nothing for them; for others it is one prepared statement where the profile is known and has not changed, two where
   * it has. Nothing is written where nothing has changed.
   *
   * @param from as Telegram sends it (Bot API, User)
   */
  async remember(from: TelegramTypes.User): Promise<RememberedUser> {
    const profile = profileOf(from)
    const known = this.#ifSender(profile.telegramId) ?? (await this.get(profile.telegramId))
    if (known !== undefined && isSameProfile(known, profile)) return this.#asRemembered(known)
    const { isNew, ...saved } = await this.#repository.save(profile)
    if (isNew) this.#created.add(saved.telegramId)
    return this.#asRemembered(this.#written(saved))
  }

  /**
   * Reads who sends the update, for the rest of it; asked again with `remember` or `get`, they cost nothing.
   *
   * @param creates whether somebody whom the bot has not met is created
   * @internal
   */
  async meet(
    from: TelegramTypes.User,
    { creates }: { readonly creates: boolean },
  ): Promise<RememberedUser | undefined> {
    const known = await this.#repository.findByTelegramId(from.id)
    if (known === undefined && !creates) return undefined
    this.#sender = known
    const met = await this.remember(from)
    const { isNew: _, ...sender } = met
    this.#sender = sender
    return met
  }

  /** The person with this Telegram id, where the bot has met them. Costs nothing for who sent the update. */
  async get(telegramId: number): Promise<UserRecord | undefined> {
    return this.#ifSender(telegramId) ?? this.#repository.findByTelegramId(telegramId)
  }

  /** The person with this `users.id`. */
  getById(id: number): Promise<UserRecord | undefined> {
    return this.#repository.findById(id)
  }

  /**
   * The person whom somebody means.
   *
   * @param who a Telegram id, or a username with or without the @; upper and lower case are the same
   */
  async find(who: string | number): Promise<UserRecord | undefined> {
    const text = String(who).trim().replace(/^@/, '')
    if (text === '') return undefined
    return /^\d{1,16}$/.test(text) ? this.get(Number(text)) : this.#repository.findByUsername(text)
  }

  /**
   * Part of the list of people, in the order in which the bot met them.
   *
   * @returns `next` is the `after` of the part that follows; absent at the end
   * @throws UsersError USERS_QUERY
   */
  async list(request: ListRequest = {}): Promise<{ users: UserRecord[]; next?: number }> {
    const { limit = 100 } = request
    const users = await this.#repository.list({ ...request, limit })
    const last = users.at(-1)
    return users.length < limit || last === undefined ? { users } : { users, next: last.id }
  }

  /** A page of the list, the newest people first, with all that buttons need. Its cost grows with the list; `list` has one that does not. @throws UsersError USERS_QUERY */
  page(request: UserPageRequest): Promise<Page & { users: UserRecord[] }> {
    return this.#repository.page(request)
  }

  /** How many people there are, or fit. @throws UsersError USERS_QUERY */
  count(filter: UserFilter = {}): Promise<number> {
    return this.#repository.count(filter)
  }

  /** The people whom the bot met last, the newest first. @param limit from 1 to 1000. @throws UsersError USERS_QUERY */
  recent(limit = 10): Promise<UserRecord[]> {
    return this.#repository.recent(limit)
  }

  /**
   * People whose username, full name or last name begins with the text, or whose Telegram id it is.
   *
   * @param text at least one character; upper and lower case are the same
   * @param limit from 1 to 1000
   * @throws UsersError USERS_QUERY
   */
  async search(text: string, limit = 20): Promise<UserRecord[]> {
    assertLimit('limit', limit)
    const wanted = text.trim().replace(/^@/, '')
    if (wanted === '')
      throw new UsersError('USERS_QUERY', 'The text to search for is empty. Give at least one character.')
    return this.#repository.search(wanted.slice(0, 255), limit)
  }

  /**
   * Takes a step in the life of a person. Staying is no step, and does nothing.
   *
   * @param id `users.id`
   * @throws UsersError USERS_STATUS_UNKNOWN, USERS_STATUS_STEP: no step leads there. USERS_UNKNOWN. Nothing was written.
   */
  async setStatus(id: number, status: Status): Promise<UserRecord> {
    const sources = this.#machine.sourcesOf(status)
    const moved = await this.#repository.moveStatus(id, sources, status)
    if (moved !== undefined) return this.#written(moved)
    const user = await this.#existing(id)
    if (user.status === status) return user
    throw new UsersError(
      'USERS_STATUS_STEP',
      `${user.displayName} (${id}) is "${user.status}", from which no step leads to "${status}". It is reached from: ${sources.join(', ') || 'nowhere'}.`,
    )
  }

  /**
   * Gives a person a role.
   *
   * @param id `users.id`
   * @throws UsersError USERS_ROLE_UNKNOWN; USERS_ROLE_FIXED: the options give them a role; USERS_LAST_OWNER: nobody
   * would be an owner; USERS_UNKNOWN. Nothing was written.
   */
  async setRole(id: number, role: Role): Promise<UserRecord> {
    parseRole(role)
    const user = await this.#existing(id)
    const given = roleByOptions(user.telegramId, this.#options)
    if (given !== undefined && given !== role)
      throw new UsersError(
        'USERS_ROLE_FIXED',
        `${user.displayName} (${id}) is ${given} by the options of the plugin (ownerTelegramIds, adminTelegramIds). Change it there.`,
      )
    if (user.role === 'owner' && role !== 'owner') await this.#assertOwnerBeside(user)
    return this.#found(id, await this.#repository.setRole(id, role))
  }

  /**
   * Keeps the language that a person chose. In this update `ctx.language` stays as it is; set it too.
   *
   * @param id `users.id`
   * @param language BCP 47, such as `ru` or `pt-BR`; null: as Telegram says
   * @throws UsersError USERS_LANGUAGE, USERS_UNKNOWN: nothing was written.
   */
  async setLanguage(id: number, language: string | null): Promise<UserRecord> {
    if (language !== null && !/^[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}$/.test(language))
      throw new UsersError(
        'USERS_LANGUAGE',
        `"${language.slice(0, 40)}" is no tag of a language, such as en, ru or pt-BR.`,
      )
    return this.#found(id, await this.#repository.setLanguage(id, language))
  }

  /**
   * Bans a person: no handler gets their updates any more. Who is banned already stays so.
   *
   * @param id `users.id`
   * @throws UsersError USERS_OWNER_BAN: owners must be demoted first; USERS_UNKNOWN. Nothing was written.
   */
  async ban(id: number): Promise<UserRecord> {
    const user = await this.#existing(id)
    if (user.role === 'owner')
      throw new UsersError(
        'USERS_OWNER_BAN',
        `${user.displayName} (${id}) is an owner, and owners cannot be banned. Take the role away first.`,
      )
    return this.#found(id, await this.#repository.setBanned(id, true))
  }

  /** Lifts a ban. @param id `users.id` @throws UsersError USERS_UNKNOWN */
  async unban(id: number): Promise<UserRecord> {
    return this.#found(id, await this.#repository.setBanned(id, false))
  }

  /** Notes that who sent the update writes again after they were out of reach or silent. @internal */
  async comeBack(id: number): Promise<UserRecord> {
    this.#sender = this.#found(id, await this.#repository.comeBack(id))
    return this.#sender
  }

  /**
   * Removes the row of a person and all that refers to it by `ON DELETE CASCADE`; `userPrivacy.erase` is what erases
   * them in every plugin. Of somebody who is banned the Telegram id and the ban stay.
   *
   * @param id `users.id`
   * @throws UsersError USERS_LAST_OWNER, USERS_UNKNOWN: nothing was removed.
   */
  async erase(id: number): Promise<void> {
    const user = await this.#existing(id)
    if (user.role === 'owner') await this.#assertOwnerBeside(user)
    await this.#repository.erase(id)
    this.#sender = undefined
    this.#created.delete(user.telegramId)
  }

  async #assertOwnerBeside(user: UserRecord): Promise<void> {
    if (this.#options.ownerTelegramIds.length > 0) return
    const owners = await this.#repository.lockOwners()
    if (owners.some((id) => id !== user.id)) return
    throw new UsersError(
      'USERS_LAST_OWNER',
      `${user.displayName} (${user.id}) is the last owner. Make somebody else an owner first, or name one in ownerTelegramIds.`,
    )
  }

  async #existing(id: number): Promise<UserRecord> {
    return this.#found(id, await this.#repository.findById(id))
  }

  #found(id: number, user: UserRecord | undefined): UserRecord {
    if (user === undefined) throw new UsersError('USERS_UNKNOWN', `There is no person with the id ${id}.`)
    return this.#written(user)
  }

  /** What was read before may be out of date, and what was written may yet be undone by an `attempt`: it is read again. */
  #written(user: UserRecord): UserRecord {
    this.#sender = undefined
    return user
  }

  #ifSender(telegramId: number): UserRecord | undefined {
    return this.#sender?.telegramId === telegramId ? this.#sender : undefined
  }

  #asRemembered(user: UserRecord): RememberedUser {
    return { isNew: this.#created.has(user.telegramId), ...user }
  }
}
