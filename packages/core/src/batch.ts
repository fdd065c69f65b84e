/** Gathers what arrives while one statement is under way and gives it to the next: one round trip for many. */

/** See the file's purpose. Items keep their order. */
export class Batch<Item, Result> {
  readonly #flush: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly #max: number
  readonly #divides: (error: unknown) => boolean
  readonly #gatherMs: number
  #lastSize = 0
  #waiting: Waiting<Item, Result>[] = []
  #running: Promise<void> | undefined

  /**
   * @param flush handles items together and gives a result for each, in their order
   * @param options `max` is the most items of one flush (1000); where `divides` says that a single item may be at fault
   * for an error, nothing of the flush was done, and each of its items is flushed alone; `gatherMs` is how long the
   * first item of a flush waits for others where the flush before had several (0: to the end of this turn of the event loop)
   */
  constructor(
    flush: (items: readonly Item[]) => Promise<readonly Result[]>,
    { max = 1000, divides = () => false, gatherMs = 0 }: BatchOptions = {},
  ) {
    this.#flush = flush
    this.#max = max
    this.#divides = divides
    this.#gatherMs = gatherMs
  }

  /** Resolves when the item's flush has. Rejects with what the flush failed with. */
  add(item: Item): Promise<Result> {
    const added = new Promise<Result>((resolve, reject) => this.#waiting.push({ item, resolve, reject }))
    this.#running ??= this.#run()
    return added
  }

  /** Resolves when nothing is waiting or under way. */
  async drained(): Promise<void> {
    while (this.#running !== undefined) await this.#running
  }

  async #run(): Promise<void> {
    do {
      await this.#gather()
      await this.#end(this.#waiting.splice(0, this.#max))
    } while (this.#waiting.length > 0)
    this.#running = undefined
  }

  #gather(): Promise<unknown> {
    return new Promise((resolve) => {
      if (this.#gatherMs > 0 && this.#lastSize > 1) setTimeout(resolve, this.#gatherMs)
      else setImmediate(resolve)
    })
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
  readonly gatherMs?: number
  divides?(error: unknown): boolean
}

interface Waiting<Item, Result> {
  readonly item: Item
  resolve(result: Result): void
  reject(error: unknown): void
}
