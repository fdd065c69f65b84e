/** Sends what stands in the outbox: in order for each chat, different chats in parallel, each marked off after Telegram's answer. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Telegram, TelegramError } from 'telegraf'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { StoredCall } from '../database/unit.js'
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import { Batch } from './batch.js'
import { Lanes } from './lanes.js'
import { readCall } from './outbox-table.js'

/** What the sender works with. */
export interface OutboxSenderOptions {
  readonly telegram: Telegram
  readonly botId: number
  readonly logger: Logger
  /** Runs a statement outside of any unit. */
  query(query: RawQuery): Promise<RawResult>
  /** The most calls at once. @default 50 */
  readonly limit?: number
}

interface Mark {
  readonly id: string
  readonly outcome: 'sent' | 'refused'
  readonly error?: string
}

const backoffMs = [250, 500, 1_000, 2_000, 5_000, 15_000]

/** See the file's purpose. A message arrives twice only when the process dies between the answer and the mark. */
export class OutboxSender {
  readonly #options: OutboxSenderOptions
  readonly #lanes: Lanes<StoredCall>
  readonly #marks: Batch<Mark, void>
  readonly #stopping = new AbortController()
  readonly #inHand = new Set<string>()

  constructor(options: OutboxSenderOptions) {
    this.#options = options
    this.#lanes = new Lanes((call) => this.#deliver(call), options.limit ?? 50)
    this.#marks = new Batch((marks) => this.#markAll(marks))
  }

  /** Sends calls that were stored just now. */
  push(stored: readonly StoredCall[]): void {
    for (const call of stored) {
      if (this.#inHand.has(call.id)) continue
      this.#inHand.add(call.id)
      this.#lanes.push(String(call.chatId), call)
    }
  }

  /** Takes up what an earlier process stored and did not send, in order. */
  async recover(): Promise<void> {
    const { rows } = await this.#options.query({
      text: 'SELECT id, chat, method, payload FROM hello_outbox WHERE bot_id = $1 AND closed_at IS NULL ORDER BY id',
      values: [this.#options.botId],
    })
    this.push(rows.map(readCall))
  }

  /** Resolves when everything is sent and marked. */
  async idle(): Promise<void> {
    await this.#lanes.idle()
    await this.#marks.drained()
  }

  /** Starts no further call; what is under way is finished and marked. The rest stays in the table for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#lanes.close()
    await this.#lanes.idle()
    await this.#marks.drained()
  }

  async #deliver(call: StoredCall): Promise<void> {
    const startedAtMs = performance.now()
    for (let attempt = 0; !this.#stopping.signal.aborted; attempt++) {
      const mark = await this.#tryOnce(call, attempt)
      if (mark === undefined) continue
      if (traceChannels.outboxSent.hasSubscribers) {
        const { botId } = this.#options
        const durationMs = performance.now() - startedAtMs
        traceChannels.outboxSent.publish({
          botId,
          outboxId: call.id,
          method: call.method,
          outcome: mark.outcome,
          durationMs,
        })
      }
      // Not awaited: the chat's next message need not wait for the mark of this one.
      void this.#marks.add(mark).finally(() => this.#inHand.delete(call.id))
      return
    }
  }

  /** The call's end, or `undefined` after the wait that comes before the next try. */
  async #tryOnce(call: StoredCall, attempt: number): Promise<Mark | undefined> {
    try {
      await this.#options.telegram.callApi(call.method as 'sendMessage', call.payload as never)
      return { id: call.id, outcome: 'sent' }
    } catch (error) {
      const waitMs = retryDelayMs(error, attempt)
      if (waitMs === undefined) {
        this.#options.logger.warn(
          { err: error, outboxId: call.id, method: call.method },
          'Telegram refused a message of the outbox',
        )
        return { id: call.id, outcome: 'refused', error: (error as Error).message }
      }
      this.#options.logger.debug(
        { err: error, outboxId: call.id, waitMs },
        'A message of the outbox is tried again',
      )
      await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      return undefined
    }
  }

  async #markAll(marks: readonly Mark[]): Promise<void[]> {
    const query = {
      name: 'hello_outbox_mark',
      text: `UPDATE hello_outbox SET closed_at = clock_timestamp(), outcome = mark.outcome, error = mark.error
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS mark (id, outcome, error) WHERE hello_outbox.id = mark.id`,
      values: [
        marks.map(({ id }) => id),
        marks.map(({ outcome }) => outcome),
        marks.map((mark) => mark.error ?? null),
      ],
    }
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#options.query(query)
        return marks.map(() => undefined)
      } catch (error) {
        this.#options.logger.error(
          { err: error, messages: marks.length },
          'Sent messages could not be marked off',
        )
        if (this.#stopping.signal.aborted) return marks.map(() => undefined)
        await delay(backoffOf(attempt), undefined, { signal: this.#stopping.signal }).catch(() => undefined)
      }
    }
  }
}

/** How long to wait before the next try; `undefined` where Telegram's refusal is final. */
function retryDelayMs(error: unknown, attempt: number): number | undefined {
  if (!(error instanceof TelegramError)) return backoffOf(attempt)
  if (error.code === 429) return (error.parameters?.retry_after ?? 1) * 1_000
  return error.code >= 500 ? backoffOf(attempt) : undefined
}

const backoffOf = (attempt: number): number => backoffMs[Math.min(attempt, backoffMs.length - 1)] as number
