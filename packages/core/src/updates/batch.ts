/** Gathers what arrives while one statement is under way and gives it to the next: one round trip for many, and no timer. */

/** See the file's purpose. Items keep their order. */
export class Batch<Item, Result> {
  readonly #flush: (items: readonly Item[]) => Promise<readonly Result[]>
  readonly #max: number
  #waiting: { item: Item; resolve(result: Result): void; reject(error: unknown): void }[] = []
  #running: Promise<void> | undefined

  /**
   * @param flush handles items together and gives a result for each, in their order
   * @param max the most items of one flush
   */
  constructor(flush: (items: readonly Item[]) => Promise<readonly Result[]>, max = 1000) {
    this.#flush = flush
    this.#max = max
  }

  /** Resolves when the item's flush has. Rejects for every item of a flush that failed. */
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
    // What else arrives in this turn of the event loop goes along.
    await new Promise(setImmediate)
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#max)
      try {
        const results = await this.#flush(batch.map(({ item }) => item))
        for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result)
      } catch (error) {
        for (const { reject } of batch) reject(error)
      }
    }
    this.#running = undefined
  }
}
