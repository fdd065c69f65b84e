/** Gathers what arrives while one statement is under way and gives it to the next: one round trip for many. */

/** After so many turns of the event loop that have brought no further item, no other is about to come. */
const quietTurns = 2
/** Under load there may always be another. */
const longestGatheringMs = 2

/** See the file's purpose. Items keep their order. */
export class Batch<Item, Result> {
  readonly #flush: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly #max: number
  readonly #divides: (error: unknown) => boolean
  readonly #waitMs: number
  #lastSize = 0
  #waiting: Waiting<Item, Result>[] = []
  #running: Promise<void> | undefined
  /** Set while the first item of a flush waits for its time. */
  #leaveNow: (() => void) | undefined

  /**
   * @param flush handles items together and gives a result for each, in their order
   * @param options `max` is the most items of one flush (1000); where `divides` says that a single item may be at fault
   * for an error, nothing of the flush was done, and each of its items is flushed alone; `waitMs` is for what nobody
   * waits for: how long the first item of a flush waits for others (0: no longer than others come)
   */
  constructor(
    flush: (items: readonly Item[]) => Promise<readonly Result[]>,
    { max = 1000, divides = () => false, waitMs = 0 }: BatchOptions = {},
  ) {
    this.#flush = flush
    this.#max = max
    this.#divides = divides
    this.#waitMs = waitMs
  }

  /** Resolves when the item's flush has. Rejects with what the flush failed with. */
  add(item: Item): Promise<Result> {
    const added = new Promise<Result>((resolve, reject) => this.#waiting.push({ item, resolve, reject }))
    this.#running ??= this.#run()
    return added
  }

  /** Flushes what waits, and resolves when nothing is waiting or under way. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) {
      this.#leaveNow?.()
      await this.#running
    }
  }

  async #run(): Promise<void> {
    do {
      await new Promise<void>((leave) => this.#gather(leave))
      await this.#end(this.#waiting.splice(0, this.#max))
    } while (this.#waiting.length > 0)
    this.#running = undefined
  }

  #gather(leave: () => void): void {
    if (this.#waitMs > 0) this.#wait(leave)
    else if (this.#lastSize > 1) this.#gatherWhileMoreCome(leave)
    else setImmediate(leave)
  }

  #wait(leave: () => void): void {
    const timer = setTimeout(() => this.#leaveNow?.(), this.#waitMs)
    this.#leaveNow = () => {
      clearTimeout(timer)
      this.#leaveNow = undefined
      leave()
    }
  }

  /** A timer would wait where nothing comes, and the fewer are on their way, the more that costs each of them. */
  #gatherWhileMoreCome(leave: () => void): void {
    const untilMs = performance.now() + longestGatheringMs
    let size = this.#waiting.length
    let quiet = 0
    const look = () => {
      quiet = this.#waiting.length === size ? quiet + 1 : 0
      size = this.#waiting.length
      if (quiet === quietTurns || size >= this.#max || performance.now() >= untilMs) leave()
      else setImmediate(look)
    }
    setImmediate(look)
  }

  async #end(waiting: readonly Waiting<Item, Result>[]): Promise<void> {
    this.#lastSize = waiting.length
    try {
      const results = await this.#flush(waiting.map(({ item }) => item))
      for (const [index, { resolve }] of waiting.entries()) resolve(results[index] as Result)
    } catch (error) {
      if (waiting.length > 1 && this.#divides(error)) for (const each of waiting) await this.#end([each])
      else for (const { reject } of waiting) reject(error)
    }
  }
}

interface BatchOptions {
  readonly max?: number
  readonly waitMs?: number
  divides?(error: unknown): boolean
}

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}
