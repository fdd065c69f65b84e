/** What is wrong with every call at once, as on a bad day: Telegram is slow, refuses, or cannot be reached. */
import type { ServerResponse } from 'node:http'
import { ApiError } from '../bot-api/api-error.js'
import type { Clock } from '../clock.js'
import type { Trouble } from '../playground/stream-events.js'

const retryAfterSeconds = 3

/** The conditions of one server. */
export class Conditions {
  #trouble: Trouble = 'none'
  #delayMs = 0
  readonly #polls = new Set<ServerResponse>()

  /** What goes wrong. */
  get trouble(): Trouble {
    return this.#trouble
  }

  /** How long every call but getUpdates takes at least. Integer ≥ 0. */
  get delayMs(): number {
    return this.#delayMs
  }

  /** True where calls may go straight on. */
  get isFair(): boolean {
    return this.#trouble === 'none' && this.#delayMs === 0
  }

  /** Changes them. A cut takes the polls that wait as well. */
  change({
    trouble = this.#trouble,
    delayMs = this.#delayMs,
  }: {
    trouble?: Trouble
    delayMs?: number
  }): void {
    this.#trouble = trouble
    this.#delayMs = delayMs
    if (trouble !== 'cut') return
    for (const response of this.#polls) response.destroy()
  }

  /** Knows of a poll that waits, until its connection ends or it is answered. */
  hold(response: ServerResponse): void {
    this.#polls.add(response)
    response.once('close', () => this.#polls.delete(response))
  }

  /** Lets a call go on, later or never. @param isPoll True for getUpdates, which is neither delayed nor refused with 429. */
  apply(
    clock: Clock,
    isPoll: boolean,
    response: ServerResponse,
    goOn: () => void,
    refuse: (error: ApiError) => void,
  ): void {
    const suffer = () => {
      if (this.#trouble === 'cut') response.destroy()
      else if (this.#trouble === 'server-error') refuse(new ApiError(502, 'Bad Gateway'))
      else if (this.#trouble === 'too-many-requests' && !isPoll) {
        const description = `Too Many Requests: retry after ${retryAfterSeconds}`
        refuse(new ApiError(429, description, { retry_after: retryAfterSeconds }))
      } else goOn()
    }
    if (this.#delayMs > 0 && !isPoll) clock.after(this.#delayMs, suffer)
    else suffer()
  }
}
