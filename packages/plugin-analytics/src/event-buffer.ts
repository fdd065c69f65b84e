/** Events that wait in memory, to be written many at a time. What waits is lost where the process is killed; an orderly stop writes it. */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { Logger, UnitRunner } from '@hello/core'
import { type WaitingEvent, writeWaiting } from './event-writer.js'
import type { AnalyticsOptions } from './options.js'

interface Needs {
  readonly database: UnitRunner
  readonly logger: Logger
  readonly options: AnalyticsOptions
}

/** While the database is away, so many times `maxEvents` are kept. */
const mostKept = 20

/** See the file's purpose. The service `analyticsBuffer`. */
export class EventBuffer {
  /** Whether events wait here at all. */
  readonly isUsed: boolean
  readonly #database: UnitRunner
  readonly #logger: Logger
  readonly #flushEveryMs: number
  readonly #maxEvents: number
  /** Outside of any unit of work: whoever fills the buffer is in one that is over. */
  readonly #outside = AsyncLocalStorage.snapshot()
  #waiting: WaitingEvent[] = []
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> | undefined

  constructor({ database, logger, options: { buffered } }: Needs) {
    this.#database = database
    this.#logger = logger
    this.isUsed = buffered !== undefined
    this.#flushEveryMs = buffered?.flushEveryMs ?? 0
    this.#maxEvents = buffered?.maxEvents ?? 1
  }

  /** Takes an event in. Never throws. */
  add(event: WaitingEvent): void {
    this.#waiting.push(event)
    const excess = this.#waiting.length - this.#maxEvents * mostKept
    if (excess > 0) {
      this.#waiting.splice(0, excess)
      this.#logger.error(
        { lost: excess },
        'The database takes no events, and the buffer is full: the oldest are lost',
      )
    }
    if (this.#waiting.length >= this.#maxEvents) this.#startFlush()
    else this.#timer ??= setTimeout(() => this.#startFlush(), this.#flushEveryMs).unref()
  }

  /** Writes all that waits. @throws what the database throws; the events go on waiting. */
  async flush(): Promise<void> {
    await this.#flushing?.catch(() => undefined)
    while (this.#waiting.length > 0) await this.#flushOnce()
  }

  #startFlush(): void {
    if (this.#flushing !== undefined) return
    void this.#flushOnce().catch((error: unknown) => {
      this.#logger.warn(
        { err: error, waiting: this.#waiting.length },
        'Events could not be written, and go on waiting',
      )
      this.#timer ??= setTimeout(() => this.#startFlush(), this.#flushEveryMs).unref()
    })
  }

  #flushOnce(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const batch = this.#waiting.splice(0, this.#maxEvents)
    const flushing = this.#outside(() => this.#database.unit((session) => writeWaiting(session, batch)))
      .catch((error: unknown) => {
        this.#waiting.unshift(...batch)
        throw error
      })
      .finally(() => {
        this.#flushing = undefined
      })
    this.#flushing = flushing
    return flushing
  }
}
