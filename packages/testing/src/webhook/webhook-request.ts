/** One POST to a webhook: what is sent, and what of the answer counts. */
import { type Agent, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'

/** What came back. */
export interface WebhookReply {
  readonly status: number
  readonly statusText: string
  /** Seconds of a Retry-After header, at most an hour. */
  readonly retryAfterSeconds: number | undefined
  readonly body: string
}

/** Options of {@link postUpdate}. */
export interface PostUpdateOptions {
  readonly url: string
  /** Where to connect, whatever the name of the host leads to. */
  readonly ipAddress: string | undefined
  readonly update: unknown
  readonly secretToken: string | undefined
  readonly agent: Agent
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Posts an update. Rejects with the network's error when there is no answer. */
export function postUpdate(options: PostUpdateOptions): Promise<WebhookReply> {
  const { url, ipAddress, update, secretToken, agent, timeoutMs, signal } = options
  const body = Buffer.from(JSON.stringify(update) ?? 'null')
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = send(
      url,
      {
        method: 'POST',
        agent,
        ...(ipAddress && { lookup: always(ipAddress) }),
        signal,
        timeout: timeoutMs,
        headers: {
          'content-type': 'application/json',
          'content-length': body.length,
          ...(secretToken && { 'x-telegram-bot-api-secret-token': secretToken }),
        },
      },
      (response) => readReply(response).then(resolve, reject),
    )
    request.on('timeout', () => request.destroy(new Error('Read timeout expired')))
    request.on('error', reject)
    request.end(body)
  })
}

/** A resolver of names with one answer. */
function always(address: string): LookupFunction {
  const family = isIP(address)
  return (_host, { all }, tell) => (all ? tell(null, [{ address, family }]) : tell(null, address, family))
}

async function readReply(response: IncomingMessage): Promise<WebhookReply> {
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk as Buffer)
  const retryAfter = response.headers['retry-after']
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    retryAfterSeconds:
      retryAfter && /^\d+$/.test(retryAfter) ? Math.min(3600, Number(retryAfter)) : undefined,
    body: Buffer.concat(chunks).toString('utf8'),
  }
}
