/** An inline query that was typed, and the results that the bot offers for it. */
import { TestingError } from '../../errors.js'
import type { Bot } from '../bot.js'
import type { EventHub, InlineAnswer } from '../event-hub.js'
import { waitFor } from '../waiting.js'

/** An inline query. Created by `person.queries`. */
export class InlineQuery {
  readonly #events: EventHub
  #answer: InlineAnswer | undefined

  constructor(
    events: EventHub,
    readonly queryId: string,
    private readonly personId: number,
    /** The bot that was asked. */
    readonly bot: Bot,
    /** What was typed behind its name. */
    readonly text: string,
  ) {
    this.#events = events
    const unsubscribe = events.subscribe((event) => {
      if (event.kind === 'reset') unsubscribe()
      if (event.kind !== 'inline_answer' || event.queryId !== queryId) return
      this.#answer = event.answer
      unsubscribe()
    })
  }

  /** Waits for the bot's answerInlineQuery. @throws TestingError NOT_SEEN: none within `timeoutMs` (5 000 by default). */
  answered({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<InlineAnswer> {
    return waitFor(this.#events, {
      about: this.personId,
      look: () => this.#answer,
      timeoutMs,
      describeFailure: () =>
        new TestingError('NOT_SEEN', `The bot did not answer the inline query ${this.queryId}.`),
    })
  }
}
