/** The polling loop: asks Telegram for updates, writes them to the inbox, and only then lets Telegram forget them. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Telegram, TelegramError } from 'telegraf'
import { TelegramRefusal } from '../errors.js'
import type { Logger } from '../logger.js'

/** What polling needs. */
export interface PollerOptions {
  readonly telegram: Telegram
  /** The kinds of update that plugins listen to. Sent with every call: left out, Telegram keeps what was set before. */
  readonly allowedUpdates: readonly string[]
  /** How long Telegram may wait for an update. Seconds, 0–50. */
  readonly longPollSeconds: number
  readonly logger: Logger
  /** Writes to the inbox; resolves when it is committed. */
  accept(updates: readonly unknown[]): Promise<void>
  /** Resolves when there is room for more. */
  ready(signal: AbortSignal): Promise<void>
  /** Told once when polling cannot go on: the token is refused. */
  onFatal(error: TelegramRefusal): void
}

/** An answer that is so late is never coming: the connection is dead. */
const graceMs = 10_000
const firstBackoffMs = 300
const longestBackoffMs = 30_000
const farewellMs = 2_000

/** See the file's purpose. */
export class Poller {
  readonly #options: PollerOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #offset: number | undefined
  #failures = 0

  constructor(options: PollerOptions) {
    this.#options = options
  }

  /** Starts to poll. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends the poll under way and tells Telegram what was written. Resolves when no call is under way. */
  async stop(): Promise<void> {
    if (this.#running === undefined || this.#stopping.signal.aborted) return this.#running
    this.#stopping.abort()
    await this.#running
    await this.#farewell()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#options.ready(signal)
        if (signal.aborted) return
        await this.#pollOnce(signal)
        this.#failures = 0
      } catch (error) {
        if (signal.aborted) return
        if (isTokenRefused(error)) {
          this.#options.onFatal(tokenRefused(error))
          return
        }
        await this.#backOff(error)
      }
    }
  }

  async #pollOnce(signal: AbortSignal): Promise<void> {
    const { longPollSeconds, allowedUpdates, telegram, accept } = this.#options
    const updates = await telegram.callApi(
      'getUpdates',
      {
        timeout: longPollSeconds,
        limit: 100,
        allowed_updates: allowedUpdates as never,
        ...this.#confirmation(),
      },
      { signal: AbortSignal.any([signal, AbortSignal.timeout(longPollSeconds * 1_000 + graceMs)]) as never },
    )
    // What the offset confirmed is forgotten there. Asked for without it, Telegram gives whatever is left, also when
    // its ids have started anew at a lower number, as they do after a week of silence (Bot API, Update.update_id).
    this.#offset = undefined
    if (!Array.isArray(updates))
      throw new TelegramRefusal('TELEGRAM_BAD_RESPONSE', 'getUpdates did not give a list.')
    if (updates.length === 0) return
    await accept(updates)
    const ids = updates.map(({ update_id }) => update_id).filter(Number.isSafeInteger)
    if (ids.length > 0) this.#offset = Math.max(...ids) + 1
  }

  #confirmation(): { offset?: number } {
    return this.#offset === undefined ? {} : { offset: this.#offset }
  }

  async #farewell(): Promise<void> {
    if (this.#offset === undefined) return
    try {
      await this.#options.telegram.callApi(
        'getUpdates',
        { timeout: 0, limit: 1, ...this.#confirmation() },
        { signal: AbortSignal.timeout(farewellMs) as never },
      )
    } catch (error) {
      // The next start gets them again and finds them in the inbox.
      this.#options.logger.debug({ err: error }, 'The last updates could not be confirmed')
    }
  }

  async #backOff(error: unknown): Promise<void> {
    const longest = Math.min(firstBackoffMs * 2 ** this.#failures++, longestBackoffMs)
    const asked = error instanceof TelegramError ? error.parameters?.retry_after : undefined
    const waitMs = asked === undefined ? longest / 2 + (Math.random() * longest) / 2 : asked * 1_000
    this.#options.logger.warn({ err: error, waitMs: Math.round(waitMs) }, 'Polling failed; it is tried again')
    await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }
}

/** Whether Telegram says that there is no such bot. */
export function isTokenRefused(error: unknown): error is TelegramError {
  return error instanceof TelegramError && (error.code === 401 || error.code === 404)
}

/** The one clear line for it. */
export function tokenRefused(cause: TelegramError): TelegramRefusal {
  return new TelegramRefusal(
    'TELEGRAM_TOKEN_REFUSED',
    `Telegram does not know the bot of this token (${cause.code} ${cause.description}). Take a token from @BotFather and set BOT_TOKEN.`,
  )
}
