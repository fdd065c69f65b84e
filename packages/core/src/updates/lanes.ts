/** One ordered lane for each key: what shares a key is handled one at a time in order of arrival, different keys in parallel up to a limit. No I/O. */

/** What `handle` gives to be called again with the same item: its lane waits, and its place is free for others. Also after a `clear`, before what has come since. */
export interface Postponed {
  /** Must not reject. */
  readonly until: Promise<unknown>
}

interface Lane<Item> {
  readonly key: string
  /** What is not being handled; the next one first. */
  readonly waiting: Item[]
  isBusy: boolean
}

/** See the file's purpose. An idle lane takes no memory. */
export class Lanes<Item> {
  readonly #handle: (item: Item) => Promise<Postponed | undefined>
  readonly #limit: number
  readonly #lanes = new Map<string, Lane<Item>>()
  /** Lanes whose next item may be handled, the longest waiting first. A set, since taking the first of a long list moves all others. */
  readonly #ready = new Set<Lane<Item>>()
  readonly #idle: (() => void)[] = []
  #running = 0
  #size = 0
  #isClosed = false

  /**
   * @param handle must not reject: what it cannot do it records
   * @param limit the most items handled at once
   */
  constructor(handle: (item: Item) => Promise<Postponed | undefined>, limit: number) {
    this.#handle = handle
    this.#limit = limit
  }

  /** How many items wait or are being handled. */
  get size(): number {
    return this.#size
  }

  /** How many keys take memory. */
  get laneCount(): number {
    return this.#lanes.size
  }

  /** Adds an item to the end of its lane; does nothing after `close`. */
  push(key: string, item: Item): void {
    if (this.#isClosed) return
    this.#size++
    const lane = this.#lanes.get(key)
    if (lane !== undefined) {
      lane.waiting.push(item)
      return
    }
    const opened = { key, waiting: [item], isBusy: false }
    this.#lanes.set(key, opened)
    this.#ready.add(opened)
    this.#fill()
  }

  /** Drops what waits and gives it back; what is being handled goes on. */
  clear(): Item[] {
    const dropped: Item[] = []
    for (const lane of this.#lanes.values()) {
      dropped.push(...lane.waiting.splice(0))
      if (!lane.isBusy) this.#lanes.delete(lane.key)
    }
    this.#ready.clear()
    this.#size = this.#running
    this.#announceIdle()
    return dropped
  }

  /** Drops what waits, for good: nothing can be added any more. */
  close(): Item[] {
    this.#isClosed = true
    return this.clear()
  }

  /** Resolves when nothing waits and nothing is being handled. */
  idle(): Promise<void> {
    if (this.#size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #fill(): void {
    while (this.#running < this.#limit) {
      const [lane] = this.#ready
      if (lane === undefined) return
      this.#ready.delete(lane)
      void this.#runNext(lane)
    }
  }

  async #runNext(lane: Lane<Item>): Promise<void> {
    const item = lane.waiting.shift() as Item
    lane.isBusy = true
    this.#running++
    let postponed: Postponed | undefined
    try {
      postponed = await this.#handle(item)
    } finally {
      this.#running--
      lane.isBusy = false
      if (postponed !== undefined && !this.#isClosed) this.#park(lane, item, postponed)
      else this.#advance(lane)
      this.#fill()
      this.#announceIdle()
    }
  }

  /** Puts the item back to the head of its lane, which stays where it is until the time has come. */
  #park(lane: Lane<Item>, item: Item, { until }: Postponed): void {
    lane.waiting.unshift(item)
    void until.then(() => {
      // Dropped meanwhile, together with all that waited in it.
      if (this.#lanes.get(lane.key) !== lane) return
      this.#ready.add(lane)
      this.#fill()
    })
  }

  #advance(lane: Lane<Item>): void {
    this.#size--
    // To the end of the line, so that a busy chat does not keep others waiting.
    if (lane.waiting.length > 0) this.#ready.add(lane)
    else this.#lanes.delete(lane.key)
  }

  #announceIdle(): void {
    if (this.#size > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
