/** Joins inbox, lanes and handler: what is taken in is written, put in its lane and handled to its end; what an earlier process left is taken up in order of arrival. */
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import type { Inbox, InboxRow } from './inbox.js'
import { Lanes } from './lanes.js'
import type { RawUpdate } from './update-facts.js'
import type { UpdateHandler } from './update-handler.js'

/** What the engine joins. */
export interface UpdateEngineOptions {
  readonly inbox: Inbox
  readonly handler: UpdateHandler
  readonly botId: number
  /** Integer > 0. */
  readonly updatesInFlight: number
  readonly logger: Logger
  /** Between two looks for rows that another instance took in. @default 2_000 */
  readonly sweepMs?: number
}

/** As many as may wait in memory, for each update that may be in flight; the rest waits in the database or at Telegram. */
const waitingPerFlight = 10

const pageSize = 1_000

/** See the file's purpose. It handles only while it leads. */
export class UpdateEngine {
  readonly #options: UpdateEngineOptions
  readonly #lanes: Lanes<InboxRow>
  readonly #inHand = new Set<string>()
  readonly #waiters: (() => void)[] = []
  #settledInSweep: Set<string> | undefined
  /** `recovering`: the rows of an earlier process go first, and what comes in meanwhile waits behind them. */
  #state: 'following' | 'recovering' | 'leading' = 'following'
  #arrived: InboxRow[] = []
  #following = new AbortController()
  #sweep: NodeJS.Timeout | undefined
  #sweeping: Promise<void> = Promise.resolve()

  constructor(options: UpdateEngineOptions) {
    this.#options = options
    this.#lanes = new Lanes((row) => this.#handle(row), options.updatesInFlight)
  }

  /** Takes up what is unsettled, in order of arrival, and handles from now on. Resolves when the intake may open. */
  async lead(): Promise<void> {
    this.#state = 'recovering'
    this.#following = new AbortController()
    await this.#recover()
    if (this.#following.signal.aborted) return
    for (const row of this.#arrived.splice(0)) this.#push(row)
    this.#state = 'leading'
    const { sweepMs = 2_000 } = this.#options
    this.#sweep = setInterval(() => void this.#sweepOnce(), sweepMs)
    this.#sweep.unref()
  }

  /** Starts nothing more: another instance leads. */
  follow(): void {
    this.#state = 'following'
    this.#arrived = []
    this.#following.abort()
    clearInterval(this.#sweep)
  }

  /** Writes updates to the inbox; resolves when they are committed. */
  async accept(updates: readonly unknown[]): Promise<void> {
    this.#enqueue(await this.#options.inbox.write(updates))
  }

  /** The same for one that shares its INSERT with others of the moment. */
  async acceptOne(update: RawUpdate): Promise<void> {
    const row = await this.#options.inbox.add(update)
    if (row !== undefined) this.#enqueue([row])
  }

  /** Whether more waits than may wait in memory. */
  isFull(): boolean {
    return this.#lanes.size + this.#arrived.length >= this.#options.updatesInFlight * waitingPerFlight
  }

  /** Resolves when there is room, or when `signal` is aborted. */
  ready(signal: AbortSignal): Promise<void> {
    if (!this.isFull() || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#waiters.push(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Resolves when everything that was taken in is handled and settled. */
  async idle(): Promise<void> {
    await this.#lanes.idle()
    await this.#options.inbox.drained()
  }

  /** Starts nothing more and waits for what is under way. What waits stays in the inbox. */
  async stop(): Promise<void> {
    this.follow()
    this.#options.handler.stop()
    this.#lanes.close()
    await this.#sweeping
    await this.idle()
  }

  #enqueue(rows: readonly InboxRow[]): void {
    for (const row of rows) {
      this.#traceReceived(row)
      if (this.#state === 'leading') this.#push(row)
      else if (this.#state === 'recovering') this.#arrived.push(row)
    }
  }

  #push(row: InboxRow): void {
    if (this.#inHand.has(row.seq)) return
    this.#inHand.add(row.seq)
    this.#lanes.push(row.lane, row)
  }

  async #handle(row: InboxRow): Promise<void> {
    await this.#options.handler.handle(row)
    this.#settledInSweep?.add(row.seq)
    this.#inHand.delete(row.seq)
    if (this.#waiters.length > 0 && !this.isFull()) for (const resolve of this.#waiters.splice(0)) resolve()
  }

  /** Reads all that is unsettled, no faster than it is handled. @throws what the database says; nothing is led then. */
  async #recover(): Promise<void> {
    const { signal } = this.#following
    let after = '0'
    for (;;) {
      const rows = await this.#options.inbox.unsettled(after, pageSize)
      for (const row of rows) this.#push(row)
      after = rows.at(-1)?.seq ?? after
      if (rows.length < pageSize || signal.aborted) return
      await this.ready(signal)
    }
  }

  /** One look at a time: a row that is settled while the look is under way may still be in its answer. */
  #sweepOnce(): Promise<void> {
    if (this.#settledInSweep !== undefined) return this.#sweeping
    const settled = new Set<string>()
    this.#settledInSweep = settled
    this.#sweeping = this.#takeUpUnsettled(settled).finally(() => {
      this.#settledInSweep = undefined
    })
    return this.#sweeping
  }

  async #takeUpUnsettled(settled: ReadonlySet<string>): Promise<void> {
    const { inbox, logger } = this.#options
    try {
      const rows = await inbox.unsettled('0', pageSize)
      if (this.#state !== 'leading') return
      for (const row of rows) if (!settled.has(row.seq)) this.#push(row)
    } catch (error) {
      logger.warn({ err: error }, 'The inbox could not be read; it is tried again')
    }
  }

  #traceReceived({ update, lane }: InboxRow): void {
    if (!traceChannels.received.hasSubscribers) return
    traceChannels.received.publish({ botId: this.#options.botId, updateId: update.update_id, lane })
  }
}
