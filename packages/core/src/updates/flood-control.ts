/** Until when nothing may be sent, after Telegram has answered 429: to one chat, or to all where it refuses several in a row. No I/O, no timer. */

/** See the file's purpose. Times are of one clock, in milliseconds. */
export class FloodControl {
  readonly #untilByChat = new Map<string, number>()
  /** Chats that were refused since something was last sent: one is its own bound, several are the bot's. */
  readonly #refusedInARow = new Set<string>()
  #allUntilMs = 0

  /** Telegram refused a call to `chat` and asks to wait. */
  refused(chat: string, retryAfterMs: number, nowMs: number): void {
    const untilMs = nowMs + retryAfterMs
    this.#untilByChat.set(chat, Math.max(untilMs, this.#untilByChat.get(chat) ?? 0))
    this.#refusedInARow.add(chat)
    if (this.#refusedInARow.size > 1) this.#allUntilMs = Math.max(untilMs, this.#allUntilMs)
  }

  /** Telegram took a call. */
  taken(): void {
    if (this.#refusedInARow.size > 0) this.#refusedInARow.clear()
  }

  /** How long to wait before the next call to `chat`; 0 where it may leave now. */
  waitMs(chat: string, nowMs: number): number {
    if (this.#untilByChat.size === 0) return 0
    const chatUntilMs = this.#untilByChat.get(chat) ?? 0
    if (chatUntilMs !== 0 && chatUntilMs <= nowMs) this.#untilByChat.delete(chat)
    return Math.max(0, chatUntilMs - nowMs, this.#allUntilMs - nowMs)
  }
}
