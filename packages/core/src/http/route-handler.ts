/** Handles one request to a route: who asks, its unit of work, and the answer that leaves once that is committed. */
import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { User } from 'telegraf/types'
import { z } from 'zod'
import type { ServiceContainer } from '../container/container.js'
import type { Database } from '../database/database.js'
import type { Unit } from '../database/unit.js'
import type { ErrorReports } from '../error-reports.js'
import { PluginError, RequestError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { RouteReply } from '../plugin/routes.js'
import { type InitData, verifyInitData } from '../telegram/init-data.js'
import { createOutbox } from '../telegram/outbox.js'
import { servicesOf } from '../telegram/plugin-services.js'
import { UnitSession } from '../telegram/session.js'
import type { StateOwner } from '../telegram/state-source.js'
import type { HttpOptions } from './http-options.js'
import { type PluginRoute, titleOf } from './route-table.js'

/** What handlers work with. */
export interface RouteHandlerOptions {
  readonly http: HttpOptions
  readonly database: Database
  readonly container: ServiceContainer
  readonly reports: ErrorReports
  readonly logger: Logger
  readonly botId: number
  /** The bot's token, the key of initData. */
  readonly token: string
  readonly requestDeadlineMs: number
}

/** How one route is answered. */
export interface RouteHandler {
  /** Finds out who asks, before the body is read. Absent where everybody may. @throws RequestError */
  readonly authorize?: (request: FastifyRequest) => void
  /** Resolves when the answer is on its way. @throws what the handler throws; nothing is kept. */
  handle(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply>
}

type Caller = { readonly from: User; readonly initData: InitData }

/** Builds it once for each route. */
export function createRouteHandler(route: PluginRoute, options: RouteHandlerOptions): RouteHandler {
  const { definition } = route
  const callers = new WeakMap<FastifyRequest, Caller>()
  const { token, http, database, reports, requestDeadlineMs } = options
  const place = { plugin: route.plugin.name, route: titleOf(route) }
  const { deadlineMs = requestDeadlineMs } = definition
  const authorize = (request: FastifyRequest) => {
    callers.set(request, callerOf(request.headers, token, http.initDataMaxAgeSeconds))
  }
  return {
    ...(definition.auth === 'mini-app' && { authorize }),
    async handle(request, reply) {
      const shape = new ReplyShape()
      const payload = await database.unitOf(
        async (unit) => {
          const context = new RequestContext(route, options, request, unit, shape, callers.get(request))
          return payloadOf(route, await definition.handle(context as never))
        },
        {
          deadlineMs,
          onDeferredError: reports.ofDeferred({ in: 'request', reference: request.id, ...place }),
        },
      )
      return shape.send(reply, payload, definition.status)
    },
  }
}

function callerOf(
  { authorization = '' }: IncomingHttpHeaders,
  token: string,
  maxAgeSeconds: number | undefined,
): Caller {
  const [, raw] = /^tma (.+)$/is.exec(authorization) ?? []
  if (raw === undefined) {
    const found = authorization === '' ? 'no such header' : 'another scheme'
    const message = `A Mini App was to prove itself with "Authorization: tma <initData>"; found ${found}.`
    throw new RequestError('INITDATA_INVALID', message)
  }
  const initData = verifyInitData(raw, { token, ...(maxAgeSeconds !== undefined && { maxAgeSeconds }) })
  if (initData.user === undefined) {
    const message = 'The initData of a Mini App names no person: it was opened by a keyboard button.'
    throw new RequestError('INITDATA_INVALID', message)
  }
  return { from: initData.user, initData }
}

/** What a handler is given. Services are built only when it asks for them. */
class RequestContext {
  readonly id: string
  readonly headers: IncomingHttpHeaders
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
  readonly from: User | undefined
  readonly initData: InitData | undefined
  readonly outbox: ReturnType<typeof createOutbox>
  readonly #route: PluginRoute
  readonly #options: RouteHandlerOptions
  readonly #unit: Unit
  #services: object | undefined

  constructor(
    route: PluginRoute,
    options: RouteHandlerOptions,
    request: FastifyRequest,
    unit: Unit,
    readonly reply: RouteReply,
    caller: Caller | undefined,
  ) {
    this.id = request.id
    this.headers = request.headers
    this.params = request.params
    this.query = request.query
    this.body = request.body
    this.from = caller?.from
    this.initData = caller?.initData
    this.outbox = createOutbox(
      (call) => unit.send(call),
      // The id of a private chat is that of the person (Bot API, Chat).
      () => (caller === undefined ? undefined : { chatId: caller.from.id }),
    )
    this.#route = route
    this.#options = options
    this.#unit = unit
  }

  get options(): unknown {
    return this.#route.plugin.options
  }

  get services(): object {
    this.#services ??= this.#createServices()
    return this.#services
  }

  // Not a method: handlers take it out of the context.
  readonly afterCommit = (work: () => unknown): void => this.#unit.defer(work)

  #createServices(): object {
    const { container, database, botId } = this.#options
    const logger = this.#options.logger.child({ requestId: this.id, route: titleOf(this.#route) })
    const scope = container.createScope({
      session: new UnitSession(this.#unit, database.sequelize, this.outbox),
      outbox: this.outbox,
      logger: () => logger,
      state: () => ({ botId, sql: this.#unit.sql, owner: this.#owner, logger }),
    })
    return servicesOf(scope, this.#route.plugin.reach)
  }

  /** Whose state it is by itself: that of the private chat with the person who asks. */
  get #owner(): StateOwner {
    return this.from === undefined ? {} : { chatId: this.from.id, personId: this.from.id }
  }
}

/** Keeps what the handler says of its answer until that may leave. */
class ReplyShape implements RouteReply {
  #status: number | undefined
  readonly #headers = new Map<string, string>()

  status(code: number): this {
    if (!Number.isInteger(code) || code < 200 || code > 399) {
      throw new PluginError(
        'ROUTE_RESPONSE',
        `reply.status(${String(code)}) is none from 200 to 399. For others throw an HttpError.`,
      )
    }
    this.#status = code
    return this
  }

  header(name: string, value: string): this {
    this.#headers.set(name.toLowerCase(), value)
    return this
  }

  send(reply: FastifyReply, { type, content }: Payload, status: number | undefined): FastifyReply {
    if (type !== undefined) reply.header('content-type', type)
    for (const [name, value] of this.#headers) reply.header(name, value)
    return reply.code(this.#status ?? status ?? (content === undefined ? 204 : 200)).send(content)
  }
}

/** An answer as it is sent. */
interface Payload {
  readonly type: string | undefined
  readonly content: string | Buffer | undefined
}

const json = 'application/json; charset=utf-8'

/** Made before the commit, so that what cannot be sent is not kept either. @throws PluginError ROUTE_RESPONSE */
function payloadOf(route: PluginRoute, value: unknown): Payload {
  const { response } = route.definition
  if (response !== undefined) return { type: json, content: JSON.stringify(encoded(route, response, value)) }
  if (value === undefined) return { type: undefined, content: undefined }
  if (typeof value === 'string') return { type: 'text/plain; charset=utf-8', content: value }
  if (value instanceof Uint8Array) return { type: 'application/octet-stream', content: Buffer.from(value) }
  if (isStream(value))
    throw unsendable(route, 'a stream, which would run on after the commit. Give its content.')
  let content: string | undefined
  try {
    content = JSON.stringify(value)
  } catch (cause) {
    throw unsendable(route, 'what JSON cannot hold. Give plain data.', cause)
  }
  if (content === undefined) throw unsendable(route, `a ${typeof value}. Give plain data.`)
  return { type: json, content }
}

function encoded(route: PluginRoute, schema: z.ZodType, value: unknown): unknown {
  try {
    return z.encode(schema, value)
  } catch (cause) {
    if (!(cause instanceof z.ZodError))
      throw unsendable(route, `what its schema cannot encode: ${cause}`, cause)
    const [first] = cause.issues
    const place = first?.path.join('.') || 'the whole'
    throw unsendable(
      route,
      `what does not fit the schema of its response, at ${place}: ${first?.message}.`,
      cause,
    )
  }
}

const isStream = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('pipe' in value || 'getReader' in value)

const unsendable = (route: PluginRoute, found: string, cause?: unknown): PluginError =>
  new PluginError(
    'ROUTE_RESPONSE',
    `Plugin "${route.plugin.name}": the handler of ${titleOf(route)} gave ${found}`,
    { cause },
  )
