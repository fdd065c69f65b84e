/** The polling loop: asks Telegram for updates, writes them to the inbox, and only then lets Telegram forget them. */
import { setTimeout as delay } from 'node:timers/promises'
import { type Telegram, TelegramError } from 'telegraf'
import { TelegramRefusal } from '../errors.js'
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import { isRawUpdate } from './update-facts.js'

/** What polling needs. */
export interface PollerOptions {
  readonly telegram: Telegram
  /** The kinds of update that plugins listen to. Sent with every call: left out, Telegram keeps what was set before. */
  readonly allowedUpdates: readonly string[]
  /** How long Telegram may wait for an update. Seconds, 0–50. */
  readonly longPollSeconds: number
  /** How long another program may poll with the same token, or a webhook be set, before polling is given up. Integer > 0. */
  readonly conflictDeadlineMs: number
  readonly botId: number
  readonly logger: Logger
  /** Writes to the inbox; resolves when it is committed. */
  accept(updates: readonly unknown[]): Promise<void>
  /** Resolves when there is room for more. */
  ready(signal: AbortSignal): Promise<void>
  /** Told once when polling cannot go on: the token is refused, or somebody else takes the updates and does not stop. */
  onFatal(error: TelegramRefusal): void
  /** How long after the end of a poll its answer may come; later, the connection is dead. @default 10_000 */
  readonly graceMs?: number
}

/** How the polling goes, for health and metrics. */
export interface PollingState {
  /** Since when Telegram has been asked; `undefined` between two polls. By `performance.now()`. */
  readonly askedAtMs: number | undefined
  /** When Telegram last answered a poll with a list; `undefined` before the first. By `performance.now()`. */
  readonly answeredAtMs: number | undefined
  /** Polls that have failed since that answer. */
  readonly failures: number
  /** Whether Telegram says that another program polls, or that a webhook is set. */
  readonly isConflicted: boolean
}

const firstBackoffMs = 300
// Short enough that the updates are taken over within a minute of the other program's end.
const longestBackoffMs = 30_000
const longestAskedMs = 3_600_000
const farewellMs = 2_000

/** See the file's purpose. */
export class Poller {
  readonly #options: PollerOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #stopped: Promise<void> | undefined
  #offset: number | undefined
  #failures = 0
  #askedAtMs: number | undefined
  #answeredAtMs: number | undefined
  /** Since when Telegram answers 409. */
  #conflictSinceMs: number | undefined

  constructor(options: PollerOptions) {
    this.#options = options
  }

  /** See {@link PollingState}. */
  get state(): PollingState {
    return {
      askedAtMs: this.#askedAtMs,
      answeredAtMs: this.#answeredAtMs,
      failures: this.#failures,
      isConflicted: this.#conflictSinceMs !== undefined,
    }
  }

  /** Starts to poll. */
  start(): void {
    this.#running ??= this.#run()
  }

  /** Ends the poll under way and tells Telegram what was written, for 2 s at most. Resolves when no call is under way. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop()
    return this.#stopped
  }

  async #stop(): Promise<void> {
    this.#stopping.abort()
    await this.#running
    if (this.#running !== undefined && this.#offset !== undefined) await this.#sayFarewell()
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping
    while (!signal.aborted) {
      try {
        await this.#options.ready(signal)
        if (signal.aborted) return
        await this.#pollOnce()
        this.#failures = 0
      } catch (error) {
        const end = await this.#endOf(error)
        if (signal.aborted) return
        if (end !== undefined) return this.#giveUp(end)
        await this.#backOff(error)
      }
    }
  }

  /** Why there is no use in going on; `undefined` where there is. */
  async #endOf(error: unknown): Promise<TelegramRefusal | undefined> {
    if (isConflict(error)) {
      this.#conflictSinceMs ??= performance.now()
      const sinceMs = performance.now() - this.#conflictSinceMs
      return sinceMs < this.#options.conflictDeadlineMs ? undefined : conflict(error, sinceMs)
    }
    // A gateway may answer so for one method and for a while: the token is refused when there is no such bot.
    return isTokenRefused(error) && (await this.#isBotUnknown()) ? tokenRefused(error) : undefined
  }

  async #isBotUnknown(): Promise<boolean> {
    try {
      await this.#options.telegram.callApi('getMe', {}, { signal: this.#stopping.signal as never })
      return false
    } catch (error) {
      return isTokenRefused(error)
    }
  }

  async #pollOnce(): Promise<void> {
    const { longPollSeconds: timeout, graceMs = 10_000 } = this.#options
    this.#askedAtMs = performance.now()
    const updates: unknown = await this.#getUpdates({ timeout, limit: 100 }, timeout * 1_000 + graceMs, [
      this.#stopping.signal,
    ]).finally(() => {
      this.#askedAtMs = undefined
    })
    if (!Array.isArray(updates))
      throw new TelegramRefusal('TELEGRAM_BAD_RESPONSE', 'getUpdates did not give a list.')
    this.#answeredAtMs = performance.now()
    this.#conflictSinceMs = undefined
    // What the offset confirmed is forgotten there. Asked for without it, Telegram gives whatever is left, also when
    // its ids have started anew at a lower number, as they do after a week of silence (Bot API, Update.update_id).
    this.#offset = undefined
    if (updates.length === 0) return
    await this.#options.accept(updates)
    const ids = updates.filter(isRawUpdate).map(({ update_id }) => update_id)
    if (ids.length > 0) {
      this.#offset = Math.max(...ids) + 1
      return
    }
    // There is no id to confirm them with, so they come again at once: not without a pause.
    throw new TelegramRefusal(
      'TELEGRAM_BAD_RESPONSE',
      `getUpdates gave ${updates.length} elements, and none of them is an update.`,
    )
  }

  async #sayFarewell(): Promise<void> {
    try {
      await this.#getUpdates({ timeout: 0, limit: 1 }, farewellMs, [])
    } catch (error) {
      // The next start gets them again and finds them in the inbox.
      this.#options.logger.debug({ err: error }, 'The last updates could not be confirmed')
    }
  }

  /** One call, ended after `patienceMs` or by any of `enders`. */
  async #getUpdates(
    payload: { timeout: number; limit: number },
    patienceMs: number,
    enders: readonly AbortSignal[],
  ): Promise<unknown> {
    const { telegram, allowedUpdates } = this.#options
    const call = new AbortController()
    const end = () => call.abort(new DOMException('The poll was ended', 'AbortError'))
    for (const ender of enders) ender.addEventListener('abort', end)
    // Not AbortSignal.timeout: that one's timer outlives the call, and a busy bot makes many.
    const late = () => call.abort(new DOMException(`no answer after ${patienceMs} ms`, 'TimeoutError'))
    const timer = setTimeout(late, patienceMs)
    try {
      return await telegram.callApi(
        'getUpdates',
        {
          ...payload,
          allowed_updates: allowedUpdates as never,
          ...(this.#offset !== undefined && { offset: this.#offset }),
        },
        { signal: call.signal as never },
      )
    } finally {
      clearTimeout(timer)
      for (const ender of enders) ender.removeEventListener('abort', end)
    }
  }

  #giveUp(error: TelegramRefusal): void {
    try {
      this.#options.onFatal(error)
    } catch (listenerError) {
      this.#options.logger.error({ err: listenerError }, 'What was to be done about it failed')
    }
  }

  async #backOff(error: unknown): Promise<void> {
    const longest = Math.min(firstBackoffMs * 2 ** this.#failures++, longestBackoffMs)
    const asked = error instanceof TelegramError ? error.parameters?.retry_after : undefined
    const waitMs =
      asked === undefined
        ? longest / 2 + (Math.random() * longest) / 2
        : Math.min(asked * 1_000, longestAskedMs)
    const { logger, botId } = this.#options
    logger.warn(
      { err: error, waitMs: Math.round(waitMs) },
      isConflict(error)
        ? 'Another program takes the updates of this bot, so Telegram refuses the poll; it is tried again'
        : 'Polling failed; it is tried again',
    )
    if (traceChannels.pollingFailed.hasSubscribers)
      traceChannels.pollingFailed.publish({ botId, failures: this.#failures, waitMs, error })
    await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
  }
}

/** Whether Telegram says that there is no such bot. */
export function isTokenRefused(error: unknown): error is TelegramError {
  return error instanceof TelegramError && (error.code === 401 || error.code === 404)
}

const isConflict = (error: unknown): error is TelegramError =>
  error instanceof TelegramError && error.code === 409

function conflict(cause: TelegramError, sinceMs: number): TelegramRefusal {
  // Telegram tells the two apart by words alone (Bot API server, Client.cpp).
  const who = /webhook/i.test(cause.description)
    ? 'a webhook was set while this bot polls. Set WEBHOOK_URL here as well, or delete that webhook'
    : 'another program polls with its token. End that one, or give each a bot of its own'
  return new TelegramRefusal(
    'TELEGRAM_CONFLICT',
    `Telegram has refused every poll for ${Math.round(sinceMs / 1_000)} s (409 ${cause.description}): ${who}. CONFLICT_DEADLINE says how long that is borne.`,
    { cause },
  )
}

/** The one clear line for it. */
export function tokenRefused(cause: TelegramError): TelegramRefusal {
  return new TelegramRefusal(
    'TELEGRAM_TOKEN_REFUSED',
    `Telegram does not know the bot of this token (${cause.code} ${cause.description}). Take a token from @BotFather and set BOT_TOKEN.`,
    { cause },
  )
}
