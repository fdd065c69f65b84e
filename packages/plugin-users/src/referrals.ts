/** Who brought whom: a link for each person, counted for those who come by it for the first time. */
import { randomBytes } from 'node:crypto'
import type { DatabaseSession } from '@hello/core'
import { toSafeInteger } from '@hello/core/models'
import { UsersError } from './users-error.js'

/** What the payload of `/start` begins with, where somebody comes by a link. */
const payloadPrefix = 'ref_'

/** 72 random bits: nobody guesses a link. Base64url, since Telegram allows A–Z, a–z, 0–9, _ and - in a deep link. */
const codeBytes = 9

/** Whom people bring. The service `userReferrals`. */
export class UserReferrals {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  /**
   * The link of a person, made when it is first asked for; it stays the same.
   *
   * @param id `users.id`
   * @param botUsername without the @
   * @throws UsersError USERS_UNKNOWN
   */
  async linkOf(id: number, botUsername: string): Promise<string> {
    const [row] = await this.#session.sql<{ referral_code: string }>`
      UPDATE users SET referral_code = coalesce(referral_code, ${randomBytes(codeBytes).toString('base64url')})
      WHERE id = ${id} RETURNING referral_code`
    if (row === undefined) throw new UsersError('USERS_UNKNOWN', `There is no person with the id ${id}.`)
    return `https://t.me/${botUsername}?start=${payloadPrefix}${row.referral_code}`
  }

  /** How many people somebody has brought. @param id `users.id` */
  async countOf(id: number): Promise<number> {
    const [row] = await this.#session.sql<{ total: string }>`
      SELECT count(*) AS total FROM users WHERE referrer_id = ${id}`
    return toSafeInteger(row?.total ?? 0)
  }

  /**
   * Counts somebody who was created in this transaction. That makes self-referrals and rings impossible, at any number
   * of simultaneous updates: nobody can have the link of a person who is not committed yet.
   *
   * @param id `users.id`
   * @param startPayload what stood behind `/start`
   * @returns whether it was a link of somebody whom the bot listens to
   * @internal
   */
  async countNewcomer(id: number, startPayload: string): Promise<boolean> {
    if (!startPayload.startsWith(payloadPrefix)) return false
    const rows = await this.#session.sql<{ id: number }>`
      UPDATE users SET referrer_id = referrer.id FROM users AS referrer
      WHERE users.id = ${id} AND users.referrer_id IS NULL AND referrer.id <> users.id
        AND referrer.referral_code = ${startPayload.slice(payloadPrefix.length)} AND referrer.banned_at IS NULL
      RETURNING users.id`
    return rows.length > 0
  }
}
