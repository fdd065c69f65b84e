/** What a running app measures of itself at the moment it is asked: types alone. What happens between two readings is told by `trace.ts`. */

/** One reading. `undefined` stands for what could not be asked within 2 s: a database or a Telegram that is away. */
export interface Gauges {
  /** Whether this instance polls and handles. */
  readonly isLeader: boolean
  /** Updates that wait in this instance's lanes or are being handled. */
  readonly updatesInHand: number
  /** What stands in the inbox and is not settled, whichever instance has it in hand. */
  readonly inbox: Backlog | undefined
  /** Messages that have not left. */
  readonly outbox: Backlog | undefined
  /** Connections for units of work. */
  readonly pool: PoolUsage
  /** `undefined` where this instance does not poll. */
  readonly polling: PollingGauges | undefined
  /** Telegram's `pending_update_count` (Bot API, getWebhookInfo). */
  readonly pendingAtTelegram: number | undefined
}

/** What waits in a table. */
export interface Backlog {
  /** 100 000 stands for that or more. */
  readonly count: number
  /** Age of the oldest; 0 where nothing waits. */
  readonly oldestSeconds: number
}

/** Connections of the pool. */
export interface PoolUsage {
  /** The most there may be. */
  readonly size: number
  readonly inUse: number
  /** Units of work that wait for one. */
  readonly waiting: number
}

/** How the polling goes. */
export interface PollingGauges {
  /** Since Telegram last answered a poll with a list; `undefined` before the first. An idle bot is answered once in LONG_POLL. */
  readonly answeredSecondsAgo: number | undefined
  /** Polls that have failed since. */
  readonly failures: number
  /** Whether Telegram says that another program polls, or that a webhook is set. */
  readonly isConflicted: boolean
}

/** Reads the gauges of an app. */
export interface GaugeReader {
  /** Asks the database and Telegram once each; for a page that is asked every few seconds, not for every update. Never rejects. */
  read(): Promise<Gauges>
}
