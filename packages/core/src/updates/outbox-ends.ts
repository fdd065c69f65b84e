/** Writes the end of a call of the outbox: in a batch where nobody listens, in one transaction with what the plugins do where some do. */
import type { TelegramError } from 'telegraf'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { StoredCall } from '../database/unit.js'
import type { DeliveryEvents, Delivery as DeliveryFacts } from '../plugin/delivery-events.js'
import { isUnreachable, type RefusalReason } from '../telegram/delivery-outcome.js'
import { traceChannels } from '../trace.js'
import type { OutboxEvents } from './outbox-events.js'
import type { OutboxMarks } from './outbox-marks.js'
import { closeCalls, type Mark, moveCalls, takeCall, takeCallOf } from './outbox-table.js'

/** A call on its way. */
export interface Delivery {
  readonly call: StoredCall
  readonly pushedAtMs: number
  /** How often it has failed in vain. */
  attempts: number
  /** Of a mailing: when its place is. */
  placeMs?: number
  /** Of one that is made at most once: the table says that it is under way. */
  isMarked?: boolean
  hasMoved?: boolean
}

/** What ends need. */
export interface OutboxEndsOptions {
  readonly botId: number
  readonly marks: OutboxMarks
  readonly events: Pick<OutboxEvents, 'hears' | 'tell'> | undefined
  query(query: RawQuery): Promise<RawResult>
  /** The table says that it is closed. */
  onClosed(call: StoredCall): void
}

/** See the file's purpose. */
export class OutboxEnds {
  readonly #options: OutboxEndsOptions

  constructor(options: OutboxEndsOptions) {
    this.#options = options
  }

  /** Telegram took it. */
  sent(delivery: Delivery, call: StoredCall, result: unknown): Promise<void> {
    const mark: Mark = { id: call.id, outcome: 'sent' }
    if (call.tag === undefined || !this.#options.events?.hears('outbox.sent'))
      return this.#close(delivery, mark, undefined)
    const messageId = messageIdOf(result)
    return this.#close(delivery, mark, { type: 'outbox.sent', ...factsOf(call), messageId, result })
  }

  /** Telegram refused it for good. */
  refused(delivery: Delivery, call: StoredCall, reason: RefusalReason, error: Error): Promise<void> {
    const { code, description = error.message } = error as Partial<TelegramError> & Error
    const errorCode = typeof code === 'number' ? code : undefined
    const ending = { reason, isUnreachable: isUnreachable(reason), errorCode, description }
    const mark: Mark = { id: call.id, outcome: 'refused', error: error.message }
    return this.#close(delivery, mark, { type: 'outbox.refused', ...factsOf(call), ...ending })
  }

  /** Nobody knows whether Telegram took it, and it is to be sent at most once. */
  unknown(delivery: Delivery, call: StoredCall, error: string): Promise<void> {
    const mark: Mark = { id: call.id, outcome: 'unknown', error }
    return this.#close(delivery, mark, { type: 'outbox.unknown', ...factsOf(call) })
  }

  /** Its chat has another id: so has all that waits for it. `false` where that could not be written. */
  moved({ id, chatId }: StoredCall, toChatId: number): Promise<boolean> {
    const { botId, marks, events, query } = this.#options
    const fromChat = String(chatId)
    const end = moveCalls(botId, fromChat, toChatId)
    const event = { type: 'chat.migrated', fromChatId: Number(fromChat), toChatId } as const
    return marks.persist(() =>
      events?.hears(event.type) ? events.tell(takeCallOf(id, fromChat), end, event) : query(end),
    )
  }

  async #close(
    delivery: Delivery,
    mark: Mark,
    event: DeliveryEvents[keyof DeliveryEvents] | undefined,
  ): Promise<void> {
    const { marks, events, onClosed } = this.#options
    this.#trace(delivery, mark)
    if (event !== undefined && events?.hears(event.type)) {
      await marks.persist(() => events.tell(takeCall(mark.id), closeCalls([mark]), event))
      onClosed(delivery.call)
      return
    }
    // Not awaited: the chat's next message need not wait for the mark of this one.
    void marks.close(mark).then(() => onClosed(delivery.call))
  }

  #trace({ call, pushedAtMs }: Delivery, { outcome }: Mark): void {
    if (!traceChannels.outboxSent.hasSubscribers) return
    traceChannels.outboxSent.publish({
      botId: this.#options.botId,
      outboxId: call.id,
      method: call.method,
      outcome,
      durationMs: performance.now() - pushedAtMs,
    })
  }
}

function factsOf({ id, method, payload, tag }: StoredCall): DeliveryFacts {
  const { chat_id: chatId } = payload
  const isChat = typeof chatId === 'number' || typeof chatId === 'string'
  return { outboxId: id, method, chatId: isChat ? chatId : undefined, tag }
}

function messageIdOf(result: unknown): number | undefined {
  const message: unknown = Array.isArray(result) ? result[0] : result
  const id = (message as { message_id?: unknown } | undefined)?.message_id
  return typeof id === 'number' ? id : undefined
}
