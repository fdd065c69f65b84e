/** Joins inbox, lanes and handler: what is taken in is written, put in its lane and handled to its end, in order of arrival, whichever process or instance took it in. */
import { setMaxListeners } from 'node:events'
import { failpoint } from '../failpoint.js'
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import { BacklogWatch } from './backlog-watch.js'
import type { Inbox, InboxRow } from './inbox.js'
import { Lanes } from './lanes.js'
import { LeaderCall, type WakeReason } from './leader-call.js'
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
  /** How many rows of the inbox are read at once. @default 1_000 */
  readonly pageSize?: number
}

/** As many as may wait in memory, for each update that may be in flight; the rest waits in the database or at Telegram. */
const waitingPerFlight = 10
/** As many as may stand in the inbox before an instance that does not lead takes no more in: no memory holds them. */
const backlogPerFlight = 100

/** See the file's purpose. It handles only while it leads. */
export class UpdateEngine {
  readonly #options: UpdateEngineOptions
  readonly #lanes: Lanes<InboxRow>
  /** Numbers of rows that wait in a lane or are being handled. */
  readonly #inHand = new Set<string>()
  /** What ends each wait, with the question whether it may. */
  readonly #waiters = new Map<() => void, () => boolean>()
  readonly #call: LeaderCall
  readonly #backlog: BacklogWatch
  /** Aborted when the term as leader ends. `undefined` while another instance leads. */
  #term: AbortController | undefined
  /** Set until its first look: what comes in until then goes behind what an earlier term has dropped. */
  #opening: AbortController | undefined
  /** Set while the inbox is read: rows whose handling ended meanwhile may still be in the answer. */
  #ended: Set<string> | undefined
  /** What came in while the inbox was read. */
  #arrived: InboxRow[] = []
  /** All rows up to this number are known. */
  #knownTo = 0n
  #looking: Promise<void> = Promise.resolve()
  /** What was called for while the inbox was read: a look behind this number. */
  #wanted: bigint | undefined
  #sweep: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(options: UpdateEngineOptions) {
    this.#options = options
    this.#call = new LeaderCall(() => options.inbox.callLeader(), options.logger)
    this.#backlog = new BacklogWatch(
      () => options.inbox.hasMoreUnsettledThan(options.updatesInFlight * backlogPerFlight),
      options.logger,
    )
    this.#lanes = new Lanes((row) => this.#handle(row), options.updatesInFlight)
  }

  /**
   * Takes up what is unsettled, in order of arrival, and handles from now on. Resolves with true when the intake may
   * open, and with false when `follow` or `stop` was called meanwhile.
   *
   * @throws what the database says. It does not lead then.
   */
  async lead(): Promise<boolean> {
    if (this.#isStopped) return false
    const term = new AbortController()
    // Every update that waits for its next try listens.
    setMaxListeners(0, term.signal)
    this.#term = term
    this.#opening = term
    // What an earlier term left running ends first, or a chat's next update could overtake it.
    await this.#looking
    await this.#lanes.idle()
    if (this.#opening === term) this.#opening = undefined
    try {
      await this.#look(0n, term.signal)
    } catch (error) {
      if (!term.signal.aborted) this.follow()
      throw error
    }
    if (term.signal.aborted) return false
    this.#sweep = setInterval(() => this.#lookAgain(0n, term.signal), this.#options.sweepMs ?? 2_000)
    this.#sweep.unref()
    void this.#lookForWanted(term.signal)
    return true
  }

  /** Starts nothing more: another instance leads, or will. What is under way goes on to its end. */
  follow(): void {
    this.#term?.abort()
    this.#term = undefined
    this.#opening = undefined
    this.#arrived = []
    this.#wanted = undefined
    clearInterval(this.#sweep)
    for (const { seq } of this.#lanes.clear()) this.#inHand.delete(seq)
  }

  /** Whether this instance handles. */
  get isLeading(): boolean {
    return this.#term !== undefined
  }

  /** How many updates wait in the lanes or are being handled. */
  get inHand(): number {
    return this.#lanes.size
  }

  /** Writes updates to the inbox; resolves when they are committed. */
  async accept(updates: readonly unknown[]): Promise<void> {
    const rows = await this.#options.inbox.write(updates)
    FAILPOINT: failpoint('after-inbox-row')
    this.#admit(rows)
  }

  /** The same for one that shares its INSERT with others of the moment. */
  async acceptOne(update: RawUpdate): Promise<void> {
    const row = await this.#options.inbox.add(update)
    FAILPOINT: failpoint('after-inbox-row')
    if (row !== undefined) this.#admit([row])
  }

  /** Looks into the inbox at once: another instance wrote to it (`new`), or a failed update is to be handled again (`again`). */
  wake(reason: WakeReason): void {
    if (this.#term === undefined) return
    // A failed one stands far below what is known; looking there is for when it is needed, and for the sweep.
    const after = reason === 'new' ? this.#knownTo : 0n
    if (!this.#isReading) this.#lookAgain(after, this.#term.signal)
    else if (this.#wanted === undefined || after < this.#wanted) this.#wanted = after
  }

  /** Whether more waits than may wait: in memory where this instance leads, in the inbox where another does. */
  isFull(): boolean {
    return this.#term === undefined ? this.#backlog.isOver() : this.#isMemoryFull()
  }

  /** Resolves when there is room, or when `signal` is aborted. */
  ready(signal: AbortSignal): Promise<void> {
    return this.#until(() => !this.#isMemoryFull(), signal)
  }

  /** Resolves when everything that was taken in is handled and settled. */
  async idle(): Promise<void> {
    await this.#looking
    await this.#lanes.idle()
  }

  /** Starts nothing more, for good, and waits for what is under way. What waits stays in the inbox. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.follow()
    this.#lanes.close()
    await this.idle()
  }

  /** Whether the inbox is read, or is to be read first of all. */
  get #isReading(): boolean {
    return this.#opening !== undefined || this.#ended !== undefined
  }

  #isMemoryFull(): boolean {
    return this.#lanes.size + this.#arrived.length >= this.#mostInMemory
  }

  get #mostInMemory(): number {
    return this.#options.updatesInFlight * waitingPerFlight
  }

  /** Resolves when `isSo`, which is asked anew when an update or a look has ended, or when `signal` is aborted. */
  #until(isSo: () => boolean, signal: AbortSignal): Promise<void> {
    if (isSo() || signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const finish = () => {
        this.#waiters.delete(finish)
        signal.removeEventListener('abort', finish)
        resolve()
      }
      this.#waiters.set(finish, isSo)
      signal.addEventListener('abort', finish)
    })
  }

  #admit(rows: readonly InboxRow[]): void {
    for (const row of rows) this.#traceReceived(row)
    if (this.#term === undefined) {
      if (rows.length > 0) this.#call.send()
      return
    }
    this.#arrived.push(...rows)
    if (!this.#isReading && !this.#takeArrived()) this.#lookAgain(this.#knownTo, this.#term.signal)
  }

  /**
   * Puts what came in into its lanes. `false` where numbers are missing before it: another instance may have written
   * these, so all of it is left to be read from the inbox, in its order.
   */
  #takeArrived(): boolean {
    let next = this.#knownTo
    const rows = this.#arrived.splice(0)
    const isGapless = rows.every(({ seq }) => BigInt(seq) <= next || BigInt(seq) === ++next)
    if (!isGapless) return false
    this.#knownTo = next
    for (const row of rows) this.#push(row)
    return true
  }

  #push(row: InboxRow): void {
    if (this.#inHand.has(row.seq) || this.#ended?.has(row.seq)) return
    this.#inHand.add(row.seq)
    this.#lanes.push(row.lane, row)
  }

  async #handle(row: InboxRow): Promise<undefined> {
    if (this.#term !== undefined) await this.#options.handler.handle(row, this.#term.signal)
    this.#ended?.add(row.seq)
    this.#inHand.delete(row.seq)
    this.#tellWaiters()
    return undefined
  }

  #tellWaiters(): void {
    for (const [finish, isSo] of this.#waiters) if (isSo()) finish()
  }

  /** One look at a time; a failed one is made up for by the next. */
  #lookAgain(after: bigint, term: AbortSignal): void {
    if (this.#isReading || term.aborted) return
    this.#looking = this.#look(after, term)
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'The inbox could not be read; it is tried again')
      })
      .then(() => this.#lookForWanted(term))
  }

  async #lookForWanted(term: AbortSignal): Promise<void> {
    // The look of a term that is over wants nothing more: the next term begins with a look at everything.
    if (term.aborted) return
    const after = this.#wanted
    this.#wanted = undefined
    if (after === undefined || this.#isReading) return
    this.#lookAgain(after, term)
    await this.#looking
  }

  /** Reads what is unsettled behind `after` and then takes what came in meanwhile. */
  async #look(after: bigint, term: AbortSignal): Promise<void> {
    this.#ended = new Set()
    try {
      for (let from = after; !term.aborted; from = this.#knownTo) {
        await this.#readPages(from, term)
        if (term.aborted || this.#takeArrived()) return
      }
    } finally {
      this.#ended = undefined
      // All that had come in may have been read and handled meanwhile.
      this.#tellWaiters()
    }
  }

  /** Page by page, no faster than they are handled. */
  async #readPages(after: bigint, term: AbortSignal): Promise<void> {
    const { inbox, pageSize = 1_000 } = this.#options
    for (let from = String(after); ; ) {
      const seqs = await inbox.unsettled(from, pageSize)
      const unknown = seqs.filter((seq) => !this.#inHand.has(seq))
      const rows = unknown.length > 0 ? await inbox.read(unknown) : []
      if (term.aborted) return
      for (const row of rows) this.#push(row)
      from = seqs.at(-1) ?? from
      if (BigInt(from) > this.#knownTo) this.#knownTo = BigInt(from)
      if (seqs.length < pageSize) return
      // For room in the lanes alone: what has come in meanwhile stays until this has ended.
      await this.#until(() => this.#lanes.size < this.#mostInMemory, term)
    }
  }

  #traceReceived({ update, lane }: InboxRow): void {
    if (!traceChannels.received.hasSubscribers) return
    traceChannels.received.publish({ botId: this.#options.botId, updateId: update.update_id, lane })
  }
}
