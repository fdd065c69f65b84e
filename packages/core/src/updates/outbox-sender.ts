/** Sends what stands in the outbox: in order for each chat, different chats in parallel, each marked off after Telegram's answer. Only the leader sends, so that no two instances do. */
import { setMaxListeners } from 'node:events'
import type { Telegram } from 'telegraf'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { StoredCall } from '../database/unit.js'
import type { Logger } from '../logger.js'
import { Lanes, type Postponed } from './lanes.js'
import { MovedChats } from './moved-chats.js'
import { OutboxBacklog } from './outbox-backlog.js'
import { OutboxDelivery } from './outbox-delivery.js'
import { type Delivery, OutboxEnds } from './outbox-ends.js'
import type { OutboxEvents } from './outbox-events.js'
import { OutboxMarks } from './outbox-marks.js'

/** What the sender works with. */
export interface OutboxSenderOptions {
  readonly telegram: Telegram
  readonly botId: number
  readonly logger: Logger
  /** Tells plugins what became of a call. @default nobody is told */
  readonly events?: Pick<OutboxEvents, 'hears' | 'tell'>
  /** Runs a statement outside of any unit. */
  query(query: RawQuery): Promise<RawResult>
  /** Tells the leader that there is something to send. @default it looks by itself */
  wakeLeader?(): void
  /** The most calls at once. @default 50 */
  readonly limit?: number
  /** The most calls in memory, of replies and of mailings each; the others wait in the table. @default 5_000 */
  readonly mostInHand?: number
  /** Between two looks for what another instance has stored. @default 1_000 */
  readonly sweepMs?: number
}

/** See the file's purpose. A message arrives twice only when the process dies, or loses its lead, between the answer and the mark. */
export class OutboxSender {
  readonly #options: OutboxSenderOptions
  readonly #lanes: Lanes<Delivery>
  readonly #marks: OutboxMarks
  readonly #delivery: OutboxDelivery
  readonly #moved = new MovedChats()
  readonly #replies: OutboxBacklog
  readonly #mailings: OutboxBacklog
  readonly #stopping = new AbortController()
  #isLeading = false
  #sweep: NodeJS.Timeout | undefined

  constructor(options: OutboxSenderOptions) {
    this.#options = options
    const { botId, logger, telegram, events, mostInHand = 5_000 } = options
    const { signal } = this.#stopping
    // Every call that waits for its next try listens.
    setMaxListeners(0, signal)
    const query = (asked: RawQuery) => options.query(asked)
    const marks = new OutboxMarks({ logger, query, signal })
    const onClosed = (call: StoredCall) => this.#backlogOf(call).done(call.id)
    const ends = new OutboxEnds({ botId, marks, events, query, onClosed })
    this.#marks = marks
    this.#delivery = new OutboxDelivery({ telegram, logger, marks, ends, moved: this.#moved, signal, query })
    this.#lanes = new Lanes((delivery) => this.#deliver(delivery), options.limit ?? 50)
    const backlog = { botId, logger, query, mostInHand, take: (call: StoredCall) => this.#take(call) }
    this.#replies = new OutboxBacklog({ ...backlog, isBulk: false })
    this.#mailings = new OutboxBacklog({ ...backlog, isBulk: true })
  }

  /** This instance leads: sends what is stored, also by others and by those that died, until `follow`. */
  lead(): void {
    if (this.#isLeading || this.#stopping.signal.aborted) return
    this.#isLeading = true
    this.#replies.open()
    this.#mailings.open()
    this.#sweep = setInterval(() => this.wake(), this.#options.sweepMs ?? 1_000)
    this.#sweep.unref()
  }

  /** Another instance leads, or will: starts no further call. What is under way goes on to its end. */
  follow(): void {
    this.#isLeading = false
    clearInterval(this.#sweep)
    this.#replies.close()
    this.#mailings.close()
    for (const { call } of this.#lanes.clear()) this.#backlogOf(call).drop(call.id)
  }

  /** Sends calls that were stored just now; where another instance leads, that one does. */
  push(stored: readonly StoredCall[]): void {
    if (stored.length === 0) return
    if (!this.#isLeading) this.#options.wakeLeader?.()
    else for (const call of stored) this.#backlogOf(call).push(call)
  }

  /** Looks for what was stored and is not in hand: by another instance, or by a unit whose answer to COMMIT was lost. */
  wake(): void {
    this.#replies.look()
    this.#mailings.look()
  }

  /** Resolves when everything is sent and marked; at once where another instance leads. */
  async idle(): Promise<void> {
    do {
      await Promise.all([this.#replies.looked(), this.#mailings.looked(), this.#lanes.idle()])
      await this.#marks.drained()
    } while (this.#lanes.size > 0 || this.#replies.isLooking || this.#mailings.isLooking)
  }

  /** Starts no further call, for good; what is under way is finished and marked. The rest stays in the table for the next start. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.follow()
    this.#lanes.close()
    await this.idle()
  }

  #take(call: StoredCall): void {
    const chat = this.#moved.laneOf(String(call.chatId))
    // A mailing has lanes of its own: a reply does not wait behind it.
    const lane = call.isBulk ? `bulk ${chat}` : chat
    this.#lanes.push(lane, { call, pushedAtMs: performance.now(), attempts: 0 })
  }

  async #deliver(delivery: Delivery): Promise<Postponed | undefined> {
    const postponed = await this.#delivery.deliver(delivery)
    // Where it was lost and had again meanwhile, it keeps its place before those that were read since.
    if (postponed === undefined || this.#isLeading) return postponed
    // Whoever leads next makes it.
    this.#backlogOf(delivery.call).drop(delivery.call.id)
    return undefined
  }

  #backlogOf({ isBulk }: StoredCall): OutboxBacklog {
    return isBulk ? this.#mailings : this.#replies
  }
}
