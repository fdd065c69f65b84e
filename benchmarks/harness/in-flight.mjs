/** Which updates are on their way: each from being posted to its answer being seen at the Bot API, whenever the bot confirms it. Pure: the clock is the caller's. */

/** See the file's purpose. A person has one update on its way at most, so that an answer tells by its chat whose it is. */
export class InFlight {
  #postedAtMs = new Map()
  #latencies = []
  #unasked = 0

  /** How many are on their way. */
  get size() {
    return this.#postedAtMs.size
  }

  /** Milliseconds from post to answer, in the order of the answers. */
  get latenciesMs() {
    return this.#latencies
  }

  /** Answers to nobody who waits: a bot that answers twice would look fast. */
  get unasked() {
    return this.#unasked
  }

  /** @param {number} chatId */
  has(chatId) {
    return this.#postedAtMs.has(chatId)
  }

  /** An update of the chat leaves now. @param {number} chatId @param {number} atMs */
  post(chatId, atMs) {
    if (this.has(chatId)) throw new Error(`Chat ${chatId} has an update on its way already.`)
    this.#postedAtMs.set(chatId, atMs)
  }

  /** The Bot API saw the answer. @param {number} chatId @param {number} atMs */
  answer(chatId, atMs) {
    const postedAtMs = this.#postedAtMs.get(chatId)
    if (postedAtMs === undefined) {
      this.#unasked++
      return
    }
    this.#postedAtMs.delete(chatId)
    this.#latencies.push(atMs - postedAtMs)
  }
}
