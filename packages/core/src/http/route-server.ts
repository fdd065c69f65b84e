/** Answers the routes of plugins, on fastify. Loaded only where some plugin has routes: import it with `import()` alone. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { traceChannels } from '../trace.js'
import type { HttpOptions } from './http-options.js'
import { addOpenApi, openApiSchemaOf } from './open-api.js'
import { answerTo, notAllowed, notFound } from './route-errors.js'
import { createRouteHandler, type RouteHandlerOptions } from './route-handler.js'
import { methodsAt } from './route-match.js'
import { type PluginRoute, titleOf } from './route-table.js'

/** What the routes are served with. */
export interface RouteServerOptions extends RouteHandlerOptions {
  readonly routes: readonly PluginRoute[]
  readonly bodyLimitBytes: number
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whose route it is. */
    plugin?: string
  }
}

/** Routes that are ready to be asked. */
export interface RouteServer {
  /** Answers one request. Every path is taken: what leads nowhere is answered with 404. */
  handle(request: IncomingMessage, response: ServerResponse): void
  /** Resolves when no handler runs. */
  idle(): Promise<void>
}

/** Builds them; nothing listens. @throws PluginError ROUTE_INVALID: a schema cannot be documented. */
export async function createRouteServer(options: RouteServerOptions): Promise<RouteServer> {
  const running = new Set<Promise<unknown>>()
  const app = Fastify({
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: options.bodyLimitBytes,
    // A bad percent sign in the address.
    frameworkErrors: (error, request, reply) => sendError(error, request, reply, options),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply, options))
  app.setNotFoundHandler((request, reply) => sendNotFound(request, reply, options.routes))
  app.addHook('onRequest', async (request, reply) => void reply.header('x-request-id', request.id))
  app.addHook('onResponse', async (request, reply) => note(request, reply, options))
  const { cors, openApi } = options.http
  if (cors !== undefined) await addCors(app, cors)
  const finish = openApi === undefined ? undefined : await addOpenApi(app, openApi)
  for (const route of options.routes) addRoute(app, route, options, running)
  await app.ready()
  finish?.()
  return {
    handle: (request, response) => app.routing(request, response),
    idle: async () => {
      while (running.size > 0) await Promise.allSettled(running)
    },
  }
}

function addRoute(
  app: FastifyInstance,
  route: PluginRoute,
  options: RouteServerOptions,
  running: Set<Promise<unknown>>,
): void {
  const { method, path: url, definition, plugin } = route
  const { params, query: querystring, body, bodyLimitBytes } = definition
  const { authorize, handle } = createRouteHandler(route, options)
  app.route({
    method,
    url,
    schema: {
      ...(params && { params }),
      ...(querystring && { querystring }),
      ...(body && { body }),
      ...(options.http.openApi && openApiSchemaOf(route)),
    },
    ...(bodyLimitBytes && { bodyLimit: bodyLimitBytes }),
    config: { plugin: plugin.name },
    ...(authorize && { onRequest: async (request) => authorize(request) }),
    handler: (request, reply) => {
      const answering = handle(request, reply)
      running.add(answering)
      const end = () => running.delete(answering)
      answering.then(end, end)
      return answering
    },
  })
}

async function addCors(app: FastifyInstance, cors: NonNullable<HttpOptions['cors']>): Promise<void> {
  const { default: plugin } = await import('@fastify/cors')
  const { origins, credentials = false, maxAgeSeconds } = cors
  await app.register(plugin, {
    origin: origins === '*' ? '*' : [...origins],
    credentials,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
  })
}

function sendError(
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
  { logger, reports }: RouteServerOptions,
): void {
  const { body, headers = {}, kind } = answerTo(error, request.id)
  const place = { ...placeOf(request), status: body.status_code }
  const fields = { err: error, requestId: request.id, ...place }
  if (kind === 'fault') {
    logger.error(fields, 'A request failed; nothing of it was kept')
    reports.tell({ kind: 'request', error, reference: request.id, ...place })
  } else logger.debug(fields, 'A request was refused')
  reply.code(body.status_code).headers(headers).send(body)
}

function sendNotFound(
  { method, url }: FastifyRequest,
  reply: FastifyReply,
  routes: readonly PluginRoute[],
): void {
  const methods = methodsAt(url, routes)
  if (methods.length === 0 || methods.includes(method)) reply.code(404).send(notFound)
  else reply.code(405).header('allow', methods.join(', ')).send(notAllowed)
}

/** Which route it was, without what stands in the place of its parameters or behind its question mark. */
function placeOf(request: FastifyRequest): { route?: string; plugin?: string } {
  const { url: path, config } = request.routeOptions
  if (path === undefined) return {}
  const { plugin } = config
  const route = titleOf({ method: request.method as 'GET', path })
  return { route, ...(plugin !== undefined && { plugin }) }
}

function note(request: FastifyRequest, reply: FastifyReply, { logger, botId }: RouteServerOptions): void {
  const answered = { ...placeOf(request), status: reply.statusCode, durationMs: reply.elapsedTime }
  logger.debug({ requestId: request.id, ...answered }, 'A request was answered')
  if (traceChannels.requestAnswered.hasSubscribers)
    traceChannels.requestAnswered.publish({ botId, requestId: request.id, ...answered })
}
