/** How people are read and written: prepared statements for what runs on every update. */
import { type DatabaseSession, defineLoader, type Page, planPage, raw, statement } from '@hello/core'
import { toSafeInteger } from '@hello/core/models'
import type { UsersOptions } from './options.js'
import type { Profile } from './user.js'
import {
  assertLimit,
  conditionOf,
  type ListRequest,
  type UserFilter,
  type UserPageRequest,
} from './user-query.js'
import { toRecord, type UserRecord, type UserRow } from './user-record.js'

/** A person, and whether this is the first time that they are seen. */
export interface RememberedUser extends UserRecord {
  /** Whether they were created in this update. */
  readonly isNew: boolean
}

const columns = raw(
  'id, telegram_id, username, first_name, last_name, language_code, language, status, role, banned_at, blocked_bot_at, referrer_id, total_messages, last_activity_at, created_at, updated_at',
)

// Written out, not by a fragment, so that it is prepared: every update asks who sent it.
const byTelegramId = defineLoader<number, UserRow>({
  select: (telegramIds) => statement`
    SELECT id, telegram_id, username, first_name, last_name, language_code, language, status, role, banned_at,
      blocked_bot_at, referrer_id, total_messages, last_activity_at, created_at, updated_at
    FROM users WHERE telegram_id = ANY(${telegramIds}::bigint[])`,
  keyOf: ({ telegram_id }) => Number(telegram_id),
})

/** Reads and writes people in the update's transaction. The service `userRepository`; it checks no rules, which is what `users` does. */
export class UserRepository {
  readonly #session: DatabaseSession
  readonly #options: UsersOptions

  constructor({ session, options }: { session: DatabaseSession; options: UsersOptions }) {
    this.#session = session
    this.#options = options
  }

  /** @param telegramId an integer below 2^52 */
  async findByTelegramId(telegramId: number): Promise<UserRecord | undefined> {
    const row = await this.#session.load(byTelegramId, telegramId)
    return row && toRecord(row, this.#options)
  }

  /** @param id `users.id` */
  async findById(id: number): Promise<UserRecord | undefined> {
    return this.#first(await this.#session.sql<UserRow>`SELECT ${columns} FROM users WHERE id = ${id}`)
  }

  /** @param username without the @; upper and lower case are the same */
  async findByUsername(username: string): Promise<UserRecord | undefined> {
    const rows = await this.#session.sql<UserRow>`
      SELECT ${columns} FROM users WHERE lower(username) = lower(${username}) ORDER BY updated_at DESC LIMIT 1`
    return this.#first(rows)
  }

  /**
   * Creates the person or refreshes their profile; right under any number of simultaneous calls. Whoever had the
   * username before has lost it, since Telegram gives each to one person.
   */
  async save(profile: Profile): Promise<RememberedUser> {
    const { telegramId, username, firstName, lastName, languageCode } = profile
    // xmax is 0 in a row that this statement inserted, and this transaction's id in one that it updated.
    const rows = await this.#session.sql<UserRow & { is_new: boolean }>`
      WITH moved AS (
        UPDATE users SET username = NULL, updated_at = clock_timestamp()
        WHERE lower(username) = lower(${username}) AND telegram_id <> ${telegramId}
      )
      INSERT INTO users (telegram_id, username, first_name, last_name, language_code)
      VALUES (${telegramId}, ${username}, ${firstName}, ${lastName}, ${languageCode})
      ON CONFLICT (telegram_id) DO UPDATE SET
        username = excluded.username, first_name = excluded.first_name, last_name = excluded.last_name,
        language_code = excluded.language_code, updated_at = clock_timestamp()
      RETURNING id, telegram_id, username, first_name, last_name, language_code, language, status, role, banned_at,
        blocked_bot_at, referrer_id, total_messages, last_activity_at, created_at, updated_at, xmax = 0 AS is_new`
    const row = rows[0] as UserRow & { is_new: boolean }
    return { isNew: row.is_new, ...toRecord(row, this.#options) }
  }

  /** People in the order in which the bot met them, after a certain one. Its cost does not grow with the list. */
  async list({ after = 0, limit = 100, ...filter }: ListRequest): Promise<UserRecord[]> {
    assertLimit('limit', limit)
    const rows = await this.#session.sql<UserRow>`
      SELECT ${columns} FROM users WHERE id > ${after} AND ${conditionOf(filter)} ORDER BY id LIMIT ${limit}`
    return this.#all(rows)
  }

  /** A page, the newest people first. */
  async page({ page, pageSize, ...filter }: UserPageRequest): Promise<Page & { users: UserRecord[] }> {
    assertLimit('pageSize', pageSize)
    const planned = planPage({ page, pageSize, total: await this.count(filter) })
    const rows = await this.#session.sql<UserRow>`
      SELECT ${columns} FROM users WHERE ${conditionOf(filter)}
      ORDER BY id DESC OFFSET ${planned.offset} LIMIT ${planned.limit}`
    return { ...planned, users: this.#all(rows) }
  }

  /** How many there are. It reads all that fit. */
  async count(filter: UserFilter = {}): Promise<number> {
    const [row] = await this.#session.sql<{ total: string }>`
      SELECT count(*) AS total FROM users WHERE ${conditionOf(filter)}`
    return toSafeInteger(row?.total ?? 0)
  }

  /** The people whom the bot met last, the newest first. */
  async recent(limit: number): Promise<UserRecord[]> {
    assertLimit('limit', limit)
    return this.#all(
      await this.#session.sql<UserRow>`SELECT ${columns} FROM users ORDER BY id DESC LIMIT ${limit}`,
    )
  }

  /** People whose username, full name or last name begins with the text, and who has it as Telegram id. */
  async search(text: string, limit: number): Promise<UserRecord[]> {
    assertLimit('limit', limit)
    const prefix = `${text.toLowerCase().replaceAll(/[\\%_]/g, '\\$&')}%`
    const telegramId = /^\d{1,16}$/.test(text) ? Number(text) : -1
    // A union, so that each part uses its own index.
    const rows = await this.#session.sql<UserRow>`
      SELECT ${columns} FROM users WHERE id IN (
        (SELECT id FROM users WHERE telegram_id = ${telegramId})
        UNION (SELECT id FROM users WHERE lower(username) LIKE ${prefix} LIMIT ${limit})
        UNION (SELECT id FROM users
          WHERE lower(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) LIKE ${prefix} LIMIT ${limit})
        UNION (SELECT id FROM users WHERE lower(last_name) LIKE ${prefix} LIMIT ${limit})
      ) ORDER BY id LIMIT ${limit}`
    return this.#all(rows)
  }

  /** Sets the step where the status is one of `from`; otherwise, and where there is no such person, nothing. */
  async moveStatus(id: number, from: readonly string[], to: string): Promise<UserRecord | undefined> {
    const rows = await this.#session.sql<UserRow>`
      UPDATE users SET status = ${to}, updated_at = clock_timestamp()
      WHERE id = ${id} AND status = ANY(${from}) RETURNING ${columns}`
    return this.#first(rows)
  }

  /** @returns what is there now; `undefined` where there is no such person */
  async setRole(id: number, role: string): Promise<UserRecord | undefined> {
    const rows = await this.#session.sql<UserRow>`
      UPDATE users SET role = ${role}, updated_at = clock_timestamp() WHERE id = ${id} RETURNING ${columns}`
    return this.#first(rows)
  }

  /** Holds the owners of the database until the transaction ends, so that two cannot be demoted at once. */
  async lockOwners(): Promise<readonly number[]> {
    const rows = await this.#session.sql<{ id: number }>`
      SELECT id FROM users WHERE role = 'owner' ORDER BY id FOR UPDATE`
    return rows.map(({ id }) => id)
  }

  /** @returns what is there now; `undefined` where there is no such person */
  async setLanguage(id: number, language: string | null): Promise<UserRecord | undefined> {
    const rows = await this.#session.sql<UserRow>`
      UPDATE users SET language = ${language}, updated_at = clock_timestamp() WHERE id = ${id} RETURNING ${columns}`
    return this.#first(rows)
  }

  /** A ban keeps its first moment. @returns what is there now; `undefined` where there is no such person */
  async setBanned(id: number, isBanned: boolean): Promise<UserRecord | undefined> {
    const rows = await this.#session.sql<UserRow>`
      UPDATE users SET
        banned_at = CASE WHEN ${isBanned}::boolean THEN coalesce(banned_at, clock_timestamp()) END,
        updated_at = CASE WHEN (banned_at IS NOT NULL) = ${isBanned}::boolean THEN updated_at ELSE clock_timestamp() END
      WHERE id = ${id} RETURNING ${columns}`
    return this.#first(rows)
  }

  /** The bot cannot write to them any more. Who was active has churned. Nothing where it is known, or nobody is. */
  async markUnreachable(telegramId: number): Promise<void> {
    await this.#session.sql`
      UPDATE users SET blocked_bot_at = clock_timestamp(), updated_at = clock_timestamp(),
        status = CASE status WHEN 'active' THEN 'churned' ELSE status END
      WHERE telegram_id = ${telegramId} AND blocked_bot_at IS NULL`
  }

  /** The bot can write to them again. A ban stays. Nothing where that is known, or nobody is. */
  async markReachable(telegramId: number): Promise<void> {
    await this.#session.sql`
      UPDATE users SET blocked_bot_at = NULL, updated_at = clock_timestamp()
      WHERE telegram_id = ${telegramId} AND blocked_bot_at IS NOT NULL`
  }

  /** They write again: they are reachable, and who had churned is active. */
  async comeBack(id: number): Promise<UserRecord | undefined> {
    const rows = await this.#session.sql<UserRow>`
      UPDATE users SET blocked_bot_at = NULL, updated_at = clock_timestamp(),
        status = CASE status WHEN 'churned' THEN 'active' ELSE status END
      WHERE id = ${id} RETURNING ${columns}`
    return this.#first(rows)
  }

  /** Up to `limit` active people who have been silent since `before` become churned. @returns how many */
  async churn(before: Date, limit: number): Promise<number> {
    const rows = await this.#session.sql<{ id: number }>`
      UPDATE users SET status = 'churned', updated_at = clock_timestamp()
      WHERE status = 'active' AND id IN (
        SELECT id FROM users
        WHERE status = 'active' AND greatest(last_activity_at, created_at) < ${before}
        LIMIT ${limit} FOR NO KEY UPDATE SKIP LOCKED)
      RETURNING id`
    return rows.length
  }

  /** Removes the person. Of somebody who is banned the Telegram id and the ban stay, or erasing would lift it. */
  async erase(id: number): Promise<void> {
    await this.#session.sql`
      WITH kept AS (
        UPDATE users SET username = NULL, first_name = NULL, last_name = NULL, language_code = NULL, language = NULL,
          status = 'new', role = 'user', blocked_bot_at = NULL, referral_code = NULL, referrer_id = NULL,
          total_messages = 0, last_activity_at = NULL, created_at = banned_at, updated_at = banned_at
        WHERE id = ${id} AND banned_at IS NOT NULL
      )
      DELETE FROM users WHERE id = ${id} AND banned_at IS NULL`
  }

  #first(rows: readonly UserRow[]): UserRecord | undefined {
    return rows[0] && toRecord(rows[0], this.#options)
  }

  #all(rows: readonly UserRow[]): UserRecord[] {
    return rows.map((row) => toRecord(row, this.#options))
  }
}
