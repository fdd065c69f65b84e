/** The HTTP routes of a plugin, as an author writes and types them. */
import type { IncomingHttpHeaders } from 'node:http'
import type { User } from 'telegraf/types'
import type { z } from 'zod'
import { PluginError } from '../errors.js'
import type { InitData } from '../telegram/init-data.js'
import type { Outbox } from '../telegram/outbox.js'
import type { AnyContract, OptionsOf, UpdateServicesOf } from './contract.js'

/** How a route knows who asks: `mini-app` takes the initData of a Mini App, `Authorization: tma <initData>`. */
export type RouteAuth = 'mini-app'

/** The parts of a route that decide what its handler is given. */
export interface RouteParts {
  /** A zod object of the names after a colon in the path. Values come as text: `z.coerce.number()`. @default texts */
  readonly params?: z.ZodType
  /** A zod object of what follows the question mark. Values come as text. @default not looked at */
  readonly query?: z.ZodType
  /** What the JSON of the body must fit. Not for GET. @default not looked at */
  readonly body?: z.ZodType
  /** @default everybody may ask */
  readonly auth?: RouteAuth | undefined
}

/** Shapes the answer of a handler that returns. Nothing of it is sent before the commit, or where the handler throws. */
export interface RouteReply {
  /** @param code 200–399 */
  status(code: number): RouteReply
  /** Sets a header; a name that was set before is overwritten. */
  header(name: string, value: string): RouteReply
}

type OutputOf<S, Otherwise> = S extends z.ZodType ? z.output<S> : Otherwise

/** What every handler of a route is given, whatever its parts. `Services` and `Options` are those of its plugin. */
export interface RouteContext<Services, Options> {
  /** In the answer to an unknown error, in the header `x-request-id` and on each line of the log. */
  readonly id: string
  readonly headers: IncomingHttpHeaders
  /** The services that the plugin can reach, those of an update among them: all share the request's unit of work. */
  readonly services: Services
  /** The options of the plugin, validated. */
  readonly options: Options
  /** Messages that leave with the request's transaction. With `auth: 'mini-app'`, `reply` writes to the person who asks. */
  readonly outbox: Outbox
  readonly reply: RouteReply
  /** Runs `work` once the commit is certain. Its error is logged; it is lost with the process. */
  afterCommit(work: () => unknown): void
}

/** Who asks, in a route with `auth: 'mini-app'`. */
export interface MiniAppCaller {
  /** The person who opened the Mini App, as in an update of theirs. */
  readonly from: User
  /** What Telegram says about the opening, verified. */
  readonly initData: InitData
}

/**
 * What a handler that stands outside of its route is given.
 *
 * @example
 * ```ts
 * const newPost = z.object({ text: z.string() })
 * async function addPost({ body, from }: RouteRequest<typeof contract, { body: typeof newPost; auth: 'mini-app' }>) {}
 * ```
 */
export type RouteRequest<C extends AnyContract, P extends RouteParts = {}> = RouteContext<
  UpdateServicesOf<C>,
  OptionsOf<C>
> & {
  readonly params: OutputOf<P['params'], Readonly<Record<string, string>>>
  readonly query: OutputOf<P['query'], Readonly<Record<string, string | readonly string[] | undefined>>>
  readonly body: OutputOf<P['body'], unknown>
} & (P extends { readonly auth: 'mini-app' } ? MiniAppCaller : unknown)

type NamesIn<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | NamesIn<`/${Rest}`>
  : Path extends `${string}:${infer Name}`
    ? Name
    : never

type ParamsIn<Path extends string> = { readonly [K in NamesIn<Path>]: string }

type Result<R> = R extends z.ZodType ? z.output<R> : unknown

/** One route, besides its method and path. */
export interface RouteDefinition<C extends AnyContract, Path extends string, P, Q, B, R, A> {
  /** A zod object of the names after a colon in the path. Values come as text: `z.coerce.number()`. @default texts */
  readonly params?: P
  /** A zod object of what follows the question mark. Values come as text. @default not looked at */
  readonly query?: Q
  /** What the JSON of the body must fit. Not for GET. @default not looked at */
  readonly body?: B
  /** What the handler must give; the answer has what the schema names and nothing else. @default JSON of whatever is given */
  readonly response?: R
  /** @default everybody may ask */
  readonly auth?: A
  /** Of the answer. 200–399. @default 200, or 204 where the handler gives nothing */
  readonly status?: number
  /** After this the request is cancelled, undone and answered with 503. Integer > 0. @default REQUEST_DEADLINE */
  readonly deadlineMs?: number
  /** A longer body is refused with 413. Integer > 0. @default 1_048_576 */
  readonly bodyLimitBytes?: number
  /** A line for the OpenAPI document. */
  readonly summary?: string
  /** More for the OpenAPI document, in Markdown. */
  readonly description?: string
  /** Groups of the OpenAPI document that it stands in. @default the plugin's name */
  readonly tags?: readonly string[]
  /**
   * Answers, in a unit of work of its own: it returns, commit, and then the answer leaves; it throws, everything is
   * undone. An {@link HttpError} is answered as it says, any other error with 500 and an id that the log has.
   */
  handle(
    request: RouteContext<UpdateServicesOf<C>, OptionsOf<C>> & {
      readonly params: OutputOf<P, ParamsIn<Path>>
      readonly query: OutputOf<Q, Readonly<Record<string, string | readonly string[] | undefined>>>
      readonly body: OutputOf<B, unknown>
    } & (A extends 'mini-app' ? MiniAppCaller : unknown),
  ): Result<R> | Promise<Result<R>>
}

/** A method of HTTP that a route may have. HEAD comes with GET. */
export type RouteMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** A route, made by a {@link RouteBuilder}. */
export interface Route {
  readonly method: RouteMethod
  readonly path: string
  /** Only for core. @internal */
  readonly '~definition': RouteDefinition<AnyContract, string, any, any, any, any, any>
}

/**
 * Makes a route of a path and what is done there. Segments of a path are a–z, A–Z, 0–9, `.`, `_`, `~` and `-`, or
 * `:name`; the last may be `*`. Nothing is checked before the app starts.
 */
export type AddRoute<C extends AnyContract> = <
  const Path extends string,
  P extends z.ZodType | undefined = undefined,
  Q extends z.ZodType | undefined = undefined,
  B extends z.ZodType | undefined = undefined,
  R extends z.ZodType | undefined = undefined,
  A extends RouteAuth | undefined = undefined,
>(
  path: Path,
  definition: RouteDefinition<C, Path, P, Q, B, R, A>,
) => Route

/** What `routes` of a plugin is given. */
export interface RouteBuilder<C extends AnyContract> {
  readonly get: AddRoute<C>
  readonly post: AddRoute<C>
  readonly put: AddRoute<C>
  readonly patch: AddRoute<C>
  readonly delete: AddRoute<C>
}

/** Thrown by a handler of a route: everything it did is undone, and the answer is `{ detail, status_code }`. */
export class HttpError extends Error {
  /** 400–599. */
  readonly status: number
  /** What the caller is told. */
  readonly detail: string

  /** @throws PluginError ROUTE_INVALID: the status is none of an error. */
  constructor(status: number, detail: string, options?: ErrorOptions) {
    super(detail, options)
    if (!Number.isInteger(status) || status < 400 || status > 599) {
      throw new PluginError(
        'ROUTE_INVALID',
        `An HttpError was made with the status ${String(status)}, expected one from 400 to 599. To answer with another, use reply.status().`,
      )
    }
    this.name = 'HttpError'
    this.status = status
    this.detail = detail
  }
}

/** The builder that core hands to plugins. @internal */
export function createRouteBuilder(): RouteBuilder<AnyContract> {
  const adding =
    (method: RouteMethod): AddRoute<AnyContract> =>
    (path, definition) =>
      Object.freeze({ method, path, '~definition': definition as never })
  return {
    get: adding('GET'),
    post: adding('POST'),
    put: adding('PUT'),
    patch: adding('PATCH'),
    delete: adding('DELETE'),
  }
}
