/** The webhook: takes an update in, writes it to the inbox and only then answers 200. Everything else is refused with a status that makes Telegram send it again, or not. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ConfigError } from '../errors.js'
import type { Logger } from '../logger.js'
import { isRawUpdate, type RawUpdate } from '../updates/update-facts.js'

/** What the webhook needs. */
export interface WebhookOptions {
  /** The exact path, such as `/webhook`. */
  readonly path: string
  /** What `X-Telegram-Bot-Api-Secret-Token` must be: 16–256 of A–Z, a–z, 0–9, _ and -. */
  readonly secret: string
  /** Integer > 0. */
  readonly bodyLimitBytes: number
  readonly logger: Logger
  /** Writes to the inbox; resolves when it is committed. */
  accept(update: RawUpdate): Promise<void>
  /** Whether more is waiting than may wait. */
  isFull(): boolean
}

const retryAfterSeconds = 5
const slowestRequestMs = 10_000

/** A server for the webhook alone; `listen` opens it. */
export function createWebhookServer(options: WebhookOptions): Server {
  const expected = digest(options.secret)
  const server = createServer((request, response) => {
    receive(request, options, expected).then(
      (status) => answer(response, status),
      (error: unknown) => {
        options.logger.error(
          { err: error },
          'An update could not be written to the inbox; Telegram sends it again',
        )
        answer(response, 503)
      },
    )
  })
  server.headersTimeout = slowestRequestMs
  server.requestTimeout = slowestRequestMs
  return server
}

/**
 * Opens a server and gives its port.
 *
 * @throws ConfigError CONFIG_PORT_IN_USE: another program has the port. The server is closed.
 */
export function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      reject(
        new ConfigError(
          'CONFIG_PORT_IN_USE',
          `Port ${port} is taken by another program. Stop it, or set another port.`,
          {
            cause: error,
          },
        ),
      )
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

async function receive(request: IncomingMessage, options: WebhookOptions, expected: Buffer): Promise<number> {
  if (request.url !== options.path) return 404
  if (request.method !== 'POST') return 405
  if (!isSecret(request, expected)) return 401
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return 415
  const body = await readBody(request, options.bodyLimitBytes)
  if (body === undefined) return 413
  const update = parseUpdate(body)
  if (update === undefined) return 400
  if (options.isFull()) return 503
  await options.accept(update)
  return 200
}

function answer(response: ServerResponse, status: number): void {
  // The Bot API server honours Retry-After (telegram-bot-api, WebhookActor.cpp).
  if (status === 503) response.setHeader('retry-after', retryAfterSeconds)
  // What was not read of a refused body ends with the connection.
  if (status !== 200) response.setHeader('connection', 'close')
  response.writeHead(status).end()
}

function isSecret(request: IncomingMessage, expected: Buffer): boolean {
  const given = request.headersDistinct['x-telegram-bot-api-secret-token']
  // Digests have one length, so that the comparison takes the same time whatever was sent.
  return given?.length === 1 && timingSafeEqual(digest(given[0] as string), expected)
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The whole body; `undefined` where it is longer than the limit. */
async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > limitBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const strictUtf8 = new TextDecoder('utf-8', { fatal: true })

function parseUpdate(body: Buffer): RawUpdate | undefined {
  try {
    // Decoded as a whole: a character may lie across two chunks.
    const value: unknown = JSON.parse(strictUtf8.decode(body))
    return isRawUpdate(value) ? value : undefined
  } catch {
    return undefined
  }
}
