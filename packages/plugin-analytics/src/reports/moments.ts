/** A moment for each person of many. A Map of numbers takes ten times as long to fill; ids of people are dense enough for pages. */

const pageBits = 12
const pageSize = 1 << pageBits

/** See the file's purpose. Moments are over 0. */
export class Moments {
  readonly #pages = new Map<number, Float64Array>()
  #page: Float64Array = new Float64Array(0)
  #pageNumber = -1
  #size = 0

  /** How many people have one. */
  get size(): number {
    return this.#size
  }

  /** The moment of a person; 0 where they have none. */
  of(userId: number): number {
    this.#turnTo(userId >> pageBits)
    return this.#page[userId & (pageSize - 1)] as number
  }

  /** Keeps the earlier one. */
  note(userId: number, at: number): void {
    this.#turnTo(userId >> pageBits)
    const place = userId & (pageSize - 1)
    const known = this.#page[place] as number
    if (known === 0) this.#size++
    else if (at >= known) return
    this.#page[place] = at
  }

  #turnTo(pageNumber: number): void {
    if (pageNumber === this.#pageNumber) return
    let page = this.#pages.get(pageNumber)
    if (page === undefined) {
      page = new Float64Array(pageSize)
      this.#pages.set(pageNumber, page)
    }
    this.#page = page
    this.#pageNumber = pageNumber
  }
}
