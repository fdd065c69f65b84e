/** Reads the parameters of a Bot API call from its query and body, in each of the four ways Telegram takes. */
import type { IncomingMessage } from 'node:http'
import { ApiError, badRequest } from '../bot-api/api-error.js'
import { Parameters } from '../methods/parameters.js'
import { parseMultipart } from './multipart.js'

// Bot API: files of up to 50 MB; the rest is room for the form around them.
const longestBodyBytes = 52 * 1024 * 1024
const jsonType = 'application/json'
const nothing = Buffer.alloc(0)

/**
 * Reads a call and goes on with its parameters: by calls, since each promise on the way of a request costs.
 * @param fail Called with ApiError 413 for a body beyond 52 MB.
 */
export function readCall(
  request: IncomingMessage,
  goOn: (body: Buffer) => void,
  fail: (error: unknown) => void,
): void {
  collectBody(request, longestBodyBytes, goOn, fail)
}

/**
 * The parameters of a call; where query and body name the same one, the body counts.
 * @throws ApiError 400 for a body that cannot be parsed.
 */
export function parseParameters(request: IncomingMessage, query: string, body: Buffer): Parameters {
  const values: Record<string, unknown> = query === '' ? {} : Object.fromEntries(new URLSearchParams(query))
  if (body.length === 0) return new Parameters(values)
  const contentType = request.headers['content-type'] ?? ''
  const kind = contentType === jsonType ? jsonType : contentType.split(';', 1)[0]?.trim().toLowerCase()
  if (kind === jsonType) {
    const given = parseJsonObject(body)
    return new Parameters(query === '' ? given : { ...values, ...given })
  }
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
  return new Promise((resolve, reject) => collectBody(request, limitBytes, resolve, reject))
}

/** Events, since an async iterator over the request costs as much as the rest of a call. */
function collectBody(
  request: IncomingMessage,
  limitBytes: number,
  goOn: (body: Buffer) => void,
  fail: (error: unknown) => void,
): void {
  let first: Buffer | undefined
  let more: Buffer[] | undefined
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > limitBytes) {
      request.pause()
      fail(new ApiError(413, 'Request Entity Too Large'))
    } else if (first === undefined) first = chunk
    else {
      more ??= [first]
      more.push(chunk)
    }
  })
  request.on('end', () => goOn(more ? Buffer.concat(more) : (first ?? nothing)))
  request.on('error', fail)
}

function parseJsonObject(body: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(body.toString('utf8'))
  } catch (cause) {
    throw Object.assign(badRequest("can't parse JSON object"), { cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('expected a JSON object')
  }
  return value as Record<string, unknown>
}
