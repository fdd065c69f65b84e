/** One ordered lane for each key: what shares a key is handled one at a time in order of arrival, different keys in parallel up to a limit. No I/O. */

/** See the file's purpose. An idle lane takes no memory. */
export class Lanes<Item> {
  readonly #handle: (item: Item) => Promise<void>
  readonly #limit: number
  readonly #waiting = new Map<string, Item[]>()
  readonly #ready: string[] = []
  readonly #idle: (() => void)[] = []
  #running = 0
  #size = 0
  #closed = false

  /**
   * @param handle must not reject: what it cannot do it records
   * @param limit the most items handled at once
   */
  constructor(handle: (item: Item) => Promise<void>, limit: number) {
    this.#handle = handle
    this.#limit = limit
  }

  /** How many items wait or are being handled. */
  get size(): number {
    return this.#size
  }

  /** Adds an item to the end of its lane. */
  push(key: string, item: Item): void {
    this.#size++
    const lane = this.#waiting.get(key)
    if (lane !== undefined) {
      lane.push(item)
      return
    }
    this.#waiting.set(key, [item])
    this.#ready.push(key)
    this.#fill()
  }

  /** Starts nothing more; what is being handled goes on. What waits is dropped: it stands in the inbox. */
  close(): void {
    this.#closed = true
    this.#ready.length = 0
    this.#size = this.#running
    this.#waiting.clear()
    this.#announceIdle()
  }

  /** Resolves when nothing waits and nothing is being handled. */
  idle(): Promise<void> {
    if (this.#size === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #fill(): void {
    while (this.#running < this.#limit) {
      const key = this.#ready.shift()
      if (key === undefined) return
      this.#running++
      void this.#runNext(key)
    }
  }

  async #runNext(key: string): Promise<void> {
    const item = this.#waiting.get(key)?.[0] as Item
    try {
      await this.#handle(item)
    } finally {
      this.#running--
      this.#size--
      this.#advance(key)
      this.#fill()
      this.#announceIdle()
    }
  }

  #advance(key: string): void {
    if (this.#closed) return
    const lane = this.#waiting.get(key) as Item[]
    lane.shift()
    // To the end of the line, so that a busy chat does not keep others waiting.
    if (lane.length > 0) this.#ready.push(key)
    else this.#waiting.delete(key)
  }

  #announceIdle(): void {
    if (this.#size > 0) return
    for (const resolve of this.#idle.splice(0)) resolve()
  }
}
