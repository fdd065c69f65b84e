/** Sends what stands in the outbox: in order for each chat, different chats in parallel, each marked off after Telegram's answer. */
import { setMaxListeners } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { type Telegram, TelegramError } from 'telegraf'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { StoredCall } from '../database/unit.js'
import { TelegramRefusal } from '../errors.js'
import { failpoint } from '../failpoint.js'
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import { Batch } from './batch.js'
import { Lanes, type Postponed } from './lanes.js'
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

/** A call on its way. */
interface Delivery {
  readonly call: StoredCall
  readonly pushedAtMs: number
  attempts: number
}

const backoffMs = [250, 500, 1_000, 2_000, 5_000, 15_000]
const longestWaitMs = 3_600_000

/** See the file's purpose. A message arrives twice only when the process dies between the answer and the mark. */
export class OutboxSender {
  readonly #options: OutboxSenderOptions
  readonly #lanes: Lanes<Delivery>
  readonly #marks: Batch<Mark, undefined>
  readonly #stopping = new AbortController()
  readonly #inHand = new Set<string>()
  /** Set while the table is read: calls that were marked off meanwhile may still be in the answer. */
  #closed: Set<string> | undefined
  #recovering: Promise<void> | undefined

  constructor(options: OutboxSenderOptions) {
    this.#options = options
    this.#lanes = new Lanes((delivery) => this.#deliver(delivery), options.limit ?? 50)
    this.#marks = new Batch((marks) => this.#markAll(marks))
    // Every call that waits for its next try listens.
    setMaxListeners(0, this.#stopping.signal)
  }

  /** Sends calls that were stored just now. */
  push(stored: readonly StoredCall[]): void {
    for (const call of stored) {
      if (this.#inHand.has(call.id) || this.#closed?.has(call.id)) continue
      this.#inHand.add(call.id)
      this.#lanes.push(String(call.chatId), { call, pushedAtMs: performance.now(), attempts: 0 })
    }
  }

  /** Takes up what was stored and not sent, in order: by an earlier process, or by a unit whose answer to COMMIT was lost. @throws what the database says */
  recover(): Promise<void> {
    this.#recovering ??= this.#recover().finally(() => {
      this.#recovering = undefined
    })
    return this.#recovering
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
    await this.idle()
  }

  async #recover(): Promise<void> {
    this.#closed = new Set()
    try {
      const { rows } = await this.#options.query({
        text: 'SELECT id, chat, method, payload FROM hello_outbox WHERE bot_id = $1 AND closed_at IS NULL ORDER BY id',
        values: [this.#options.botId],
      })
      this.push(rows.map(readCall))
    } finally {
      this.#closed = undefined
    }
  }

  async #deliver(delivery: Delivery): Promise<Postponed | undefined> {
    const { call } = delivery
    const { telegram, logger } = this.#options
    try {
      await telegram.callApi(call.method as 'sendMessage', call.payload as never)
      FAILPOINT: failpoint('after-send')
    } catch (error) {
      if (isNotModified(error)) {
        this.#close(delivery, { id: call.id, outcome: 'sent' })
        return undefined
      }
      const waitMs = retryDelayMs(error, delivery.attempts++)
      const fields = { err: error, outboxId: call.id, method: call.method }
      if (waitMs !== undefined) {
        logger.debug({ ...fields, waitMs }, 'A message of the outbox is tried again')
        return { until: delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined) }
      }
      logger.warn(fields, 'Telegram refused a message of the outbox')
      this.#close(delivery, { id: call.id, outcome: 'refused', error: (error as Error).message })
      return undefined
    }
    this.#close(delivery, { id: call.id, outcome: 'sent' })
    return undefined
  }

  #close({ call, pushedAtMs }: Delivery, mark: Mark): void {
    if (traceChannels.outboxSent.hasSubscribers) {
      traceChannels.outboxSent.publish({
        botId: this.#options.botId,
        outboxId: call.id,
        method: call.method,
        outcome: mark.outcome,
        durationMs: performance.now() - pushedAtMs,
      })
    }
    // Not awaited: the chat's next message need not wait for the mark of this one.
    void this.#marks.add(mark).then(() => {
      this.#closed?.add(call.id)
      this.#inHand.delete(call.id)
    })
  }

  async #markAll(marks: readonly Mark[]): Promise<undefined[]> {
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

/** The message is as the edit wants it: it has changed nothing, or an earlier try whose answer was lost has done it. */
function isNotModified(error: unknown): boolean {
  return (
    error instanceof TelegramError &&
    error.code === 400 &&
    error.description.includes('message is not modified')
  )
}

/** How long to wait before the next try; `undefined` where there is no use in one. */
function retryDelayMs(error: unknown, attempt: number): number | undefined {
  // No answer, or none of Telegram: nobody knows what became of the call. Any other error is one of the call itself.
  if (error instanceof TelegramRefusal)
    return /UNREACHABLE|BAD_RESPONSE/.test(error.code) ? backoffOf(attempt) : undefined
  if (!(error instanceof TelegramError)) return undefined
  if (error.code === 429)
    return Math.min((error.parameters?.retry_after ?? 1) * 1_000, longestWaitMs) || backoffOf(attempt)
  // 401: the token is refused. The messages are kept for the next one.
  return error.code >= 500 || error.code === 401 ? backoffOf(attempt) : undefined
}

const backoffOf = (attempt: number): number => backoffMs[Math.min(attempt, backoffMs.length - 1)] as number
