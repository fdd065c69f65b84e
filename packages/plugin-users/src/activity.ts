/** Counts messages and notes when people were seen, in memory, and writes both for many people in one statement every few seconds. */
import type { Logger, UnitRunner } from '@hello/core'

/** How long what was counted may wait. A kill loses that much of it, and nothing else. */
const flushAfterMs = 5_000

/** People whose counts are written in one statement. */
const batchSize = 1_000

interface Seen {
  messages: number
  atMs: number
}

/**
 * What people did since the last write. The service `userActivity`. Without it each message would write its person's
 * row once more. What is counted is written at most once; a stop of the app writes all of it.
 */
export class UserActivity {
  readonly #database: UnitRunner
  readonly #logger: Logger
  readonly #seen = new Map<number, Seen>()
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> = Promise.resolve()

  constructor({ database, logger }: { database: UnitRunner; logger: Logger }) {
    this.#database = database
    this.#logger = logger
  }

  /**
   * Notes that a person was there. Call it once that is certain: after the commit.
   *
   * @param id `users.id`
   * @param messages how many they sent
   */
  note(id: number, messages: number, atMs = Date.now()): void {
    const seen = this.#seen.get(id)
    if (seen === undefined) this.#seen.set(id, { messages, atMs })
    else {
      seen.messages += messages
      seen.atMs = Math.max(seen.atMs, atMs)
    }
    this.#timer ??= setTimeout(() => void this.flush(), flushAfterMs).unref()
  }

  /** Writes what was counted. What cannot be written is kept for the next time, and logged. */
  flush(): Promise<void> {
    this.#disarm()
    this.#flushing = this.#flushing
      .then(() => this.#writeAll())
      .catch((error: unknown) => {
        this.#logger.warn({ err: error }, 'The activity of people could not be written; it is tried again')
      })
    return this.#flushing
  }

  /** Ends the waiting. */
  stop(): void {
    this.#disarm()
  }

  #disarm(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #writeAll(): Promise<void> {
    const due = [...this.#seen]
    this.#seen.clear()
    for (let from = 0; from < due.length; from += batchSize) {
      const batch = due.slice(from, from + batchSize)
      try {
        const left = await this.#write(batch)
        for (const [id, seen] of batch) if (left.has(id)) this.note(id, seen.messages, seen.atMs)
      } catch (error) {
        for (const [id, seen] of due.slice(from)) this.note(id, seen.messages, seen.atMs)
        throw error
      }
    }
  }

  /** @returns the ids of those whose row somebody else is writing */
  async #write(batch: readonly (readonly [number, Seen])[]): Promise<ReadonlySet<number>> {
    const ids = batch.map(([id]) => id)
    const messages = batch.map(([, seen]) => seen.messages)
    const moments = batch.map(([, { atMs }]) => new Date(atMs).toISOString())
    // Rows that an update holds are passed over and written next time: waiting for several rows while updates wait for
    // each other's could end in a deadlock. The ids stand in each part: by them PostgreSQL finds the rows, where for a
    // join it would read all people.
    const left = await this.#database.unit(
      ({ sql }) => sql<{ id: number }>`
        WITH due AS (
          SELECT * FROM unnest(${ids}::integer[], ${messages}::integer[], ${moments}::timestamptz[])
            AS due (id, messages, seen_at)
        ), free AS (
          SELECT id FROM users WHERE id = ANY(${ids}::integer[]) FOR NO KEY UPDATE SKIP LOCKED
        ), written AS (
          UPDATE users SET total_messages = total_messages + due.messages,
            last_activity_at = greatest(last_activity_at, due.seen_at)
          FROM due JOIN free USING (id)
          WHERE users.id = due.id AND users.id = ANY(${ids}::integer[]) RETURNING users.id
        )
        SELECT id FROM users WHERE id = ANY(${ids}::integer[]) AND id NOT IN (SELECT id FROM written)`,
    )
    return new Set(left.map(({ id }) => id))
  }
}
