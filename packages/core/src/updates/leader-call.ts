/** Calls the leader from another instance by LISTEN and NOTIFY, so that what that one took in does not wait for the next sweep. */
import type { Logger } from '../logger.js'

/** Why the leader is to look into the inbox: `new` for rows behind those it knows, `again` for one that is to be handled once more. */
export type WakeReason = 'new' | 'again'

/** The channel on which the leader of a bot listens. */
export const wakeChannel = (botId: number): string => `hello_inbox_${botId}`

/** Tells the leader. Parameters: channel, reason. Never part of another transaction: its commit takes a lock of the whole server (PostgreSQL, async.c). */
export const callLeader = { name: 'hello_inbox_call', text: 'SELECT pg_notify($1, $2)' }

/** See the file's purpose. However much arrives, one call is under way at a time, and one more is owed at most. */
export class LeaderCall {
  readonly #notify: () => Promise<void>
  readonly #logger: Logger
  #isUnderWay = false
  #isOwed = false

  constructor(notify: () => Promise<void>, logger: Logger) {
    this.#notify = notify
    this.#logger = logger
  }

  /** Calls, unless a call that is still to leave will do. Nobody waits for it: one that is lost is made up for by the leader's sweep. */
  send(): void {
    this.#isOwed = true
    if (!this.#isUnderWay) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isUnderWay = true
    while (this.#isOwed) {
      this.#isOwed = false
      await this.#notify().catch((error: unknown) => {
        this.#logger.debug({ err: error }, 'The leader could not be called; it looks by itself')
      })
    }
    this.#isUnderWay = false
  }
}
