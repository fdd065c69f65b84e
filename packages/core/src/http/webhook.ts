/** The webhook: takes an update in, writes it to the inbox and only then answers 200. Everything else is refused with a status that makes Telegram send it again, or not. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Logger } from '../logger.js'
import { isRawUpdate, type RawUpdate } from '../updates/update-facts.js'

/** What the webhook needs. */
export interface WebhookOptions {
  /** What `X-Telegram-Bot-Api-Secret-Token` must be: 16–256 of A–Z, a–z, 0–9, _ and -. */
  readonly secret: string
  /** Integer > 0. */
  readonly bodyLimitBytes: number
  readonly logger: Logger
  /** Writes to the inbox; resolves when it is committed. */
  accept(update: RawUpdate): Promise<void>
  /** Whether more is waiting than may wait. */
  isFull(): boolean
  /** Told of a body with the right secret that is no update. */
  onMalformed?(): void
}

const retryAfterSeconds = 5
/** Answers the requests to the webhook's path. @param isClosing whether the server takes no further connection */
export function createWebhookReceiver(options: WebhookOptions, isClosing: () => boolean): RequestListener {
  const expected = digest(options.secret)
  return (request, response) => {
    receive(request, options, expected).then(
      (status) => answer(response, status, isClosing()),
      (error: unknown) => {
        options.logger.error(
          { err: error },
          'An update could not be written to the inbox; Telegram sends it again',
        )
        answer(response, 503, isClosing())
      },
    )
  }
}

/** The status to answer with; `undefined` where nobody waits for one any more. @throws what `accept` rejects with. */
async function receive(
  request: IncomingMessage,
  options: WebhookOptions,
  expected: Buffer,
): Promise<number | undefined> {
  if (request.method !== 'POST') return 405
  if (!isSecret(request, expected)) return 401
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return 415
  const body = await readBody(request, options.bodyLimitBytes)
  if (!Buffer.isBuffer(body)) return body === 'too long' ? 413 : undefined
  const update = parseUpdate(body)
  if (update === undefined) {
    options.onMalformed?.()
    return 400
  }
  if (options.isFull()) return 503
  await options.accept(update)
  return 200
}

function answer(response: ServerResponse, status: number | undefined, isClosing: boolean): void {
  if (status === undefined) return
  // The Bot API server honours Retry-After (telegram-bot-api, WebhookActor.cpp).
  if (status === 503) response.setHeader('retry-after', retryAfterSeconds)
  // What was not read of a refused body ends with the connection; and a server that closes waits for no other request.
  if (status !== 200 || isClosing) response.setHeader('connection', 'close')
  response.writeHead(status).end()
}

function isSecret(request: IncomingMessage, expected: Buffer): boolean {
  const given = request.headersDistinct['x-telegram-bot-api-secret-token']
  // Digests have one length, so that the comparison takes the same time whatever was sent.
  return given?.length === 1 && timingSafeEqual(digest(given[0] as string), expected)
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** The whole body. One that is too long is read to its end and dropped: an answer to a sender who still writes would be lost. */
function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too long' | 'broken off'> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= limitBytes) chunks.push(chunk)
      else chunks = []
    })
    request.on('end', () => resolve(length > limitBytes ? 'too long' : Buffer.concat(chunks)))
    // The sender has gone, or was too slow.
    request.on('error', () => resolve('broken off'))
    request.on('close', () => resolve('broken off'))
  })
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
