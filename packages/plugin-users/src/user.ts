/** The model of a person who talks to the bot, and the names under which they are shown. */
import { bigint, Column, CreatedAt, DataType, Model, Table, UpdatedAt } from '@hello/core/models'
import type { Role } from './role.js'
import type { Status } from './status.js'

/** What Telegram tells of a person, as it is kept. */
export interface Profile {
  /** Telegram's id: an integer below 2^52. */
  readonly telegramId: number
  /** Without the @. It can move to another person. */
  readonly username: string | null
  /** As its owner wrote it, without NUL and half characters. Null where nothing is left. */
  readonly firstName: string | null
  /** Null where there is none. */
  readonly lastName: string | null
  /** IETF language tag of the person's app, such as `en` or `pt-br`. */
  readonly languageCode: string | null
}

/** First and last name with a space between; empty where neither is known. */
export function fullNameOf({ firstName, lastName }: Pick<Profile, 'firstName' | 'lastName'>): string {
  return [firstName, lastName].filter(Boolean).join(' ')
}

/** The best name to show: the username, else the full name, else `User` and the Telegram id. */
export function displayNameOf(profile: Profile): string {
  return profile.username || fullNameOf(profile) || `User${profile.telegramId}`
}

/** A row of `users`. For what runs on every update use {@link Users.remember}, which needs no model. */
@Table({ tableName: 'users' })
export class User extends Model {
  /** The stable key that other plugins' tables refer to. */
  @Column({ type: DataType.INTEGER, primaryKey: true, autoIncrement: true })
  declare id: number

  /** See {@link Profile}, as the columns below. */
  @Column(bigint('telegramId', { allowNull: false, unique: true }))
  declare telegramId: number

  @Column(DataType.STRING(255))
  declare username: string | null

  @Column(DataType.STRING(255))
  declare firstName: string | null

  @Column(DataType.STRING(255))
  declare lastName: string | null

  @Column(DataType.STRING(35))
  declare languageCode: string | null

  /** Chosen by the person; null: as `languageCode` says. */
  @Column(DataType.STRING(35))
  declare language: string | null

  /** Where the person is in their life with the bot. Change it by `users.setStatus`, which refuses wrong steps. */
  @Column({ type: DataType.STRING(40), allowNull: false, defaultValue: 'new' })
  declare status: Status

  /** As the database has it; the options may give a higher one. Change it by `users.setRole`. */
  @Column({ type: DataType.STRING(20), allowNull: false, defaultValue: 'user' })
  declare role: Role

  @Column(DataType.DATE)
  declare bannedAt: Date | null

  @Column(DataType.DATE)
  declare blockedBotAt: Date | null

  @Column(DataType.STRING(32))
  declare referralCode: string | null

  /** The `id` of who brought the person. */
  @Column(DataType.INTEGER)
  declare referrerId: number | null

  /** May lag some seconds. */
  @Column(bigint('totalMessages', { allowNull: false, defaultValue: 0 }))
  declare totalMessages: number

  /** May lag some seconds. */
  @Column(DataType.DATE)
  declare lastActivityAt: Date | null

  @CreatedAt
  declare createdAt: Date

  @UpdatedAt
  declare updatedAt: Date

  /** See {@link displayNameOf}. */
  get displayName(): string {
    return displayNameOf(this)
  }

  /** See {@link fullNameOf}. */
  get fullName(): string {
    return fullNameOf(this)
  }

  /** Whether the bot talks with them: neither banned nor out of reach. */
  get isActive(): boolean {
    return this.bannedAt === null && this.blockedBotAt === null
  }
}
