/** The service that other plugins use: say what happened. */
import type { DatabaseSession } from '@hello/core'
import { AnalyticsError } from './analytics-error.js'

/** Who and when, where it is not nobody and now. */
export interface TrackOptions {
  /** Who did it: the `id` of the users plugin, not Telegram's. */
  readonly userId?: number
}

/** Says what happened. The service `analytics`. Events are written in the update's transaction: they are there when it commits, and only then. */
export class Analytics {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  /**
   * Stores an event. One prepared statement.
   *
   * @param type what happened: 1–50 characters
   * @param data plain JSON
   * @throws AnalyticsError ANALYTICS_EVENT: the type is empty or too long, or `data` is no plain object. Nothing was stored.
   */
  async track(
    type: string,
    data: Readonly<Record<string, unknown>> = {},
    { userId }: TrackOptions = {},
  ): Promise<void> {
    if (type.length < 1 || type.length > 50) {
      throw new AnalyticsError(
        `The type of an event has 1–50 characters, "${type.slice(0, 60)}" has ${type.length}.`,
      )
    }
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw new AnalyticsError(
        `The data of event "${type}" must be an object; found ${Array.isArray(data) ? 'a list' : typeof data}.`,
      )
    }
    await this.#session.sql`
      INSERT INTO analytics_events (type, user_id, data)
      VALUES (${type}, ${userId ?? null}, ${JSON.stringify(data, cleanText)}::jsonb)`
  }
}

/** jsonb refuses NUL (22P05) and half a surrogate pair (22P02), and people can write both. */
function cleanText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value
}
