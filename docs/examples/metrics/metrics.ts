/** A page for Prometheus: what happened is counted from the trace, what stands now is read from the gauges when somebody asks. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  defineContract,
  definePlugin,
  fromEnvironment,
  type GaugeReader,
  type Logger,
  type TraceEvents,
  z,
} from '@hello/core'

const options = z.object({
  port: fromEnvironment('METRICS_PORT', z.number().int().min(0).max(65_535).default(9_464)),
})

// #region counting
class Counters {
  readonly #gauges: GaugeReader
  readonly #values = new Map<string, number>()
  readonly #listeners: { [Name in keyof TraceEvents]?: (event: TraceEvents[Name]) => void } = {
    'hello:update.settled': ({ outcome, durationMs, error }) => {
      const isLate = (error as { code?: string } | undefined)?.code === 'UNIT_DEADLINE'
      this.#add(`hello_updates_total{outcome="${isLate ? 'timeout' : outcome}"}`, 1)
      this.#add('hello_update_seconds_sum', durationMs / 1_000)
      this.#add('hello_update_seconds_count', 1)
    },
    'hello:update.repeated': () => this.#add('hello_updates_total{outcome="repeated"}', 1),
    'hello:update.malformed': () => this.#add('hello_updates_total{outcome="malformed"}', 1),
    'hello:polling.failed': () => this.#add('hello_polls_failed_total', 1),
    'hello:api.call': ({ errorCode }) => {
      if (errorCode === 429) this.#add('hello_telegram_429_total', 1)
    },
  }

  constructor({ gauges }: { gauges: GaugeReader }) {
    this.#gauges = gauges
  }

  start(): void {
    for (const [name, listener] of Object.entries(this.#listeners)) subscribe(name, listener as never)
  }

  stop(): void {
    for (const [name, listener] of Object.entries(this.#listeners)) unsubscribe(name, listener as never)
  }

  async text(): Promise<string> {
    const { isLeader, inbox, outbox, pool, pendingAtTelegram } = await this.#gauges.read()
    const now = {
      hello_leader: Number(isLeader),
      hello_inbox_waiting: inbox?.count,
      hello_inbox_oldest_seconds: inbox?.oldestSeconds,
      hello_outbox_waiting: outbox?.count,
      hello_outbox_oldest_seconds: outbox?.oldestSeconds,
      hello_pool_in_use: pool.inUse,
      hello_pool_waiting: pool.waiting,
      hello_pending_at_telegram: pendingAtTelegram,
    }
    return [...this.#values, ...Object.entries(now)]
      .filter(([, value]) => value !== undefined)
      .map(([series, value]) => `${series} ${value}\n`)
      .join('')
  }

  #add(series: string, value: number): void {
    this.#values.set(series, (this.#values.get(series) ?? 0) + value)
  }
}
// #endregion

// #region server
/** Serves the page to this machine alone. */
class MetricsServer {
  readonly #server: Server
  readonly #port: number
  readonly #logger: Logger

  constructor({ counters, logger, options: { port } }: Needs) {
    this.#logger = logger
    this.#port = port
    this.#server = createServer(async (_, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4').end(await counters.text())
    })
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#port, '127.0.0.1', resolve)
    })
    const { port } = this.#server.address() as AddressInfo
    this.#logger.info({ url: `http://127.0.0.1:${port}/metrics` }, 'Metrics are served')
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => this.#server.close(resolve).closeAllConnections())
  }
}

interface Needs {
  counters: Counters
  logger: Logger
  options: z.output<typeof options>
}
// #endregion

// #region hooks
const contract = defineContract({
  name: 'metrics',
  options,
  appServices: { counters: Counters, metricsServer: MetricsServer },
})

export const metrics = definePlugin(contract, {
  start: async ({ counters, metricsServer }) => {
    counters.start()
    await metricsServer.start()
  },
  stop: async ({ counters, metricsServer }) => {
    counters.stop()
    await metricsServer.stop()
  },
})
// #endregion
