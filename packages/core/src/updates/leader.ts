/** Elects one leader for each bot by an advisory lock on a connection of its own: it polls and handles, the others stand by. */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from '../logger.js'
import { type WakeReason, wakeChannel } from './leader-call.js'

/** What an election needs. */
export interface LeaderOptions {
  readonly botId: number
  /** Opens the connection that holds the lock. */
  connect(): Promise<pg.Client>
  /**
   * This instance leads: take up what is unsettled and open the intake. Where it rejects, the lock is given back and
   * tried for anew. `signal` is aborted when the lock is lost or the leader retires: open nothing then.
   */
  onElected(signal: AbortSignal): Promise<void>
  /** The lock is lost, maybe while `onElected` is under way, or that failed: close the intake. Another instance may lead by now. May be called twice. */
  onLost(): Promise<void>
  /** Somebody calls the leader: another instance wrote to the inbox, or an update is to be handled again. */
  onCalled?(reason: WakeReason): void
  readonly logger: Logger
  /** Between two tries for the lock. @default 2_000 */
  readonly retryMs?: number
  /** Between two signs of life on the connection; one that is not answered by the next counts as lost. @default 5_000 */
  readonly heartbeatMs?: number
}

// "hell", so that the lock is told from those of other programs in the same database.
const lockNamespace = 0x68656c6c
const farewellMs = 2_000
// The lock of a machine that vanished without a word is given back when the server gives its connection up; by default
// a server asks after two hours. Ten seconds in all, and without effect on a Unix socket, which cannot vanish.
const noticeVanished = `SET tcp_keepalives_idle = 4; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3`

/** See the file's purpose. */
export class Leader {
  readonly #options: LeaderOptions
  readonly #retired = new AbortController()
  readonly #stopped = new AbortController()
  #running: Promise<void> | undefined

  constructor(options: LeaderOptions) {
    this.#options = options
  }

  /** Starts to stand for election. Resolves with the first try: elected, standing by, or to be tried again. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#running ??= this.#run(resolve)
    })
  }

  /** Stands for no further election; a lock that is held is kept until `stop`. */
  retire(): void {
    this.#retired.abort()
  }

  /** Gives the lock back. The intake must be closed before. Asked again it waits for the same end. */
  async stop(): Promise<void> {
    this.retire()
    this.#stopped.abort()
    await this.#running
  }

  async #run(afterFirstTry: () => void): Promise<void> {
    const { logger, retryMs = 2_000 } = this.#options
    const { signal } = this.#retired
    let isStandingBy = false
    while (!signal.aborted) {
      try {
        const client = await this.#takeLock()
        if (client !== undefined) await this.#lead(client, afterFirstTry)
        else if (!isStandingBy && !signal.aborted) logger.info('Another instance leads this bot; standing by')
        isStandingBy = client === undefined
      } catch (error) {
        logger.warn({ err: error }, 'This instance could not lead; it is tried again')
      }
      afterFirstTry()
      await delay(retryMs, undefined, { signal }).catch(() => undefined)
    }
  }

  /** The connection that holds the lock; `undefined` where another instance has it. */
  async #takeLock(): Promise<pg.Client | undefined> {
    const client = await this.#options.connect()
    let isHeld = false
    try {
      await client.query(noticeVanished)
      const { rows } = await client.query<{ held: boolean }>({
        text: 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS held',
        values: [lockNamespace, String(this.#options.botId)],
      })
      isHeld = rows[0]?.held === true && !this.#retired.signal.aborted
    } finally {
      if (!isHeld) await endClient(client)
    }
    return isHeld ? client : undefined
  }

  /** Leads until the lock is lost or `stop` is called. @throws what `onElected` rejects with; the lock is given back. */
  async #lead(client: pg.Client, afterFirstTry: () => void): Promise<void> {
    const { onElected, onLost, logger, botId } = this.#options
    const term = new AbortController()
    const endTerm = () => term.abort()
    this.#retired.signal.addEventListener('abort', endTerm)
    let isLost = false
    let isOpening = true
    let endLead = (): void => undefined
    const over = new Promise<void>((resolve) => {
      endLead = resolve
      this.#stopped.signal.addEventListener('abort', endLead)
      client.once('end', () => {
        isLost = true
        endTerm()
        endLead()
        // What the opening has begun ends now, however long it goes on: another instance may lead already.
        if (isOpening && !this.#stopped.signal.aborted) onLost().catch(() => undefined)
      })
    })
    const heartbeat = this.#watch(client)
    client.on('notification', ({ payload }) =>
      this.#options.onCalled?.(payload === 'again' ? 'again' : 'new'),
    )
    try {
      // Before the inbox is read: what is written from now on is announced, what was written before is found.
      await client.query(`LISTEN ${wakeChannel(botId)}`)
      await onElected(term.signal)
      isOpening = false
      afterFirstTry()
      await over
      if (isLost) logger.warn('The leader lock was lost; the intake is closed until it is had again')
    } finally {
      isOpening = false
      clearInterval(heartbeat)
      // Terms come and go for as long as the process lives: one that left a listener would be kept with its connection.
      this.#retired.signal.removeEventListener('abort', endTerm)
      this.#stopped.signal.removeEventListener('abort', endLead)
      try {
        // Before the lock is given back: whoever leads next must find nothing of ours begun.
        if (!this.#stopped.signal.aborted) await onLost()
      } finally {
        await endClient(client)
      }
    }
  }

  /** Ends a connection that is dead without a word, and keeps one that is idle for hours from being forgotten on the way. */
  #watch(client: pg.Client): NodeJS.Timeout {
    let isWaiting = false
    const heartbeat = setInterval(() => {
      if (isWaiting) {
        client.connection.stream.destroy()
        return
      }
      isWaiting = true
      client.query('SELECT 1').then(
        () => {
          isWaiting = false
        },
        () => client.connection.stream.destroy(),
      )
    }, this.#options.heartbeatMs ?? 5_000)
    return heartbeat.unref()
  }
}

/** Ends a connection politely, or at once where nobody answers. */
async function endClient(client: pg.Client): Promise<void> {
  const impatience = setTimeout(() => client.connection.stream.destroy(), farewellMs)
  await client.end().catch(() => undefined)
  clearTimeout(impatience)
}
