/** Telegram's limits of sending, as its Bot FAQ gives them: 30 a second, one a second to a chat, 20 a minute to a group. */
import { ApiError } from '../bot-api/api-error.js'
import type { Clock } from '../clock.js'

interface Limit {
  readonly count: number
  readonly withinMs: number
}

const everywhere: Limit = { count: 30, withinMs: 1_000 }
const perChat: Limit = { count: 1, withinMs: 1_000 }
const perGroup: Limit = { count: 20, withinMs: 60_000 }

/** The calls of a world's bots that count. The real server allows short bursts; its figures are not published. */
export class RateLimits {
  readonly #clock: Clock
  // Times of the calls that were let through, by what they count against.
  readonly #times = new Map<string, number[]>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws ApiError 429 with retry_after, where the call is one too many. It does not count then. */
  check(method: string, botId: number, chatId = ''): void {
    if (!/^(?:send|forward|copy)/.test(method) || method === 'sendChatAction') return
    const counted: [string, Limit][] = [[`${botId}`, everywhere]]
    counted.push([`${botId}:${chatId}`, chatId.startsWith('-') ? perGroup : perChat])
    const nowMs = this.#clock.nowMs()
    const waitMs = Math.max(...counted.map(([key, limit]) => this.#waitMs(key, limit, nowMs)))
    if (waitMs > 0) {
      const seconds = Math.ceil(waitMs / 1000)
      throw new ApiError(429, `Too Many Requests: retry after ${seconds}`, { retry_after: seconds })
    }
    for (const [key] of counted) this.#times.get(key)?.push(nowMs)
  }

  #waitMs(key: string, { count, withinMs }: Limit, nowMs: number): number {
    const recent = (this.#times.get(key) ?? []).filter((time) => time > nowMs - withinMs)
    this.#times.set(key, recent)
    const first = recent[recent.length - count]
    return first === undefined ? 0 : first + withinMs - nowMs
  }
}
