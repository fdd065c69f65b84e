/** Removes rows that have been kept long enough: in small batches, so that none of them locks or delays anything for long. The leader's work. */
import { setTimeout as delay } from 'node:timers/promises'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { Logger } from '../logger.js'

/** What pruning needs. */
export interface PrunerOptions {
  /** Statements that each remove a batch of `batchSize` rows at most, their last parameter. */
  readonly statements: readonly PruneStatement[]
  readonly logger: Logger
  /** Runs a statement outside of any unit. */
  query(query: RawQuery): Promise<RawResult>
  /** Between two rounds. @default 60_000 */
  readonly everyMs?: number
  /** Between two batches of a round, so that others come in between. @default 50 */
  readonly pauseMs?: number
  /** @default 500 */
  readonly batchSize?: number
}

/** Removes a batch. */
export interface PruneStatement {
  readonly text: string
  /** All parameters but the last, which is the size of a batch. */
  readonly values: readonly unknown[]
}

/** See the file's purpose. */
export class Pruner {
  readonly #options: PrunerOptions
  #term: AbortController | undefined
  #running: Promise<void> = Promise.resolve()

  constructor(options: PrunerOptions) {
    this.#options = options
  }

  /** Prunes now and then every while, until `stop`. */
  start(): void {
    if (this.#term !== undefined) return
    const term = new AbortController()
    this.#term = term
    this.#running = this.#run(term.signal)
  }

  /** Resolves when the batch under way has ended. May start anew. */
  async stop(): Promise<void> {
    this.#term?.abort()
    this.#term = undefined
    await this.#running
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { everyMs = 60_000, logger } = this.#options
    while (!signal.aborted) {
      try {
        for (const statement of this.#options.statements) await this.#prune(statement, signal)
      } catch (error) {
        logger.warn({ err: error }, 'Old rows could not be removed; the next round removes them')
      }
      await pause(everyMs, signal)
    }
  }

  async #prune({ text, values }: PruneStatement, signal: AbortSignal): Promise<void> {
    const { query, batchSize = 500, pauseMs = 50 } = this.#options
    while (!signal.aborted) {
      const { rowCount } = await query({ text, values: [...values, batchSize] })
      if ((rowCount ?? 0) < batchSize) return
      await pause(pauseMs, signal)
    }
  }
}

/** Ends early when `signal` is aborted, and keeps no process alive. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch(() => undefined)
}
