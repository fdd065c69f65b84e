/** A tap on an inline button, and what the bot shows for it. */
import { TestingError } from '../errors.js'
import type { EventHub } from './event-hub.js'
import { waitFor } from './waiting.js'

/** What the bot answered to a tap. */
export interface TapAnswer {
  /** The notice on the screen; undefined where the bot only ended the waiting circle. */
  text: string | undefined
  /** True for a box that must be closed, false for a short notice. */
  showAlert: boolean
}

/** A tap that was made. */
export class Tap {
  readonly #events: EventHub
  #answer: TapAnswer | undefined

  /**
   * @param queryId The id of the callback query; undefined for a button that sends none.
   * @param chatId Where the button stands.
   */
  constructor(
    events: EventHub,
    readonly queryId: string | undefined,
    private readonly chatId: number,
  ) {
    this.#events = events
    const unsubscribe = events.subscribe((event) => {
      if (event.kind === 'reset') unsubscribe()
      if (event.kind !== 'answer' || event.queryId !== queryId) return
      this.#answer = { text: event.text, showAlert: event.showAlert }
      unsubscribe()
    })
    if (queryId === undefined) unsubscribe()
  }

  /**
   * Waits for the bot's answerCallbackQuery.
   * @throws TestingError NOT_SEEN: no answer within `timeoutMs` (real milliseconds, 5 000 by default).
   */
  answered({ timeoutMs = 5_000 }: { timeoutMs?: number } = {}): Promise<TapAnswer> {
    return waitFor(this.#events, {
      about: this.chatId,
      look: () => this.#answer,
      timeoutMs,
      describeFailure: () =>
        new TestingError(
          'NOT_SEEN',
          `The bot did not answer the tap ${this.queryId ?? '(no callback_data)'}.`,
        ),
    })
  }
}
