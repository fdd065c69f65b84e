/** What a bot has called of late, for tests that ask whether it did. Keeps the newest calls alone: a world may run for days. */

/** One call of a bot. */
export interface BotCall {
  /** As the Bot API spells it: `sendMessage`. */
  readonly method: string
  /** As they came: strings from a query or form, JSON values from JSON. Uploads are not among them. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Telegram's words where the call was refused: `Bad Request: chat not found`. */
  readonly refusal: string | undefined
}

// As many again may stand until the oldest are dropped, all at once: a shift for each call would cost more than the call.
const keptCount = 1000

/** The newest calls of one bot. */
export class CallLog {
  readonly #calls: BotCall[] = []

  /** Adds a call. */
  add(call: BotCall): void {
    this.#calls.push(call)
    if (this.#calls.length >= 2 * keptCount) this.#calls.splice(0, keptCount)
  }

  /** The calls, oldest first: the newest 1,000 at least. */
  all(): readonly BotCall[] {
    return this.#calls
  }

  /** Forgets them. */
  clear(): void {
    this.#calls.length = 0
  }
}
