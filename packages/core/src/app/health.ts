/** What the health checks look at: the process for "live", and everything that the bot needs for "ready". */
import { setTimeout as delay } from 'node:timers/promises'
import type { HealthCheck, HealthQuestions, HealthReport } from '../http/health-server.js'
import type { PollingState } from '../updates/polling.js'

/** What is looked at. */
export interface HealthOptions {
  /** The age of the oldest update that is not settled; undefined where there is none. Asks the database, with a connection of its own kind: it never takes one from a handler. */
  oldestUnsettledAgeMs(): Promise<number | undefined>
  /** Of the instance that polls; undefined in all others. */
  polling(): PollingState | undefined
  readonly longPollSeconds: number
  readonly unsettledMaxMs: number
  /** Longest wait for the database. @default 1_000 */
  readonly databaseTimeoutMs?: number
  /** @default performance.now */
  readonly nowMs?: () => number
}

/** A loop that is this late serves nobody. */
const mostLagMs = 5_000
/** A poll ends 10 s after the time that Telegram was given for it; one that does not is stuck for good. */
const pollGraceMs = 30_000
/** One poll may fail by chance. */
const mostPollFailures = 3

/** See the file's purpose. The app tells it how far it is. */
export class Health implements HealthQuestions {
  /** The schema fits the code. */
  isMigrated = false
  /** Every plugin has started, and updates are taken in. */
  isStarted = false
  /** The app stops. */
  isDraining = false
  readonly #options: HealthOptions
  #asking: Promise<DatabaseAnswer> | undefined

  constructor(options: HealthOptions) {
    this.#options = options
  }

  /** No look at the database: where that is away, a restart of every instance would only add to it. */
  async live(): Promise<HealthReport> {
    const polling = this.#livePolling()
    return { eventLoop: await this.#eventLoop(), ...(polling && { polling }) }
  }

  async ready(): Promise<HealthReport> {
    const polling = this.#readyPolling()
    const asks = this.isStarted && !this.isDraining
    return {
      started: check(this.isStarted),
      running: check(!this.isDraining),
      migrations: check(this.isMigrated),
      ...(asks && (await this.#database())),
      ...(polling && { polling }),
    }
  }

  /** How long a turn of the event loop takes now. Measured only when it is asked for. */
  async #eventLoop(): Promise<HealthCheck> {
    const { nowMs = () => performance.now() } = this.#options
    const beganAtMs = nowMs()
    await delay(0)
    const lagMs = Math.round(nowMs() - beganAtMs)
    return { ...check(lagMs <= mostLagMs), lagMs }
  }

  #livePolling(): HealthCheck | undefined {
    const { polling, longPollSeconds, nowMs = () => performance.now() } = this.#options
    const state = polling()
    if (state === undefined) return undefined
    // Between two polls it waits for room or for Telegram, both for as long as that takes: only a poll can be stuck.
    const pollMs = state.askedAtMs === undefined ? 0 : Math.round(nowMs() - state.askedAtMs)
    return { ...check(pollMs < longPollSeconds * 1_000 + pollGraceMs), pollMs }
  }

  #readyPolling(): HealthCheck | undefined {
    const state = this.#options.polling()
    if (state === undefined) return undefined
    const { failures, isConflicted } = state
    return { ...check(failures < mostPollFailures && !isConflicted), failures, isConflicted }
  }

  /** However many ask at once, the database is asked once. */
  async #database(): Promise<HealthReport> {
    this.#asking ??= this.#askDatabase().finally(() => {
      this.#asking = undefined
    })
    const answer = await this.#asking
    if (answer === 'none') return { database: check(false) }
    const { unsettledMaxMs } = this.#options
    const { ageMs } = answer
    return {
      database: check(true),
      updates: {
        ...check(ageMs <= unsettledMaxMs),
        oldestUnsettledSeconds: Math.round(ageMs / 1_000),
        mostSeconds: Math.round(unsettledMaxMs / 1_000),
      },
    }
  }

  async #askDatabase(): Promise<DatabaseAnswer> {
    const { oldestUnsettledAgeMs, databaseTimeoutMs = 1_000 } = this.#options
    const patience = new AbortController()
    const late = delay(databaseTimeoutMs, 'none' as const, { signal: patience.signal })
    const asked = oldestUnsettledAgeMs().then((ageMs = 0) => ({ ageMs }))
    try {
      return await Promise.race([asked, late])
    } catch {
      return 'none'
    } finally {
      patience.abort()
      // Whichever lost.
      late.catch(() => undefined)
      asked.catch(() => undefined)
    }
  }
}

type DatabaseAnswer = { readonly ageMs: number } | 'none'

const check = (isOk: boolean): HealthCheck => ({ status: isOk ? 'ok' : 'failed' })
