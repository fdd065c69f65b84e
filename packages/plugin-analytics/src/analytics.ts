/** The service that other plugins use: say what happened. */
import type { DatabaseSession } from '@hello/core'
import type { EventData, EventSchemas, TrackArguments } from './define-events.js'
import type { EventBook } from './event-book.js'
import type { EventBuffer } from './event-buffer.js'
import { appendEvents, type NewEvent } from './event-writer.js'

/** Who did it, where it is not nobody. */
export interface TrackOptions {
  /** Who did it: the `id` of the users plugin, not Telegram's. */
  readonly userId?: number
  /** Whether the person did it themselves, and so counts as active; `false` for what was done to them, such as a reminder that was sent. @default true */
  readonly isActivity?: boolean
}

interface Needs {
  readonly session: DatabaseSession
  readonly analyticsEventBook: EventBook
  readonly analyticsBuffer: EventBuffer
}

/**
 * Says what happened. The service `analytics`. Events are written in the update's transaction: they are there when it
 * commits, and only then. With `analytics({ buffered: true })` they are written shortly after the commit.
 */
export class Analytics<E extends EventSchemas = EventSchemas> {
  readonly #session: DatabaseSession
  readonly #book: EventBook
  readonly #buffer: EventBuffer

  constructor({ session, analyticsEventBook, analyticsBuffer }: Needs) {
    this.#session = session
    this.#book = analyticsEventBook
    this.#buffer = analyticsBuffer
  }

  /**
   * Stores an event. It leaves with the commit, in one statement with those of other updates.
   *
   * @param type what happened: 1–50 characters; one of the stated events, where the app states them
   * @param rest the data, as the event's schema takes it, and who did it
   * @throws AnalyticsError ANALYTICS_EVENT: the type is empty or too long, or the data is no plain object.
   *   ANALYTICS_EVENT_UNKNOWN, ANALYTICS_EVENT_DATA: the event is not stated, or its data does not fit. Nothing was stored.
   */
  async track<T extends keyof E & string>(
    type: T,
    ...rest: TrackArguments<E, T, TrackOptions>
  ): Promise<void> {
    const [data = {}, { userId, isActivity = true } = {}] = rest as [EventData?, TrackOptions?]
    this.store({ type, data: await this.#book.check(type, data), userId, isActivity })
  }

  /** Stores an event as it is. @internal */
  store(event: NewEvent): void {
    if (!this.#buffer.isUsed) {
      this.#session.append(appendEvents, event)
      return
    }
    const occurredAt = new Date()
    this.#session.afterCommit(() => this.#buffer.add({ occurredAt, ...event }))
  }
}
