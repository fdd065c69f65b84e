/** How people are read and written: prepared statements for what runs on every update. */
import type { DatabaseSession } from '@hello/core'
import { toSafeInteger } from '@hello/core/models'
import { displayNameOf, fullNameOf, type Profile } from './user.js'

/** A person as they stand in the database. */
export interface UserRecord extends Profile {
  /** The stable key that other plugins' tables refer to. */
  readonly id: number
  /** When the bot met them. */
  readonly createdAt: Date
  /** When the profile last changed. */
  readonly updatedAt: Date
  /** See `displayNameOf`. */
  readonly displayName: string
  /** See `fullNameOf`. */
  readonly fullName: string
}

interface Row {
  id: number
  telegram_id: string
  username: string | null
  first_name: string | null
  last_name: string | null
  language_code: string | null
  created_at: Date
  updated_at: Date
}

/** Reads and writes people in the update's transaction. The service `userRepository`. */
export class UserRepository {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  /** @param telegramId an integer below 2^52 */
  async findByTelegramId(telegramId: number): Promise<UserRecord | undefined> {
    const [row] = await this.#session.sql<Row>`
      SELECT id, telegram_id, username, first_name, last_name, language_code, created_at, updated_at
      FROM users WHERE telegram_id = ${telegramId}`
    return row && toRecord(row)
  }

  /** Creates the person or refreshes their profile; right under any number of simultaneous calls. */
  async save(profile: Profile): Promise<UserRecord & { readonly isNew: boolean }> {
    const { telegramId, username, firstName, lastName, languageCode } = profile
    // xmax is 0 in a row that this statement inserted, and this transaction's id in one that it updated.
    const rows = await this.#session.sql<Row & { is_new: boolean }>`
      INSERT INTO users (telegram_id, username, first_name, last_name, language_code)
      VALUES (${telegramId}, ${username}, ${firstName}, ${lastName}, ${languageCode})
      ON CONFLICT (telegram_id) DO UPDATE SET
        username = excluded.username, first_name = excluded.first_name, last_name = excluded.last_name,
        language_code = excluded.language_code, updated_at = clock_timestamp()
      RETURNING id, telegram_id, username, first_name, last_name, language_code, created_at, updated_at, xmax = 0 AS is_new`
    const row = rows[0] as Row & { is_new: boolean }
    return { ...toRecord(row), isNew: row.is_new }
  }
}

function toRecord(row: Row): UserRecord {
  const profile: Profile = {
    telegramId: toSafeInteger(row.telegram_id),
    username: row.username,
    firstName: row.first_name,
    lastName: row.last_name,
    languageCode: row.language_code,
  }
  return {
    id: row.id,
    ...profile,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    displayName: displayNameOf(profile),
    fullName: fullNameOf(profile),
  }
}
