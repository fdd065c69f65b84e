/** Makes one call of the outbox: when Telegram's bounds allow it, once or at least once, and again after what passes. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Telegram } from 'telegraf'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { StoredCall } from '../database/unit.js'
import { failpoint } from '../failpoint.js'
import type { Logger } from '../logger.js'
import { readFailure } from '../telegram/delivery-outcome.js'
import { BulkPace } from './bulk-pace.js'
import { FloodControl } from './flood-control.js'
import type { Postponed } from './lanes.js'
import type { MovedChats } from './moved-chats.js'
import type { Delivery, OutboxEnds } from './outbox-ends.js'
import { backoffOf, type OutboxMarks } from './outbox-marks.js'
import { unmarkAttempted } from './outbox-table.js'

/** What making calls needs. */
export interface OutboxDeliveryOptions {
  readonly telegram: Telegram
  readonly logger: Logger
  readonly marks: OutboxMarks
  readonly ends: OutboxEnds
  readonly moved: MovedChats
  /** Ends every wait. */
  readonly signal: AbortSignal
  query(query: RawQuery): Promise<RawResult>
}

/** As far as a timer of Node reaches. */
const longestTimerMs = 2 ** 31 - 1

/** See the file's purpose. */
export class OutboxDelivery {
  readonly #options: OutboxDeliveryOptions
  readonly #flood = new FloodControl()
  readonly #pace = new BulkPace()

  constructor(options: OutboxDeliveryOptions) {
    this.#options = options
  }

  /** Brings a call to its end, or says when to try again. Never rejects. */
  async deliver(delivery: Delivery): Promise<Postponed | undefined> {
    const { moved, telegram, ends } = this.#options
    const call = moved.apply(delivery.call)
    const waitMs = this.#waitMs(delivery, String(call.chatId))
    if (waitMs > 0) return this.#after(waitMs)
    if (call.atMostOnce && !delivery.isMarked) {
      const marked = await this.#markAttempt(delivery, call)
      if (marked !== true) return marked
    }
    let result: unknown
    try {
      if (!call.isBulk) this.#pace.yield(performance.now())
      result = await telegram.callApi(call.method as 'sendMessage', call.payload as never)
      FAILPOINT: failpoint('after-send')
    } catch (error) {
      return this.#fail(delivery, call, error as Error)
    }
    this.#flood.taken()
    await ends.sent(delivery, call, result)
    return undefined
  }

  /** How long Telegram's bounds keep it waiting. */
  #waitMs(delivery: Delivery, chat: string): number {
    const nowMs = performance.now()
    const floodMs = this.#flood.waitMs(chat, nowMs)
    if (floodMs > 0) {
      // Its place in the mailing is lost: all of them at once would only be refused again.
      delete delivery.placeMs
      return floodMs
    }
    if (!delivery.call.isBulk) return 0
    delivery.placeMs ??= this.#pace.reserve(chat, nowMs)
    return delivery.placeMs - nowMs
  }

  /** `true` where it may be made now; else it has its end, or is to be tried again. */
  async #markAttempt(delivery: Delivery, call: StoredCall): Promise<true | Postponed | undefined> {
    const { marks, ends, logger } = this.#options
    try {
      delivery.isMarked = !call.wasAttempted && (await marks.attempt(call.id))
    } catch (error) {
      logger.warn({ err: error, outboxId: call.id }, 'A message of the outbox waits for the database')
      return this.#after(backoffOf(delivery.attempts++))
    }
    if (delivery.isMarked) return true
    await ends.unknown(delivery, call, 'The process that sent it ended before it knew what became of it')
    return undefined
  }

  async #fail(delivery: Delivery, call: StoredCall, error: Error): Promise<Postponed | undefined> {
    const { logger, ends } = this.#options
    const failure = readFailure(error)
    const fields = { err: error, outboxId: call.id, method: call.method }
    if (failure.kind === 'migrated' && !delivery.hasMoved) return this.#move(delivery, call, failure.chatId)
    if (failure.kind === 'retry' && failure.mayHaveActed && call.atMostOnce) {
      logger.warn(fields, 'Nobody knows whether a message of the outbox has arrived; it is not sent again')
      await ends.unknown(delivery, call, error.message)
      return undefined
    }
    if (failure.kind === 'wait' || failure.kind === 'retry') {
      const waitMs = failure.kind === 'wait' ? failure.retryAfterMs : backoffOf(delivery.attempts++)
      if (failure.kind === 'wait') this.#flood.refused(String(call.chatId), waitMs, performance.now())
      await this.#unmarkAttempt(delivery)
      logger.debug({ ...fields, waitMs }, 'A message of the outbox is tried again')
      return this.#after(waitMs)
    }
    if (failure.kind === 'unchanged') {
      await ends.sent(delivery, call, undefined)
      return undefined
    }
    logger.warn(fields, 'Telegram refused a message of the outbox')
    await ends.refused(delivery, call, failure.kind === 'refused' ? failure.reason : 'invalid', error)
    return undefined
  }

  /** Its chat has another id: it is made again, there. */
  async #move(delivery: Delivery, call: StoredCall, toChatId: number): Promise<Postponed> {
    const { ends, moved, logger } = this.#options
    if (await ends.moved(call, toChatId)) {
      logger.info({ fromChatId: call.chatId, toChatId }, 'A group has become a supergroup')
      moved.add(String(call.chatId), toChatId)
      delivery.hasMoved = true
    }
    await this.#unmarkAttempt(delivery)
    return this.#after(0)
  }

  /** It was certainly not made, so that it may be made after a restart too. */
  async #unmarkAttempt(delivery: Delivery): Promise<void> {
    if (!delivery.isMarked) return
    const written = await this.#options.query(unmarkAttempted(delivery.call.id)).then(
      () => true,
      () => false,
    )
    if (written) delivery.isMarked = false
  }

  #after(waitMs: number): Postponed {
    // A timer of Node may fire a fraction of a millisecond early.
    const timerMs = Math.min(Math.ceil(waitMs) + 1, longestTimerMs)
    return { until: delay(timerMs, undefined, { signal: this.#options.signal }).catch(() => undefined) }
  }
}
