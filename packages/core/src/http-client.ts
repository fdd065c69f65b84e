/** The HTTP client of plugins: ky, with a time for the whole answer, ended with the unit of work and with the app, and errors that show no secret. */
import type { KyInstance, Options } from 'ky'
import { HttpCallError } from './errors.js'

/** Options of one call, as ky has them: `json`, `searchParams`, `headers`, `retry`, `throwHttpErrors` … */
export interface HttpCallOptions extends Omit<Options, 'timeout' | 'fetch' | 'hooks' | 'headers'> {
  readonly headers?: Headers | Readonly<Record<string, string>>
  /** For the whole call: its retries and the body of the answer too. Milliseconds, integer > 0; `false` for none. @default 30_000 */
  readonly timeout?: number | false
}

/** An answer to come. Its body can be asked for at once: `await http.get(url).json()`. */
export interface HttpAnswer extends Promise<Response> {
  /** @throws HttpCallError as the call does. SyntaxError: it is no JSON. */
  json<T = unknown>(): Promise<T>
  text(): Promise<string>
  arrayBuffer(): Promise<ArrayBuffer>
}

/** One call. @throws HttpCallError HTTP_STATUS, HTTP_TIMEOUT or HTTP_UNREACHABLE. */
export type HttpCall = (input: string | URL, options?: HttpCallOptions) => HttpAnswer

/**
 * Calls other servers. GET, PUT, HEAD, DELETE, OPTIONS and TRACE are tried again twice after a network that failed and
 * after the statuses 408, 413, 429, 500, 502, 503 and 504; POST and PATCH never, since nobody knows what the first try has done.
 */
export interface HttpClient extends HttpCall {
  readonly get: HttpCall
  readonly post: HttpCall
  readonly put: HttpCall
  readonly patch: HttpCall
  readonly delete: HttpCall
  readonly head: HttpCall
  /** The same client with these options in every call, such as `prefixUrl` and `headers`. */
  extend(defaults: HttpCallOptions): HttpClient
}

/** What a client is bound to. */
export interface HttpClientOptions {
  /** The signal of the unit of work that the caller is in; aborted at its deadline. */
  unitSignal(): AbortSignal | undefined
}

/** A client and its end. */
export interface OwnedHttpClient {
  readonly client: HttpClient
  /** Ends the calls under way; later ones are refused. */
  close(): void
}

const defaultTimeoutMs = 30_000

/** Builds it; ky is loaded with the first call, since what it stands on takes 13 MB. */
export function createHttpClient(options: HttpClientOptions): OwnedHttpClient {
  const calls = new Calls(options)
  return { client: clientOf(calls, {}), close: () => calls.close() }
}

function clientOf(calls: Calls, defaults: HttpCallOptions): HttpClient {
  const calling =
    (method?: string): HttpCall =>
    (input, options = {}) =>
      calls.begin(input, merged(defaults, method === undefined ? options : { ...options, method }))
  return Object.assign(calling(), {
    get: calling('get'),
    post: calling('post'),
    put: calling('put'),
    patch: calling('patch'),
    delete: calling('delete'),
    head: calling('head'),
    extend: (further: HttpCallOptions) => clientOf(calls, merged(defaults, further)),
  })
}

/** Headers of both are sent; of the rest the further one counts. */
function merged(defaults: HttpCallOptions, further: HttpCallOptions): HttpCallOptions {
  const { headers } = further
  if (defaults.headers === undefined || headers === undefined) return { ...defaults, ...further }
  const all = new Headers(defaults.headers)
  for (const [name, value] of new Headers(headers)) all.set(name, value)
  return { ...defaults, ...further, headers: all }
}

class Calls {
  readonly #options: HttpClientOptions
  /** The calls under way, each with what stops listening for its end. */
  readonly #open = new Map<AbortController, () => void>()
  #ky: Promise<KyInstance> | undefined
  #isClosed = false

  constructor(options: HttpClientOptions) {
    this.#options = options
  }

  begin(input: string | URL, options: HttpCallOptions): HttpAnswer {
    // The unit of work is that of whoever calls, so it is looked up now.
    const ender = this.#enderOf(input, options)
    let accept: string | undefined
    const answer = this.#send(input, options, ender.signal, () => accept)
    // One without a time is forgotten with its answer; the others with their time, which the body has too.
    const forget = () => options.timeout === false && this.#forget(ender)
    answer.then(forget, forget)
    const body =
      <T>(type: string, read: (response: Response) => Promise<T>) =>
      async (): Promise<T> => {
        accept ??= type
        const response = await answer
        return read(response).catch((error: unknown) => {
          throw explain(error, input, options, ender.signal)
        })
      }
    return Object.assign(answer, {
      json: body('application/json', (response) => response.json()),
      text: body('text/*', (response) => response.text()),
      arrayBuffer: body('*/*', (response) => response.arrayBuffer()),
    }) as HttpAnswer
  }

  close(): void {
    this.#isClosed = true
    for (const call of this.#open.keys()) {
      call.abort(ended())
      this.#forget(call)
    }
  }

  async #send(
    input: string | URL,
    options: HttpCallOptions,
    signal: AbortSignal,
    accept: () => string | undefined,
  ): Promise<Response> {
    this.#ky ??= import('ky').then(({ default: ky }) => ky)
    const ky = await this.#ky
    const headers = new Headers(options.headers)
    const wanted = accept()
    if (wanted !== undefined && !headers.has('accept')) headers.set('accept', wanted)
    try {
      return await ky(input, { ...options, headers, signal, timeout: false })
    } catch (error) {
      throw explain(error, input, options, signal)
    }
  }

  /** Aborted by time, by the caller's signal, by the end of the unit of work and by that of the app. */
  #enderOf(input: string | URL, options: HttpCallOptions): AbortController {
    const call = new AbortController()
    if (this.#isClosed) call.abort(ended())
    const end = ({ target }: Event) => call.abort((target as AbortSignal).reason)
    const signals = [options.signal, this.#options.unitSignal()].filter((signal) => signal != null)
    for (const signal of signals) {
      if (signal.aborted) call.abort(signal.reason)
      else signal.addEventListener('abort', end)
    }
    // A signal may live as long as the app, and would keep every call that was made with it.
    this.#open.set(call, () => {
      for (const signal of signals) signal.removeEventListener('abort', end)
    })
    const { timeout = defaultTimeoutMs } = options
    if (timeout !== false) {
      const late = setTimeout(() => {
        this.#forget(call)
        const what = `${titleOf(input, options)} had no whole answer after ${timeout} ms.`
        const fix = 'Ask again later, or give the call a longer timeout.'
        call.abort(new HttpCallError('HTTP_TIMEOUT', `${what} ${fix}`))
      }, timeout)
      // A connection that is waited for keeps the process by itself.
      late.unref()
    }
    return call
  }

  #forget(call: AbortController): void {
    this.#open.get(call)?.()
    this.#open.delete(call)
  }
}

/** An error of ours in place of ky's and fetch's, which show whole addresses. */
function explain(
  error: unknown,
  input: string | URL,
  options: HttpCallOptions,
  signal: AbortSignal,
): unknown {
  if (signal.aborted) return signal.reason
  const { response } = (error ?? {}) as { response?: Response }
  const title = titleOf(input, options)
  if (response !== undefined) {
    const message = `${title} was answered with ${response.status} ${response.statusText}. The answer stands in "response" of this error.`
    return new HttpCallError('HTTP_STATUS', message, { response })
  }
  // ky and fetch throw a TypeError for a network that failed, and for options that they cannot use.
  const { cause } = (error ?? {}) as Error
  if (!(error instanceof TypeError) || cause === undefined) return error
  const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message
  return new HttpCallError('HTTP_UNREACHABLE', `${title} had no answer: ${reason}.`, { cause })
}

/** Method and host alone: a path may have a token in it, as the query may. */
function titleOf(input: string | URL, { method = 'get', prefixUrl }: HttpCallOptions): string {
  const text = String(input)
  const base = prefixUrl === undefined || prefixUrl === '' ? undefined : String(prefixUrl)
  const host = URL.canParse(text, base) ? new URL(text, base).host : 'an address that is no URL'
  return `${method.toUpperCase()} of ${host}`
}

const ended = () => new HttpCallError('HTTP_UNREACHABLE', 'The call was ended, because the app stops.')
