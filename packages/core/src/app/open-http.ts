/** Opens the server on PORT where there is something to answer: the webhook, routes of plugins, or both. */
import type { AppConfig } from '../config/app-config.js'
import type { ServiceContainer } from '../container/container.js'
import type { Database } from '../database/database.js'
import type { ErrorReports } from '../error-reports.js'
import { PluginError } from '../errors.js'
import type { HttpOptions } from '../http/http-options.js'
import { createHttpServer } from '../http/http-server.js'
import { closeServer, listen, urlOf } from '../http/listen.js'
import type { RouteServer } from '../http/route-server.js'
import type { PluginRoute } from '../http/route-table.js'
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import type { UpdateEngine } from '../updates/update-engine.js'
import { beforeDeadline } from './deadline.js'
import type { DrainClock } from './drain.js'
import type { Teardown } from './teardown.js'

/** What the server joins. */
export interface OpenHttpOptions {
  readonly config: AppConfig
  readonly http: HttpOptions
  readonly routes: readonly PluginRoute[]
  readonly engine: UpdateEngine
  readonly database: Database
  readonly container: ServiceContainer
  readonly reports: ErrorReports
  readonly botId: number
  readonly logger: Logger
  /** Gets what closes the server: no further request, and those under way have what is left of the stop's time. */
  readonly teardown: Teardown
  readonly clock: DrainClock
}

/**
 * Gives the address to ask, or undefined where nothing is opened.
 *
 * @throws ConfigError CONFIG_PORT_IN_USE, CONFIG_PORT or CONFIG_HOST: it cannot be opened.
 */
export async function openHttp(options: OpenHttpOptions): Promise<string | undefined> {
  const { config, engine, logger, teardown, clock } = options
  const routes = await createRoutes(options)
  if (config.webhook === undefined && routes === undefined) return undefined
  const { port, host, bodyLimitBytes } = config.http
  const server = createHttpServer({
    logger,
    ...(config.webhook && {
      webhook: {
        path: config.webhook.path,
        secret: config.webhook.secret,
        bodyLimitBytes,
        accept: (update) => engine.acceptOne(update),
        isFull: () => engine.isFull(),
        onMalformed: () => {
          logger.warn('A body that is no update was refused by the webhook')
          if (!traceChannels.malformed.hasSubscribers) return
          traceChannels.malformed.publish({ botId: options.botId, intake: 'webhook' })
        },
      },
    }),
    ...(routes && { routes: routes.handle }),
  })
  await listen(server, port, host)
  const url = urlOf(server)
  logger.info({ url }, 'The HTTP server is open')
  teardown.add(async () => {
    await closeServer(server, clock.remainingMs())
    // Of a caller who has gone the connection is closed while the handler may still run.
    await beforeDeadline(routes?.idle(), clock.remainingMs(), () => late(clock.deadlineMs))
  })
  return url
}

/** Fastify is loaded here, and only where it has something to answer. */
async function createRoutes(options: OpenHttpOptions): Promise<RouteServer | undefined> {
  const { routes, http, config } = options
  if (routes.length === 0 && http.openApi === undefined) return undefined
  const { createRouteServer } = await import('../http/route-server.js')
  const { bodyLimitBytes, requestDeadlineMs } = config.http
  return createRouteServer({ ...options, token: config.telegram.token, bodyLimitBytes, requestDeadlineMs })
}

const late = (deadlineMs: number) =>
  new PluginError('APP_STOP_DEADLINE', `Requests were still being handled after ${deadlineMs} ms.`)
