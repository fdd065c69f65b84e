/** Writes down what became of calls, many in one statement, until the database takes it. */
import { setTimeout as delay } from 'node:timers/promises'
import { Batch } from '../batch.js'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { Logger } from '../logger.js'
import { closeCalls, type Mark, markAttempted } from './outbox-table.js'

/** What marks need. */
export interface OutboxMarksOptions {
  readonly logger: Logger
  /** Ends the waiting for a database that does not answer. */
  readonly signal: AbortSignal
  query(query: RawQuery): Promise<RawResult>
}

/** A mark that waits so long keeps its commit out of the way of the next update, and shares it with other marks; a kill in this time sends its message twice, as one before the commit would. */
const waitMs = 10

/** See the file's purpose. */
export class OutboxMarks {
  readonly #options: OutboxMarksOptions
  readonly #closing: Batch<Mark, void>
  readonly #attempting: Batch<string, boolean>

  constructor(options: OutboxMarksOptions) {
    this.#options = options
    this.#closing = new Batch((marks) => this.#closeAll(marks), { waitMs })
    this.#attempting = new Batch((ids) => this.#attemptAll(ids))
  }

  /** Resolves when the end is written, or when the signal gave it up: the call is then made again after the next start. */
  close(mark: Mark): Promise<void> {
    return this.#closing.add(mark)
  }

  /** `false` where the call was made before, or is closed. @throws what the database says; the call must not be made. */
  attempt(id: string): Promise<boolean> {
    return this.#attempting.add(id)
  }

  /** Resolves when nothing waits to be written. */
  drained(): Promise<void> {
    return this.#closing.drained()
  }

  /** Asks until `write` succeeds. `false` where the signal ended it. */
  async persist(write: () => Promise<unknown>, count = 1): Promise<boolean> {
    for (let attempt = 0; ; attempt++) {
      try {
        await write()
        return true
      } catch (error) {
        this.#options.logger.error({ err: error, messages: count }, 'Sent messages could not be marked off')
        if (this.#options.signal.aborted) return false
        await delay(backoffOf(attempt), undefined, { signal: this.#options.signal }).catch(() => undefined)
      }
    }
  }

  async #closeAll(marks: readonly Mark[]): Promise<undefined[]> {
    await this.persist(() => this.#options.query(closeCalls(marks)), marks.length)
    return marks.map(() => undefined)
  }

  async #attemptAll(ids: readonly string[]): Promise<boolean[]> {
    const { rows } = await this.#options.query(markAttempted(ids))
    const marked = new Set(rows.map(({ id }) => id as string))
    return ids.map((id) => marked.has(id))
  }
}

const backoffMs = [250, 500, 1_000, 2_000, 5_000, 15_000]

/** How long to wait after so many failures; from 0. */
export const backoffOf = (attempt: number): number =>
  backoffMs[Math.min(attempt, backoffMs.length - 1)] as number
