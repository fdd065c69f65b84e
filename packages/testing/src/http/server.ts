/** The HTTP face of a world: the Bot API, the control API and the chat page on one origin. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Inspector } from '../playground/inspector.js'
import { answerPage } from '../playground.js'
import { FaultPlan } from '../world/faults.js'
import type { World } from '../world.js'
import { answerCall, answerDownload } from './bot-api-endpoint.js'
import { Conditions } from './conditions.js'
import { answerControl, sendError } from './control.js'
import { type BotSwitch, ControlContext, type ControlDefaults } from './control-context.js'
import { refusalOf } from './local-only.js'

/** Options of {@link startServer}. */
export interface ServerOptions {
  /** TCP port. 0 = any free one. @default 0 */
  port?: number
  /** Address to listen on. @default '127.0.0.1' */
  host?: string
  /** Who speaks for the control API and the page. */
  defaults?: ControlDefaults
  /** With it the playground can stop and start the bot. */
  botSwitch?: BotSwitch
  /** True to record the work of the bot for the playground's inspector from the start on. @default from the moment when the page is opened */
  isInspected?: boolean
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
  /** Where whoever runs the bot tells the playground of its work. */
  readonly inspector: Inspector
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
  const { port = 0, host = '127.0.0.1', defaults = {}, botSwitch, isInspected = false } = options
  const faults = new FaultPlan()
  const inspector = new Inspector()
  const context = new ControlContext(world, defaults, {
    faults,
    conditions: new Conditions(),
    inspector,
    botSwitch,
  })
  if (isInspected) inspector.record(context.bot)
  const server = createServer((request, response) => {
    answer(context, request, response)
  })
  // A keep-alive connection that a client takes up again as it is closed costs that client a reset.
  server.keepAliveTimeout = 60_000
  await listen(server, port, host)
  const address = server.address() as AddressInfo
  const apiRoot = `http://${nameOf(host)}:${address.port}`
  let stopped: Promise<void> | undefined
  const stop = () => {
    inspector.close()
    stopped ??= close(server)
    return stopped
  }
  const url = `${apiRoot}/`
  return { apiRoot, url, port: address.port, faults, inspector, stop, [Symbol.asyncDispose]: stop }
}

function answer(context: ControlContext, request: IncomingMessage, response: ServerResponse): void {
  const target = request.url ?? '/'
  const queryAt = target.indexOf('?')
  const path = queryAt < 0 ? target : target.slice(0, queryAt)
  const query = queryAt < 0 ? '' : target.slice(queryAt + 1)
  if (path.startsWith('/bot')) answerCall(context, request, response, path, query)
  else if (path.startsWith('/file/bot')) answerDownload(context.world, response, path)
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
