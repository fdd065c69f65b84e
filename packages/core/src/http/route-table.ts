/** The routes of all plugins of an app, checked: what a path may be, what a definition may have, and that nothing stands there twice. Pure. */
import { nearestName } from '../config/nearest-name.js'
import { PluginError } from '../errors.js'
import type { Behaviour } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { createRouteBuilder, type Route, type RouteDefinition, type RouteMethod } from '../plugin/routes.js'
import type { ServiceReach } from '../telegram/plugin-services.js'

/** A plugin whose routes are wanted. */
export interface RoutingPlugin {
  readonly name: string
  readonly options: unknown
  readonly reach: ServiceReach
  readonly behaviour: Behaviour<AnyContract>
}

/** A route of a plugin. */
export interface PluginRoute {
  readonly plugin: RoutingPlugin
  readonly method: RouteMethod
  readonly path: string
  readonly definition: RouteDefinition<AnyContract, string, any, any, any, any, any>
}

/** A path that core answers itself, whatever the method. */
export interface ReservedPath {
  readonly path: string
  /** As it stands in an error: `the webhook`. */
  readonly owner: string
}

/** The routes of the plugins and all that is wrong with them. */
export function readRoutes(
  plugins: readonly RoutingPlugin[],
  reserved: readonly ReservedPath[] = [],
): { readonly routes: readonly PluginRoute[]; readonly faults: readonly PluginError[] } {
  const routes: PluginRoute[] = []
  const faults: PluginError[] = []
  for (const plugin of plugins) {
    try {
      routes.push(...routesOf(plugin))
    } catch (error) {
      faults.push(error as PluginError)
    }
  }
  for (const route of routes) faults.push(...routeFaults(route))
  return { routes, faults: [...faults, ...conflicts(routes, reserved)] }
}

/** The names after a colon in a path; `*` where it ends with one. */
export function namesInPath(path: string): string[] {
  return path.split('/').flatMap((segment) => {
    if (segment === '*') return ['*']
    return segment.startsWith(':') ? [segment.slice(1)] : []
  })
}

/** How a route is called in errors and logs: `GET /api/users/count`. */
export const titleOf = ({ method, path }: Pick<PluginRoute, 'method' | 'path'>): string => `${method} ${path}`

function routesOf(plugin: RoutingPlugin): PluginRoute[] {
  const { behaviour, options, name } = plugin
  if (behaviour.routes === undefined) return []
  let given: unknown
  try {
    given = behaviour.routes(createRouteBuilder(), options as never)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PluginError('ROUTE_INVALID', `Plugin "${name}": its routes could not be listed: ${reason}`, {
      cause,
    })
  }
  if (!Array.isArray(given) || !given.every(isRoute)) {
    throw new PluginError(
      'ROUTE_INVALID',
      `Plugin "${name}": "routes" gave ${Array.isArray(given) ? 'a list with something else in it' : typeof given}, expected a list of routes. Write: routes: (route) => [route.get('/api/…', { handle })]`,
    )
  }
  return given.map(({ method, path, '~definition': definition }) => ({ plugin, method, path, definition }))
}

function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && '~definition' in value
}

const parts = [
  'params',
  'query',
  'body',
  'response',
  'auth',
  'status',
  'deadlineMs',
  'bodyLimitBytes',
  'summary',
  'description',
  'tags',
  'handle',
] as const satisfies readonly (keyof RouteDefinition<AnyContract, string, any, any, any, any, any>)[]

function routeFaults(route: PluginRoute): PluginError[] {
  const { plugin, path, definition } = route
  const blame = (text: string) =>
    new PluginError('ROUTE_INVALID', `Plugin "${plugin.name}", route ${titleOf(route)}: ${text}`)
  if (typeof path !== 'string' || !/^(\/|(\/(:[A-Za-z_]\w*|[\w.~-]+))*(\/\*)?)$/.test(path) || path === '')
    return [
      blame(
        'a path begins with a slash; its segments are letters, digits, ., _, ~ and -, or :name, and the last may be *.',
      ),
    ]
  if (typeof definition !== 'object' || definition === null)
    return [blame('its definition is missing. Write: { handle: async () => … }')]
  return [...pathFaults(route), ...partFaults(route)].map(blame)
}

function pathFaults({ path, definition: { params } }: PluginRoute): string[] {
  const names = namesInPath(path)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) return [`":${twice}" stands twice in the path.`]
  const shape = isSchema(params) ? (params as { shape?: object }).shape : undefined
  if (shape === undefined) return []
  const known = Object.keys(shape)
  const missing = known.filter((name) => !names.includes(name))
  const unread = names.filter((name) => !known.includes(name))
  return [
    ...missing.map((name) => `its params have "${name}", which does not stand in the path.`),
    ...unread.map((name) => `":${name}" stands in the path and not in its params.`),
  ]
}

function partFaults({ method, definition }: PluginRoute): string[] {
  const { auth, status, handle } = definition
  const faults: string[] = []
  for (const name of Object.keys(definition)) {
    if ((parts as readonly string[]).includes(name)) continue
    const near = nearestName(name, parts)
    const hint = near === undefined ? `Known: ${parts.join(', ')}.` : `Did you mean "${near}"?`
    faults.push(`it has a part "${name}" that core does not know. ${hint}`)
  }
  for (const name of ['params', 'query', 'body', 'response'] as const) {
    if (definition[name] !== undefined && !isSchema(definition[name]))
      faults.push(`"${name}" is ${typeof definition[name]}, expected a zod schema.`)
  }
  if (method === 'GET' && definition.body !== undefined) faults.push('a GET has no body. Use query, or post.')
  if (auth !== undefined && auth !== 'mini-app')
    faults.push(`"auth" is ${JSON.stringify(auth)}, expected 'mini-app' or nothing.`)
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 399))
    faults.push(`"status" is ${String(status)}, expected one from 200 to 399. For others throw an HttpError.`)
  for (const name of ['deadlineMs', 'bodyLimitBytes'] as const) {
    const value = definition[name]
    // A timer of Node holds 31 bits.
    if (value !== undefined && !(Number.isInteger(value) && value > 0 && value < 2 ** 31))
      faults.push(`"${name}" is ${String(value)}, expected a whole number above 0.`)
  }
  if (typeof handle !== 'function') faults.push(`"handle" is ${typeof handle}, expected a function.`)
  return faults
}

const isSchema = (value: unknown): boolean => typeof value === 'object' && value !== null && '_zod' in value

function conflicts(routes: readonly PluginRoute[], reserved: readonly ReservedPath[]): PluginError[] {
  const owners = new Map<string, string>()
  const faults: PluginError[] = []
  for (const route of routes) {
    if (typeof route.path !== 'string') continue
    const key = keyOf(route)
    const own = `plugin "${route.plugin.name}"`
    const owner = owners.get(key) ?? reserved.find(({ path }) => path === route.path)?.owner
    if (owner === undefined) owners.set(key, own)
    else {
      const who =
        owner === own ? `Plugin "${route.plugin.name}" has twice` : `${capital(owner)} and ${own} both have`
      faults.push(
        new PluginError('ROUTE_CONFLICT', `${who} the route ${titleOf(route)}. Change one of them.`),
      )
    }
  }
  return faults
}

/** `/posts/:id` and `/posts/:slug` are one path. */
const keyOf = ({ method, path }: { method: string; path: string }): string =>
  `${method} ${path.replace(/:[^/]+/g, ':')}`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
