/** What all plugins know of a person: shown by `/me`, erased by `/forget`. Plugins take part through an extension point. */
import { type DatabaseSession, defineExtension, eraseStateOf, type UpdateExtensions } from '@hello/core'
import type { UserRecord } from './user-record.js'
import type { Users } from './users.js'

/** What one plugin keeps of people. Built anew for each unit of work; all of it joins the transaction. */
export interface PersonalData {
  /**
   * What is kept, for the person to read: a line each, in their language.
   *
   * @param language as `ctx.language` has it
   */
  describe(user: UserRecord, language: string): Promise<readonly string[]>
  /** Removes it. Leave it out where there is nothing but typed state (`defineState`), which goes by itself. Runs before the row in `users` is removed; rows that refer to it by `ON DELETE CASCADE` need nothing. */
  erase?(user: UserRecord): Promise<void>
}

/**
 * Where plugins say what they keep of a person.
 *
 * @example
 * ```ts
 * contributions: (contribute) => [
 *   contribute(personalData, ({ session, translate }) => ({
 *     describe: async (user, language) => [translate(language)('orders', { count: await countOf(user.id) })],
 *     erase: async (user) => { await session.sql`DELETE FROM orders WHERE user_id = ${user.id}` },
 *   })),
 * ]
 * ```
 */
export const personalData = defineExtension<PersonalData, 'update'>('users/personal-data', {
  scope: 'update',
})

/** What is kept of a person, of all plugins. The service `userPrivacy`. */
export class UserPrivacy {
  readonly #extensions: UpdateExtensions
  readonly #users: Users
  readonly #session: DatabaseSession

  constructor({
    extensions,
    users,
    session,
  }: {
    extensions: UpdateExtensions
    users: Users
    session: DatabaseSession
  }) {
    this.#extensions = extensions
    this.#users = users
    this.#session = session
  }

  /** What the plugins keep, by plugin; those that keep nothing of them are left out. */
  async describe(
    user: UserRecord,
    language: string,
  ): Promise<readonly { readonly plugin: string; readonly lines: readonly string[] }[]> {
    const kept = []
    for (const { plugin, value } of this.#extensions.of(personalData)) {
      const lines = await value.describe(user, language)
      if (lines.length > 0) kept.push({ plugin, lines })
    }
    return kept
  }

  /**
   * Erases a person in every plugin, with their typed state and conversations, in one transaction: all of it, or nothing. Updates and messages that core keeps go
   * after 48 hours by themselves. Of somebody who is banned the Telegram id and the ban stay, or it would lift the ban.
   *
   * @throws UsersError USERS_LAST_OWNER, USERS_UNKNOWN; what a plugin throws. The unit of work is to be given up then.
   */
  async erase(user: UserRecord): Promise<void> {
    // In reverse: who starts later may refer to what earlier plugins keep.
    for (const { value } of this.#extensions.of(personalData).toReversed()) await value.erase?.(user)
    await eraseStateOf(this.#session, user.telegramId)
    await this.#users.erase(user.id)
  }
}
