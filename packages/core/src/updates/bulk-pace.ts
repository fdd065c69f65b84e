/** When each message of a mailing may leave, within the bounds that Telegram's FAQ gives for mailings; what is no mailing goes first. No I/O, no timer. */

// https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this
const betweenAllMs = 1_000 / 30
const betweenOfChatMs = 1_000
/** 20 a minute. */
const betweenOfGroupMs = 3_000

/** See the file's purpose. Times are of one clock, in milliseconds. */
export class BulkPace {
  readonly #nextByChat = new Map<string, number>()
  #nextMs = 0

  /** Takes the next place for a message to `chat`: the time at which it may leave. */
  reserve(chat: string, nowMs: number): number {
    const free = Math.max(nowMs, this.#nextMs)
    // Only the time of all moves on: a chat that has to wait keeps no other waiting.
    this.#nextMs = free + betweenAllMs
    const atMs = Math.max(free, this.#nextByChat.get(chat) ?? 0)
    if (this.#nextByChat.size > 1_000) this.#forget(nowMs)
    this.#nextByChat.set(chat, atMs + (isGroup(chat) ? betweenOfGroupMs : betweenOfChatMs))
    return atMs
  }

  /** Something else was sent, which takes a place from the mailing. */
  yield(nowMs: number): void {
    // Nothing to move where no mailing is under way.
    if (this.#nextMs > nowMs) this.#nextMs += betweenAllMs
  }

  #forget(nowMs: number): void {
    for (const [chat, nextMs] of this.#nextByChat) if (nextMs <= nowMs) this.#nextByChat.delete(chat)
  }
}

/** Groups and channels have negative ids, or names. */
function isGroup(chat: string): boolean {
  return chat.startsWith('-') || chat.startsWith('@')
}
