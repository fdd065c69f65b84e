/** Fetches a file that is to be uploaded from its URL, and only from the public internet: the address is checked as it is connected to. */

import { lookup as lookupName } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { Dispatcher } from 'undici'
import { HelloError, TelegramRefusal } from '../errors.js'
import { isPublicAddress } from './upload-address.js'

/** Bounds of a fetch. */
export interface UploadFetcherOptions {
  /** Whether an IP address may be asked. @default isPublicAddress */
  isAddressAllowed?: (address: string) => boolean
  /** Longest time for the whole file. @default 30_000 */
  timeoutMs?: number
  /** Largest file. @default 52_428_800, the most that a bot may upload */
  limitBytes?: number
}

/** Fetches files for uploads. */
export interface UploadFetcher {
  /**
   * The file as a stream, once its server has answered 200.
   * @throws TelegramRefusal TELEGRAM_UPLOAD_URL: the URL is not http(s), or its host is not public; nothing was sent there.
   * @throws TelegramRefusal TELEGRAM_UPLOAD: the server cannot be reached, refuses, is too slow, or the file is too large;
   * the last two also while the stream is read.
   */
  open(url: string): Promise<AsyncIterable<Uint8Array>>
  close(): Promise<void>
}

const redirectsMax = 3

/** Builds a fetcher; it connects at the first call. */
export function createUploadFetcher({
  isAddressAllowed = isPublicAddress,
  timeoutMs = 30_000,
  limitBytes = 50 * 1024 * 1024,
}: UploadFetcherOptions = {}): UploadFetcher {
  const client = createClient({ timeout: timeoutMs, lookup: guardedLookup(isAddressAllowed) })
  const fetchOnce = async (url: URL, signal: AbortSignal) => {
    refuseUnlessAllowed(url, isAddressAllowed)
    return client.get(url, signal)
  }
  return {
    async open(text) {
      const signal = AbortSignal.timeout(timeoutMs)
      let url = parseUrl(text)
      for (let hops = 0; hops <= redirectsMax; hops++) {
        const response = await fetchOnce(url, signal).catch((error) => fail(url, error))
        const next = redirectOf(response, url)
        if (next === undefined) return limited(accepted(response, url), url, limitBytes)
        await response.body.dump().catch(() => {})
        url = next
      }
      return fail(url, `more than ${redirectsMax} redirects`)
    },
    close: () => client.close(),
  }
}

/** An HTTP client that is loaded by the first request: most bots upload nothing from URLs, and it takes 8 MB. */
function createClient(connect: { timeout: number; lookup: LookupFunction }) {
  const load = async () => {
    const { Agent, request } = await import('undici')
    return { agent: new Agent({ connect }), request }
  }
  let loading: ReturnType<typeof load> | undefined
  let isClosed = false
  return {
    async get(url: URL, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
      if (isClosed) fail(url, 'the bot has stopped')
      loading ??= load()
      const { agent, request } = await loading
      return request(url, { dispatcher: agent, signal })
    },
    async close(): Promise<void> {
      isClosed = true
      const { agent } = (await loading) ?? {}
      await agent?.destroy()
    },
  }
}

function parseUrl(text: string): URL {
  if (URL.canParse(text)) return new URL(text)
  throw new TelegramRefusal(
    'TELEGRAM_UPLOAD_URL',
    `A file was to be uploaded from ${JSON.stringify(text)}, which is not a URL: expected http:// or https://.`,
  )
}

function refuseUnlessAllowed(url: URL, isAddressAllowed: (address: string) => boolean): void {
  const address = url.hostname.replace(/^\[|\]$/g, '')
  // An address in the URL is never looked up, so it is checked here.
  const isWebUrl = url.protocol === 'http:' || url.protocol === 'https:'
  if (isWebUrl && (isIP(address) === 0 || isAddressAllowed(address))) return
  throw refusal(
    url.hostname,
    isWebUrl ? `its address is not one of the public internet` : `${url.protocol} is not http(s)`,
  )
}

// A name is checked where it becomes an address: checked before, it could point elsewhere a moment later.
function guardedLookup(isAddressAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookupName(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, [])
      const allowed = addresses.every(({ address }) => isAddressAllowed(address))
      if (!allowed) return callback(refusal(hostname, 'its address is not one of the public internet'), [])
      const [first] = addresses
      if (options.all === true) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family)
    })
  }
}

function refusal(host: string, why: string): TelegramRefusal {
  return new TelegramRefusal(
    'TELEGRAM_UPLOAD_URL',
    `A file was to be uploaded from ${host}, which a bot must not ask: ${why}. Give a public URL, or read the file yourself and give { source }.`,
  )
}

function redirectOf({ statusCode, headers }: Dispatcher.ResponseData, from: URL): URL | undefined {
  const { location } = headers
  if (![301, 302, 303, 307, 308].includes(statusCode) || typeof location !== 'string') return undefined
  return URL.canParse(location, from.href) ? new URL(location, from) : undefined
}

function accepted({ statusCode, body }: Dispatcher.ResponseData, url: URL): Dispatcher.ResponseData['body'] {
  // A stream that ends in an error before anybody reads it would end the process.
  body.on('error', () => {})
  if (statusCode === 200) return body
  body.destroy()
  return fail(url, `HTTP ${statusCode}`)
}

async function* limited(
  body: AsyncIterable<Uint8Array>,
  url: URL,
  limitBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > limitBytes) fail(url, `more than ${limitBytes} bytes`)
      yield chunk
    }
  } catch (error) {
    fail(url, error)
  }
}

// The path and the query are left out: they may hold somebody's key.
function fail(url: URL, cause: unknown): never {
  if (cause instanceof HelloError) throw cause
  const reason = cause instanceof Error ? codeOf(cause) : String(cause)
  throw new TelegramRefusal(
    'TELEGRAM_UPLOAD',
    `A file could not be fetched from ${url.origin} to be uploaded: ${reason}. Check the URL, or read the file yourself and give { source }.`,
    cause instanceof Error ? { cause } : undefined,
  )
}

function codeOf(error: Error): string {
  // A DOMException's code is a number that tells nobody anything.
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : error.name
}
