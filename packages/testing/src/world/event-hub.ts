/** Tells everyone who waits what has just happened in a world: the reason why nothing here polls. */
import type { Message } from '../bot-api/objects.js'

/** What a bot offers for an inline query: Bot API, InlineQueryResult. */
export interface InlineAnswer {
  readonly results: readonly Readonly<Record<string, unknown>>[]
  readonly nextOffset: string
}

/** What a bot said to a shipping or pre-checkout query. */
export interface CheckoutAnswer {
  /** Why it does not go on; undefined where it does. */
  readonly refusal: string | undefined
  /** Bot API, ShippingOption. */
  readonly shippingOptions: readonly Readonly<Record<string, unknown>>[]
}

/** One thing that happened. `chatKey` is the key of the chat in the world. */
export type WorldEvent =
  | { kind: 'message' | 'edit' | 'delete'; chatKey: string; message: Message }
  | { kind: 'action'; chatKey: string; action: string }
  | { kind: 'draft'; chatKey: string; draftId: number; text: string }
  | { kind: 'checkout_answer'; queryId: string; answer: CheckoutAnswer }
  | { kind: 'answer'; queryId: string; text?: string; showAlert: boolean }
  | { kind: 'inline_answer'; queryId: string; answer: InlineAnswer }
  | { kind: 'break_off'; about: number; reason: Error }
  | { kind: 'reset' }

/** Ends a subscription. */
export type Unsubscribe = () => void

/** Subscribers of one world, called in the order in which they came. */
export class EventHub {
  readonly #listeners = new Set<(event: WorldEvent) => void>()
  readonly #brokenOff = new Map<number, { reason: Error; isInForce: () => boolean }>()

  /** Calls `listener` for each event from now on. */
  subscribe(listener: (event: WorldEvent) => void): Unsubscribe {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Ends every wait that is about a chat or person, and those that begin as long as `isInForce`.
   * @param about The id of the chat or person.
   */
  breakOff(about: number, reason: Error, isInForce: () => boolean): void {
    this.#brokenOff.set(about, { reason, isInForce })
    this.publish({ kind: 'break_off', about, reason })
  }

  /** Why a wait that begins now is in vain; undefined where it is not. */
  reasonToBreakOff(about: number): Error | undefined {
    const found = this.#brokenOff.get(about)
    if (!found || found.isInForce()) return found?.reason
    this.#brokenOff.delete(about)
    return undefined
  }

  /** Tells every subscriber. */
  publish(event: WorldEvent): void {
    if (event.kind === 'reset') this.#brokenOff.clear()
    for (const listener of this.#listeners) listener(event)
  }
}
