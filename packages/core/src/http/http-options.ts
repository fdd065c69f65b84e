/** What an app says about its HTTP server: who may ask from a browser, and whether its routes are documented. */
import { PluginError } from '../errors.js'

/** Everything is off where it is left out. */
export interface HttpOptions {
  /** Which web pages may ask from a browser. @default none but those of the same origin */
  readonly cors?: CorsOptions
  /** Serves an OpenAPI 3.1 document of the routes of all plugins. @default none */
  readonly openApi?: OpenApiOptions
  /** The oldest initData of a Mini App that is taken. Integer > 0. @default 3_600 */
  readonly initDataMaxAgeSeconds?: number
}

/** See {@link HttpOptions}. */
export interface CorsOptions {
  /** Such as `https://app.example.org`; `*` for every page. */
  readonly origins: readonly string[] | '*'
  /** Whether the browser sends cookies along. Not with `*`. @default false */
  readonly credentials?: boolean
  /** How long a browser may remember the permission. Integer ≥ 0. @default the browser's, some seconds */
  readonly maxAgeSeconds?: number
}

/** See {@link HttpOptions}. */
export interface OpenApiOptions {
  /** Where it is served. @default '/openapi.json' */
  readonly path?: string
  /** @default 'Bot' */
  readonly title?: string
  /** Of the API. @default '1.0.0' */
  readonly version?: string
  /** In Markdown. */
  readonly description?: string
}

/** The path of the OpenAPI document where the app names none. */
export const defaultOpenApiPath = '/openapi.json'

/** @throws PluginError APP_SHAPE: something in it cannot be used. */
export function assertHttpOptions(http: HttpOptions): void {
  const fault = faultOf(http)
  if (fault !== undefined) throw new PluginError('APP_SHAPE', `createApp(): http.${fault}`)
}

function faultOf({ cors, openApi, initDataMaxAgeSeconds: maxAge }: HttpOptions): string | undefined {
  if (maxAge !== undefined && !(Number.isInteger(maxAge) && maxAge > 0))
    return `initDataMaxAgeSeconds is ${String(maxAge)}, expected a whole number of seconds above 0.`
  const path = openApi?.path
  if (path !== undefined && !/^\/[\w./~-]*$/.test(path))
    return `openApi.path is ${JSON.stringify(path)}, expected a path such as ${defaultOpenApiPath}.`
  if (cors === undefined) return undefined
  const { origins, credentials } = cors
  if (origins === '*')
    return credentials === true
      ? 'cors has credentials for every page. Name the origins that may have them.'
      : undefined
  const wrong = Array.isArray(origins) ? origins.find((origin) => !isOrigin(origin)) : origins
  if (Array.isArray(origins) && wrong === undefined) return undefined
  return `cors.origins has ${JSON.stringify(wrong)}, expected origins such as "https://app.example.org", or '*'.`
}

/** Scheme, host and port, as a browser sends it: without a slash at its end. */
const isOrigin = (text: unknown): boolean =>
  typeof text === 'string' && URL.canParse(text) && new URL(text).origin === text
