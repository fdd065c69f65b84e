/** Asks the database for the time every so often: an app service that starts and stops with the app. */
import { defineContract, definePlugin, fromEnvironment, type Logger, type UnitRunner, z } from '@hello/core'

const options = z.object({
  everyMs: fromEnvironment('TICKER_EVERY_MS', z.number().int().min(10).default(60_000)),
})

// #region service
interface Needs {
  database: UnitRunner
  logger: Logger
  options: z.output<typeof options>
}

class Ticker {
  readonly #needs: Needs
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()

  constructor({ database, logger, options }: Needs) {
    this.#needs = { database, logger, options }
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() => this.#tick())
    }, this.#needs.options.everyMs)
  }

  /** Starts no further tick and waits for the one under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
  }

  async #tick(): Promise<void> {
    const { database, logger } = this.#needs
    try {
      const [row] = await database.unit((session) => session.sql<{ time: Date }>`SELECT now() AS time`)
      logger.info({ time: row?.time }, 'Tick')
    } catch (error) {
      logger.error({ err: error }, 'A tick failed; the next one comes')
    }
  }
}
// #endregion

// #region hooks
const contract = defineContract({ name: 'ticker', options, appServices: { ticker: Ticker } })

export const ticker = definePlugin(contract, {
  start: ({ ticker }) => ticker.start(),
  stop: ({ ticker }) => ticker.stop(),
})
// #endregion
