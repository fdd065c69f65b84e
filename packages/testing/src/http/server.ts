/** The HTTP face of a world: the Bot API, the control API and the chat page on one origin. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answerPage } from '../playground.js'
import { FaultPlan } from '../world/faults.js'
import type { World } from '../world.js'
import { answerCall, answerDownload } from './bot-api-endpoint.js'
import { answerControl, sendError } from './control.js'
import { ControlContext, type ControlDefaults } from './control-context.js'
import { refusalOf } from './local-only.js'

/** Options of {@link startServer}. */
export interface ServerOptions {
  /** TCP port. 0 = any free one. @default 0 */
  port?: number
  /** Address to listen on. @default '127.0.0.1' */
  host?: string
  /** Who speaks for the control API and the page. */
  defaults?: ControlDefaults
}

/** A server that runs. */
export interface RunningServer {
  /** What clients take as their API root: `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly apiRoot: string
  /** The address of the chat page. */
  readonly url: string
  readonly port: number
  /** Faults for the next calls. */
  readonly faults: FaultPlan
  /** Stops and cuts every connection. May be called again. The world lives on. */
  stop(): Promise<void>
  /** As `stop`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the HTTP face of a world. Rejects with the system's error when the port is taken.
 * A world may have several servers.
 */
export async function startServer(world: World, options: ServerOptions = {}): Promise<RunningServer> {
  const { port = 0, host = '127.0.0.1', defaults = {} } = options
  const faults = new FaultPlan()
  const context = new ControlContext(world, defaults, faults)
  const server = createServer((request, response) => {
    answer(world, faults, context, request, response)
  })
  // A keep-alive connection that a client takes up again as it is closed costs that client a reset.
  server.keepAliveTimeout = 60_000
  await listen(server, port, host)
  const address = server.address() as AddressInfo
  const apiRoot = `http://${nameOf(host)}:${address.port}`
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= close(server)
    return stopped
  }
  return { apiRoot, url: `${apiRoot}/`, port: address.port, faults, stop, [Symbol.asyncDispose]: stop }
}

function answer(
  world: World,
  faults: FaultPlan,
  context: ControlContext,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const target = request.url ?? '/'
  const queryAt = target.indexOf('?')
  const path = queryAt < 0 ? target : target.slice(0, queryAt)
  const query = queryAt < 0 ? '' : target.slice(queryAt + 1)
  if (path.startsWith('/bot')) answerCall(world, faults, request, response, path, query)
  else if (path.startsWith('/file/bot')) answerDownload(world, response, path)
  else answerLocal(context, path, query, request, response)
}

/** The page and the control API, for this machine only. */
function answerLocal(
  context: ControlContext,
  path: string,
  query: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const refusal = refusalOf(request)
  if (refusal) {
    sendError(response, 403, 'FORBIDDEN', refusal)
  } else if (path.startsWith('/control/')) {
    void answerControl(context, path.slice('/control/'.length), query, request, response)
  } else if (request.method !== 'GET' || !answerPage(path, response)) {
    sendError(
      response,
      404,
      'NOT_FOUND',
      'There is the page at /, the control API under /control, and /bot<token>.',
    )
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

/** An address that clients can call: the unspecified ones mean this machine, and IPv6 goes in brackets. */
function nameOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
