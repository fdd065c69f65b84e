/** The server on PORT: the exact path of the webhook goes to its receiver, everything else to the routes of plugins. Plain `node:http`, since every update comes through it. */
import { createServer, type RequestListener, type Server } from 'node:http'
import type { Logger } from '../logger.js'
import { createWebhookReceiver, type WebhookOptions } from './webhook.js'

/** Who answers. */
export interface HttpServerOptions {
  readonly logger: Logger
  /** Absent where updates are polled. */
  readonly webhook?: Omit<WebhookOptions, 'logger'> & {
    /** The exact path, such as `/webhook`. */
    readonly path: string
  }
  /** Absent where no plugin has routes: every other path is then answered with 404. */
  readonly routes?: RequestListener
}

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  // Node looks for requests that are too slow only this often.
  connectionsCheckingInterval: 1_000,
  // Longer than proxies keep an idle connection (60 s, as most are set): the side that asks is to close it, since a
  // request that is sent just as we close is answered by the proxy with 502.
  keepAliveTimeout: 75_000,
}

/** Builds it; `listen` opens it. */
export function createHttpServer({ webhook, routes = nothingThere, logger }: HttpServerOptions): Server {
  const path = webhook?.path
  const receive = webhook && createWebhookReceiver({ ...webhook, logger }, () => !server.listening)
  const server: Server = createServer(limits, (request, response) => {
    if (receive !== undefined && request.url === path) receive(request, response)
    else routes(request, response)
  })
  server.on('error', (error) => logger.error({ err: error }, 'The HTTP server failed'))
  return server
}

const nothingThere: RequestListener = (_, response) => {
  response.setHeader('connection', 'close')
  response.writeHead(404).end()
}
