/** Brings what stands open in the outbox to the sender: what was stored just now from memory, the rest from the table, in order and no faster than it is sent. */
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { StoredCall } from '../database/unit.js'
import type { Logger } from '../logger.js'
import { readCall, selectCalls, selectOpen } from './outbox-table.js'

/** What a backlog works with. */
export interface OutboxBacklogOptions {
  readonly botId: number
  /** Which half of the outbox it is. */
  readonly isBulk: boolean
  readonly logger: Logger
  /** The most calls in hand at once; the others wait in the table. Integer > 0. */
  readonly mostInHand: number
  query(query: RawQuery): Promise<RawResult>
  /** Gets each call once, in order. */
  take(call: StoredCall): void
}

/** See the file's purpose. */
export class OutboxBacklog {
  readonly #options: OutboxBacklogOptions
  readonly #inHand = new Set<string>()
  /** Set while the table is read: calls that were closed meanwhile may still be in the answer. */
  #closed: Set<string> | undefined
  /** What was stored while the table was read. */
  #arrived: StoredCall[] = []
  /** Whether all that is open is in hand, so that what comes next can follow at once. */
  #isComplete = false
  #looking: Promise<void> | undefined
  #term: AbortController | undefined
  #roomFound: (() => void) | undefined

  constructor(options: OutboxBacklogOptions) {
    this.#options = options
  }

  /** Whether the table is being read. */
  get isLooking(): boolean {
    return this.#looking !== undefined
  }

  /** Reads the table, and takes what is stored from now on. */
  open(): void {
    this.#term = new AbortController()
    // A look of an earlier term ends first.
    if (this.#looking === undefined) this.look()
    else void this.#looking.then(() => this.look())
  }

  /** Takes nothing more; the table keeps it. */
  close(): void {
    this.#term?.abort()
    this.#term = undefined
    this.#isComplete = false
    this.#roomFound?.()
  }

  /** Takes calls that were stored just now. Those before them in the table come first. */
  push(call: StoredCall): void {
    if (this.#term === undefined || this.#isKnown(call.id)) return
    if (this.#looking !== undefined) {
      if (this.#arrived.length < this.#options.mostInHand) this.#arrived.push(call)
      // Too many to hold: they are read from the table, after those before them.
      else this.#isComplete = false
    } else if (this.#isComplete && this.#hasRoom) this.#admit(call)
    else this.look()
  }

  /** A call has its end, and the table says so. */
  done(id: string): void {
    this.#closed?.add(id)
    this.drop(id)
  }

  /** A call is given back unsent. */
  drop(id: string): void {
    this.#inHand.delete(id)
    if (this.#hasRoom) this.#roomFound?.()
  }

  /** Looks for what is open and not in hand, such as what another instance has stored. One look at a time. */
  look(): void {
    const term = this.#term?.signal
    if (term === undefined) return
    // What it is to find may stand behind what the one under way has read.
    if (this.#looking !== undefined) this.#isComplete = false
    else this.#looking = this.#look(term)
  }

  /** Resolves when the table is read. */
  async looked(): Promise<void> {
    await this.#looking
  }

  async #look(term: AbortSignal): Promise<void> {
    this.#closed = new Set()
    try {
      do {
        this.#isComplete = true
        await this.#readPages(term)
        if (term.aborted) return
        const arrived = this.#arrived.splice(0)
        // Behind one that is missing none may go.
        if (this.#isComplete) for (const call of arrived) this.#admitNew(call)
      } while (!this.#isComplete)
    } catch (error) {
      this.#isComplete = false
      if (!term.aborted)
        this.#options.logger.warn({ err: error }, 'The outbox could not be read; it is tried again')
    } finally {
      if (term.aborted) this.#isComplete = false
      this.#looking = undefined
      this.#closed = undefined
      this.#arrived = []
    }
  }

  async #readPages(term: AbortSignal): Promise<void> {
    const { botId, isBulk, mostInHand, query } = this.#options
    for (let after = '0'; ; ) {
      await this.#room()
      if (term.aborted) return
      const { rows } = await query(selectOpen(isBulk, botId, after, mostInHand))
      const ids = rows.map(({ id }) => id as string)
      const unknown = ids.filter((id) => !this.#isKnown(id))
      const calls = unknown.length === 0 ? [] : (await query(selectCalls(unknown))).rows.map(readCall)
      if (term.aborted) return
      for (const call of calls) this.#admitNew(call)
      if (ids.length < mostInHand) return
      after = ids.at(-1) as string
    }
  }

  get #hasRoom(): boolean {
    return this.#inHand.size < this.#options.mostInHand
  }

  async #room(): Promise<void> {
    while (!this.#hasRoom && this.#term !== undefined) {
      await new Promise<void>((resolve) => {
        this.#roomFound = resolve
      })
    }
  }

  #isKnown(id: string): boolean {
    return this.#inHand.has(id) || this.#closed?.has(id) === true
  }

  #admitNew(call: StoredCall): void {
    if (!this.#isKnown(call.id)) this.#admit(call)
  }

  #admit(call: StoredCall): void {
    this.#inHand.add(call.id)
    this.#options.take(call)
  }
}
