/** An update as it stands in the inbox, for who looks after it. Pure. */

/** `waiting`: not settled, whether it waits or is being handled. `done`: also one that no plugin listened to. */
export type UpdateStatus = 'waiting' | 'done' | 'failed' | 'dropped'

/** An update as it stands in the inbox. */
export interface StoredUpdate {
  /** Telegram's `update_id`. */
  readonly updateId: number
  /** Order of arrival: what {@link UpdateListing.before} takes. A bigint, as text. */
  readonly seq: string
  readonly status: UpdateStatus
  /** Such as `message`; `undefined` where it cannot be told. */
  readonly kind: string | undefined
  /** `chat:42`, `person:42` or `update:7`: what is handled in order with it. */
  readonly lane: string
  readonly receivedAt: Date
  readonly settledAt: Date | undefined
  /** How often it was settled: 1, and one more for each retry. */
  readonly attempts: number
  /** Of a failed one: the plugin that had it, where one did. */
  readonly plugin: string | undefined
  /** Of a failed one: name, message and stack, without secrets. */
  readonly error: string | undefined
}

/** The same with what Telegram sent: people's words, which are nobody else's business. */
export interface StoredUpdateWithPayload extends StoredUpdate {
  readonly payload: unknown
}

/** Which updates are listed, the newest first. */
export interface UpdateListing {
  /** @default 'failed' */
  readonly status?: UpdateStatus | 'all'
  /** 1 to 1 000. @default 50 */
  readonly limit?: number
  /** Only those that arrived before the one with this `seq`: the last one of the page before. */
  readonly before?: string
}

/** What a row says. */
export function storedUpdate(row: Record<string, unknown>): StoredUpdate {
  return {
    updateId: Number(row.update_id),
    seq: String(row.seq),
    status: row.status as UpdateStatus,
    kind: /"(?!update_id")(\w+)":\{/.exec(row.beginning as string)?.[1],
    lane: row.lane as string,
    receivedAt: row.received_at as Date,
    settledAt: (row.settled_at as Date | null) ?? undefined,
    attempts: row.attempts as number,
    plugin: (row.plugin as string | null) ?? undefined,
    error: (row.error as string | null) ?? undefined,
  }
}
