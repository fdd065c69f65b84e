/** Reads the parameters of a Bot API call from its query and body, in each of the four ways Telegram takes. */
import type { IncomingMessage } from 'node:http'
import { ApiError, badRequest } from '../bot-api/api-error.js'
import { Parameters } from '../methods/parameters.js'
import { parseMultipart } from './multipart.js'

// Bot API: files of up to 50 MB; the rest is room for the form around them.
const longestBodyBytes = 52 * 1024 * 1024

/**
 * The parameters of a call; where query and body name the same one, the body counts.
 * @throws ApiError 400 for a body that cannot be parsed, 413 for one beyond 52 MB.
 */
export async function readParameters(request: IncomingMessage, query: string): Promise<Parameters> {
  const values: Record<string, unknown> = query === '' ? {} : Object.fromEntries(new URLSearchParams(query))
  const body = await readBody(request, longestBodyBytes)
  if (body.length === 0) return new Parameters(values)
  const contentType = request.headers['content-type'] ?? ''
  const kind = contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (kind === 'application/json') return new Parameters({ ...values, ...parseJsonObject(body) })
  if (kind === 'application/x-www-form-urlencoded') {
    return new Parameters({ ...values, ...Object.fromEntries(new URLSearchParams(body.toString('utf8'))) })
  }
  if (kind === 'multipart/form-data') {
    const boundary = /boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType)
    const form = parseMultipart(body, boundary?.[1] ?? boundary?.[2] ?? '')
    return new Parameters({ ...values, ...form.values }, form.files)
  }
  // As on the real server, a body of any other type is passed over.
  return new Parameters(values)
}

/**
 * Reads a whole body.
 * @throws ApiError 413 beyond `limitBytes`; the rest of the body is not read.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer> {
  // Events, since an async iterator over the request costs as much as the rest of a call.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= limitBytes) {
        chunks.push(chunk)
        return
      }
      request.pause()
      reject(new ApiError(413, 'Request Entity Too Large'))
    })
    request.on('end', () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)))
    request.on('error', reject)
  })
}

function parseJsonObject(body: Buffer): object {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw Object.assign(badRequest("can't parse JSON object"), { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('expected a JSON object')
  }
  return value
}
