/** Posts a body to one HTTP server and collects the answer, on kept-alive connections. Knows nothing of the Bot API. */

import type { Dispatcher, Pool } from 'undici'
import { createPool } from './undici-pool.js'

/** What a server answered. */
export interface Answer {
  status: number
  contentType: string
  body: string
}

/** One request. */
export interface PostRequest {
  path: string
  /** Names and values by turns. */
  headers: string[]
  body: string | AsyncIterable<string | Uint8Array>
  /** Longest wait for the answer to begin, and then for each further piece of it; undici's clock for it ticks twice a second. 0 = no limit. */
  timeoutMs: number
  signal?: AbortSignal
}

/** A pool of connections to one server. */
export interface Exchange {
  /** @throws The signal's reason when it is aborted, else the error of undici or of the socket. */
  post(request: PostRequest): Promise<Answer>
  /** Ends the idle connections and the others as their answers come. Later calls are refused. Calling it twice changes nothing. */
  close(): Promise<void>
}

/** Builds a pool; it connects at the first call. A connection that waits for an answer counts, an idle one lets the process end. */
export function createExchange(origin: string, { connections }: { connections: number }): Exchange {
  const pool = createPool(origin, {
    connections,
    pipelining: 1,
    connect: { timeout: 10_000 },
    // A bot that answers now and then would else shake hands each time: undici drops an idle connection after 4 s.
    keepAliveTimeout: 30_000,
  })
  let closing: Promise<void> | undefined
  return {
    post: (request) => new Promise((resolve, reject) => new Post(request, resolve, reject).dispatch(pool)),
    close() {
      closing ??= pool.close()
      return closing
    },
  }
}

// undici's own request() builds a stream for each answer; answers of the Bot API are small and read whole.
class Post implements Dispatcher.DispatchHandler {
  #controller: Dispatcher.DispatchController | undefined
  #status = 0
  #contentType = ''
  #chunks: Buffer[] = []

  constructor(
    readonly request: PostRequest,
    readonly resolve: (answer: Answer) => void,
    readonly reject: (reason: unknown) => void,
  ) {}

  dispatch(pool: Pool): void {
    const { path, headers, body, timeoutMs, signal } = this.request
    if (signal?.aborted) {
      this.#settleAborted()
      return
    }
    signal?.addEventListener('abort', this.#settleAborted)
    const timeouts = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs }
    // undici takes async iterables, which its types do not say.
    pool.dispatch({ path, method: 'POST', headers, body: body as string, ...timeouts }, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    this.#chunks = []
    if (this.request.signal?.aborted) controller.abort(asError(this.request.signal.reason))
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    this.#status = status
    this.#contentType = String(headers['content-type'] ?? '')
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    this.#release()
    // Decoded whole: a letter may be cut in two between chunks.
    const [first, ...rest] = this.#chunks
    const body = rest.length === 0 ? (first?.toString() ?? '') : Buffer.concat(this.#chunks).toString()
    this.resolve({ status: this.#status, contentType: this.#contentType, body })
  }

  onResponseError(_: unknown, error: Error): void {
    this.#release()
    this.reject(error)
  }

  #release(): void {
    this.request.signal?.removeEventListener('abort', this.#settleAborted)
  }

  readonly #settleAborted = (): void => {
    this.#release()
    const reason: unknown = this.request.signal?.reason
    this.reject(reason)
    this.#controller?.abort(asError(reason))
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new DOMException('This operation was aborted', 'AbortError')
}
