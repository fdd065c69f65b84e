/** Knows, where another instance handles, whether more stands in the inbox than may wait. Asks the database while updates arrive, and not for each of them. */
import type { Logger } from '../logger.js'

const everyMs = 2_000

/** See the file's purpose. */
export class BacklogWatch {
  readonly #ask: () => Promise<boolean>
  readonly #logger: Logger
  #isOver = false
  #askedAtMs = Number.NEGATIVE_INFINITY

  /** @param ask the database */
  constructor(ask: () => Promise<boolean>, logger: Logger) {
    this.#ask = ask
    this.#logger = logger
  }

  /** What is known; where that is older than 2 s, it is asked anew for the next who want to know. */
  isOver(): boolean {
    const nowMs = performance.now()
    if (nowMs - this.#askedAtMs > everyMs) {
      this.#askedAtMs = nowMs
      void this.#look()
    }
    return this.#isOver
  }

  async #look(): Promise<void> {
    try {
      const isOver = await this.#ask()
      if (isOver && !this.#isOver) this.#logger.warn('Too much waits in the inbox; the webhook answers 503')
      this.#isOver = isOver
    } catch {
      // Where the database is away, nothing can be written either, and that is told.
      this.#isOver = false
    }
  }
}
