/** What happens to an update, published on `node:diagnostics_channel` for logs, the playground and metrics. It costs one check where nobody listens. */
import { channel } from 'node:diagnostics_channel'

/** Which update an event belongs to. */
export interface TracedUpdate {
  /** The bot's id, so that two apps in one process are told apart. */
  readonly botId: number
  /** Telegram's `update_id`. */
  readonly updateId: number
}

/** The events, by channel name. Durations are in milliseconds, fractions included. */
export interface TraceEvents {
  /** It stands in the inbox; Telegram may be told. */
  'hello:update.received': TracedUpdate & { readonly lane: string }
  /** Its lane has reached it. */
  'hello:update.started': TracedUpdate & { readonly lane: string; readonly attempt: number }
  /** A plugin's command, callback or handlers took it. */
  'hello:update.dispatched': TracedUpdate & { readonly plugin: string; readonly handler: string }
  /** It is settled, or will be tried again (`retried`). */
  'hello:update.settled': TracedUpdate & {
    readonly outcome: 'committed' | 'untouched' | 'failed' | 'duplicate' | 'retried'
    readonly durationMs: number
    /** Of a failed one: what was thrown; a UnitError UNIT_DEADLINE where it took too long. */
    readonly error?: unknown
    /** Of a failed one: the plugin that had it, where one did. */
    readonly plugin?: string
    /** Of a failed one: `/remind`, `callback rate`, `handlers` or `middleware`. */
    readonly handler?: string
  }
  /** It came once more: it stands in the inbox already, and goes no further. */
  'hello:update.repeated': TracedUpdate
  /** What came is no update, or has no id that can be a key: it was skipped (polling) or refused (webhook). */
  'hello:update.malformed': { readonly botId: number; readonly intake: 'polling' | 'webhook' }
  /** This instance leads from now on, or no longer. */
  'hello:leader.changed': { readonly botId: number; readonly isLeader: boolean }
  /** A poll failed, and the next one waits. */
  'hello:polling.failed': {
    readonly botId: number
    /** How many have failed in a row. */
    readonly failures: number
    readonly waitMs: number
    readonly error: unknown
  }
  /** A statement ran in a unit of work. The text has no values. */
  'hello:sql': Partial<TracedUpdate> & {
    readonly text: string
    readonly durationMs: number
    readonly ok: boolean
  }
  /** A method of the Bot API was called. */
  'hello:api.call': {
    readonly botId: number
    /** The update in whose handling it was made; absent where none is, as of the outbox and of polling. */
    readonly updateId?: number | undefined
    readonly method: string
    readonly chatId?: number | string
    readonly durationMs: number
    readonly ok: boolean
    readonly errorCode?: number
  }
  /** A request to a route of a plugin was answered. */
  'hello:request.answered': {
    readonly botId: number
    readonly requestId: string
    /** Such as `GET /api/users/:id`; absent where the address led nowhere. */
    readonly route?: string
    readonly plugin?: string
    readonly status: number
    readonly durationMs: number
  }
  /** A message of the outbox reached its end. */
  'hello:outbox.sent': {
    readonly botId: number
    readonly outboxId: string
    readonly method: string
    readonly outcome: 'sent' | 'refused' | 'unknown'
    readonly durationMs: number
  }
  /** Nobody caught it, and the process ends: published where it happened, so that who listens knows whose code ran. */
  'hello:process.fault': { readonly origin: 'rejection' | 'exception'; readonly error: unknown }
  /** A pass of a job has ended; `again`: another one follows, `moved`: another instance had run it, `retry`: the infrastructure failed. */
  'hello:job.ended': {
    readonly botId: number
    readonly plugin: string
    readonly job: string
    readonly outcome: 'done' | 'again' | 'failed' | 'moved' | 'retry'
    readonly durationMs: number
  }
}

/** The channels of {@link TraceEvents}; subscribe with `diagnostics_channel.subscribe(name, listener)`. */
export const traceChannels = {
  received: channel('hello:update.received'),
  started: channel('hello:update.started'),
  dispatched: channel('hello:update.dispatched'),
  settled: channel('hello:update.settled'),
  repeated: channel('hello:update.repeated'),
  malformed: channel('hello:update.malformed'),
  leaderChanged: channel('hello:leader.changed'),
  pollingFailed: channel('hello:polling.failed'),
  sql: channel('hello:sql'),
  apiCall: channel('hello:api.call'),
  outboxSent: channel('hello:outbox.sent'),
  requestAnswered: channel('hello:request.answered'),
  jobEnded: channel('hello:job.ended'),
  processFault: channel('hello:process.fault'),
} as const

/** Publishes the time of a statement when it is answered. For use where somebody listens. @internal */
export async function traceSql<T>(
  update: TracedUpdate | undefined,
  text: string,
  answer: Promise<T>,
): Promise<T> {
  const startedAtMs = performance.now()
  let ok = false
  try {
    const value = await answer
    ok = true
    return value
  } finally {
    traceChannels.sql.publish({ ...update, text, durationMs: performance.now() - startedAtMs, ok })
  }
}
