/** Elects one leader for each bot by an advisory lock on a connection of its own: it polls and handles, the others stand by. */
import { setTimeout as delay } from 'node:timers/promises'
import type pg from 'pg'
import type { Logger } from '../logger.js'

/** What an election needs. */
export interface LeaderOptions {
  readonly botId: number
  /** Opens the connection that holds the lock. */
  connect(): Promise<pg.Client>
  /** This instance leads: take up what is unsettled and open the intake. */
  onElected(): Promise<void>
  /** The lock is lost: close the intake. Another instance may lead by now. */
  onLost(): Promise<void>
  readonly logger: Logger
  /** Between two tries for the lock. @default 2_000 */
  readonly retryMs?: number
}

// "hell", so that the lock is told from those of other programs in the same database.
const lockNamespace = 0x68656c6c

/** See the file's purpose. */
export class Leader {
  readonly #options: LeaderOptions
  readonly #stopping = new AbortController()
  #running: Promise<void> | undefined
  #client: pg.Client | undefined

  constructor(options: LeaderOptions) {
    this.#options = options
  }

  /** Starts to stand for election. Resolves with the first try: elected, or standing by. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#running = this.#run(resolve)
    })
  }

  /** Gives the lock back. The intake must be closed before. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#client?.end().catch(() => undefined)
    await this.#running
  }

  async #run(afterFirstTry: () => void): Promise<void> {
    const { logger, retryMs = 2_000 } = this.#options
    let isStandingBy = false
    while (!this.#stopping.signal.aborted) {
      try {
        const term = await this.#tryToLead()
        if (term !== undefined) {
          afterFirstTry()
          await term.ended
          isStandingBy = false
          if (this.#stopping.signal.aborted) return
          logger.warn(
            'The connection that holds the leader lock was lost; the intake is closed until it is had again',
          )
          await this.#options.onLost()
        } else if (!isStandingBy) {
          isStandingBy = true
          logger.info('Another instance leads this bot; standing by')
        }
      } catch (error) {
        logger.warn({ err: error }, 'The leader lock could not be asked for')
      }
      afterFirstTry()
      await delay(retryMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  /** Takes the lock and leads; `ended` resolves when the lock is lost. `undefined` where another instance has it. */
  async #tryToLead(): Promise<{ readonly ended: Promise<void> } | undefined> {
    const client = await this.#options.connect()
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()))
    const { rows } = await client.query<{ led: boolean }>({
      text: 'SELECT pg_try_advisory_lock($1, hashtext($2)) AS led',
      values: [lockNamespace, String(this.#options.botId)],
    })
    if (rows[0]?.led !== true || this.#stopping.signal.aborted) {
      await client.end()
      return undefined
    }
    this.#client = client
    await this.#options.onElected()
    return { ended }
  }
}
