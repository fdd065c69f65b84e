/**
 * The updates of one bot that wait for it, with Telegram's rules for ids and offsets.
 * Source: Bot API, getUpdates; tdlib td/tddb/td/db/TQueue.cpp.
 */
import { randomInt } from 'node:crypto'
import type { Update } from '../bot-api/objects.js'
import type { Clock } from '../clock.js'

/** An update that waits. */
export interface QueuedUpdate {
  /** What offsets are compared with: the update's own id, or a fresh one where it has none. */
  readonly id: number
  /** What the bot gets, exactly as it was put in: `unknown` because tests put in malformed ones. */
  readonly update: unknown
  readonly expiresAtMs: number
}

const keptMs = 24 * 60 * 60 * 1000

// An offset this far beyond the newest id counts as nonsense, and the queue answers from its head.
const futureTolerance = 10

// Kept from every bot unless it asks for them by name. Source: Bot API, getUpdates, allowed_updates.
const offByDefault = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

/** The queue of one bot. */
export class UpdateQueue {
  /** The kinds that the bot asked for; undefined = the default set. */
  allowedUpdates: readonly string[] | undefined
  /** True to queue each update twice from now on, as on a day when Telegram does not hear that it was taken. */
  repeatsEach = false
  readonly #clock: Clock
  readonly #entries = new Set<QueuedUpdate>()
  #lastId: number
  readonly #listeners = new Set<(entry: QueuedUpdate) => void>()

  /** @param lastId The id before the first one. Real bots start anywhere, so a random one by default. */
  constructor(clock: Clock, lastId = randomInt(100_000_000, 900_000_000)) {
    this.#clock = clock
    this.#lastId = lastId
  }

  /** The newest id that was given out. */
  get lastId(): number {
    return this.#lastId
  }

  /** Takes the next id, so that a crafted update can carry it. */
  takeId(): number {
    this.#lastId += 1
    return this.#lastId
  }

  /** Adds an update of a kind that the bot takes; the filter applies now, not when it is fetched. */
  add(kind: string, payload: unknown): void {
    const allowed = this.allowedUpdates
    if (allowed ? !allowed.includes(kind) : offByDefault.has(kind)) return
    const update: Update = { update_id: this.takeId(), [kind]: payload }
    this.#push(update.update_id, update)
  }

  /** Adds anything, unfiltered and unchanged. An integer `update_id` in it becomes the newest id. */
  addRaw(update: unknown): void {
    const id = (update as { update_id?: unknown } | null)?.update_id
    if (typeof id === 'number' && Number.isSafeInteger(id)) this.#lastId = id
    this.#push(typeof id === 'number' && Number.isSafeInteger(id) ? id : this.takeId(), update)
  }

  /**
   * What getUpdates answers with, and forgets what its offset confirms.
   * @param limit At most this many, 1–100.
   */
  fetch(offset: number, limit: number): unknown[] {
    this.#forgetExpired()
    if (offset < 0) this.#forget([...this.#entries].slice(0, offset))
    else if (offset > 0 && offset <= this.#lastId + futureTolerance) {
      this.#forget([...this.#entries].filter((entry) => entry.id < offset))
    }
    const updates: unknown[] = []
    for (const entry of this.#entries) {
      if (updates.length === limit) break
      updates.push(entry.update)
    }
    return updates
  }

  /** Everything that waits, oldest first. */
  pending(): readonly QueuedUpdate[] {
    this.#forgetExpired()
    return [...this.#entries]
  }

  /** True while an update waits. */
  has(entry: QueuedUpdate): boolean {
    return this.#entries.has(entry)
  }

  /** Forgets one update: it was delivered. */
  remove(entry: QueuedUpdate): void {
    this.#entries.delete(entry)
  }

  /** Forgets everything that waits. Ids go on from where they are. */
  clear(): void {
    this.#entries.clear()
  }

  /** Puts saved updates back without giving out their ids again. */
  restore(updates: readonly unknown[]): void {
    const newestId = this.#lastId
    for (const update of updates) this.addRaw(update)
    this.#lastId = Math.max(newestId, this.#lastId)
  }

  /** Lets ids jump: the next one is `count` further on. Integer ≥ 0. */
  skipIds(count: number): void {
    this.#lastId += count
  }

  /** Queues what waits once more, under the same ids: Telegram promises at least one delivery, not one. */
  repeat(): void {
    for (const entry of this.pending()) this.#push(entry.id, entry.update, true)
  }

  /** Turns the order of what waits round. */
  reverse(): void {
    const entries = this.pending()
    this.#entries.clear()
    for (const entry of [...entries].reverse()) this.#entries.add(entry)
  }

  /** Calls `listener` for each update that is added from now on. */
  subscribe(listener: (entry: QueuedUpdate) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #push(id: number, update: unknown, isRepeat = false): void {
    const entry = { id, update, expiresAtMs: this.#clock.nowMs() + keptMs }
    this.#entries.add(entry)
    for (const listener of [...this.#listeners]) listener(entry)
    // In the same turn, so that both leave in one answer: a poll confirms what it has seen.
    if (this.repeatsEach && !isRepeat) this.#push(id, update, true)
  }

  #forget(entries: readonly QueuedUpdate[]): void {
    for (const entry of entries) this.#entries.delete(entry)
  }

  #forgetExpired(): void {
    const nowMs = this.#clock.nowMs()
    for (const entry of this.#entries) {
      if (entry.expiresAtMs > nowMs) return
      this.#entries.delete(entry)
    }
  }
}
