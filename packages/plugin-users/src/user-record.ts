/** A person as they stand in the database, and how a row is read as one. Pure. */

import { toSafeInteger } from '@hello/core/models'
import type { TelegramTypes } from '@hello/core/telegraf'
import type { UsersOptions } from './options.js'
import { effectiveRole, type Role } from './role.js'
import type { Status } from './status.js'
import { displayNameOf, fullNameOf, type Profile } from './user.js'

/** A person as they stand in the database. */
export interface UserRecord extends Profile {
  /** The stable key that other plugins' tables refer to. */
  readonly id: number
  /** Chosen by the person (BCP 47). Null: as `languageCode` says. */
  readonly language: string | null
  /** Where the person is in their life with the bot. */
  readonly status: Status
  /** What they may do: the higher of the role in the database and the one that the options give. */
  readonly role: Role
  /** Since when the bot does not listen to them. */
  readonly bannedAt: Date | null
  /** Since when the bot cannot write to them: they blocked it, or their account is gone. */
  readonly blockedBotAt: Date | null
  /** Neither banned nor out of reach. */
  readonly isActive: boolean
  /** The `id` of who brought them; null where nobody did, or where that person was forgotten. */
  readonly referrerId: number | null
  /** Messages that they have sent to the bot. May lag some seconds, and lacks those of the last seconds before a kill. */
  readonly totalMessages: number
  /** When they last did anything. As exact as `totalMessages`; null before the first time. */
  readonly lastActivityAt: Date | null
  /** When the bot met them. */
  readonly createdAt: Date
  /** When profile, language, status, role, ban or block last changed. */
  readonly updatedAt: Date
  /** See `displayNameOf`. */
  readonly displayName: string
  /** See `fullNameOf`. */
  readonly fullName: string
}

/** A row as the driver gives it. */
export interface UserRow {
  id: number
  telegram_id: string
  username: string | null
  first_name: string | null
  last_name: string | null
  language_code: string | null
  language: string | null
  status: string
  role: Role
  banned_at: Date | null
  blocked_bot_at: Date | null
  referrer_id: number | null
  total_messages: string
  last_activity_at: Date | null
  created_at: Date
  updated_at: Date
}

/** Reads a row. @throws DatabaseError DB_UNSAFE_INTEGER */
export function toRecord(row: UserRow, options: UsersOptions): UserRecord {
  const telegramId = toSafeInteger(row.telegram_id)
  const profile: Profile = {
    telegramId,
    username: row.username,
    firstName: row.first_name,
    lastName: row.last_name,
    languageCode: row.language_code,
  }
  return {
    id: row.id,
    ...profile,
    language: row.language,
    status: row.status,
    role: effectiveRole(row.role, telegramId, options),
    bannedAt: row.banned_at,
    blockedBotAt: row.blocked_bot_at,
    isActive: row.banned_at === null && row.blocked_bot_at === null,
    referrerId: row.referrer_id,
    totalMessages: toSafeInteger(row.total_messages),
    lastActivityAt: row.last_activity_at,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    displayName: displayNameOf(profile),
    fullName: fullNameOf(profile),
  }
}

/** What is kept of what Telegram says (Bot API, User). */
export function profileOf(from: TelegramTypes.User): Profile {
  return {
    telegramId: from.id,
    username: clean(from.username),
    firstName: clean(from.first_name),
    lastName: clean(from.last_name),
    languageCode: clean(from.language_code),
  }
}

/** Whether nothing of the profile has changed. */
export function isSameProfile(a: Profile, b: Profile): boolean {
  return (
    a.username === b.username &&
    a.firstName === b.firstName &&
    a.lastName === b.lastName &&
    a.languageCode === b.languageCode
  )
}

/** As the columns can hold it: PostgreSQL's text has no NUL, and half a surrogate pair is no character. */
function clean(text: string | undefined): string | null {
  return text?.replaceAll('\u0000', '').toWellFormed() || null
}
