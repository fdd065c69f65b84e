/** Takes a multipart/form-data body apart. Source: RFC 7578. */
import { badRequest } from '../bot-api/api-error.js'
import type { UploadedFile } from '../methods/parameters.js'

/** The parts of a form: plain fields, and fields that carry a file. */
export interface MultipartForm {
  readonly values: Record<string, unknown>
  readonly files: Map<string, UploadedFile>
}

/**
 * Parses a whole body.
 * @param boundary As the content-type header gives it, without the leading dashes.
 * @throws ApiError 400 when the body does not end with its boundary or a part has no name.
 */
export function parseMultipart(body: Buffer, boundary: string): MultipartForm {
  const form: MultipartForm = { values: {}, files: new Map() }
  const delimiter = Buffer.from(`\r\n--${boundary}`)
  // The first boundary has no line before it; the search treats it alike.
  const source = Buffer.concat([Buffer.from('\r\n'), body])
  let start = source.indexOf(delimiter)
  while (start >= 0) {
    const after = start + delimiter.length
    if (source.toString('latin1', after, after + 2) === '--') return form
    const end = source.indexOf(delimiter, after)
    if (end < 0) break
    addPart(form, source.subarray(source.indexOf('\r\n', after) + 2, end))
    start = end
  }
  throw badRequest("can't parse multipart/form-data: unexpected end of request")
}

function addPart(form: MultipartForm, part: Buffer): void {
  // A part without headers begins with the empty line itself.
  const headEnd = part.indexOf('\r\n\r\n')
  if (headEnd < 0) throw badRequest("can't parse multipart/form-data: part without headers")
  const head = part.toString('utf8', 0, headEnd)
  const content = part.subarray(headEnd + 4)
  const name = readAttribute(head, 'name')
  if (name === undefined) throw badRequest("can't parse multipart/form-data: part without a name")
  const fileName = readAttribute(head, 'filename')
  if (fileName === undefined) {
    form.values[name] = content.toString('utf8')
    return
  }
  const mimeType = /^content-type:\s*([^\r\n]+)/im.exec(head)?.[1]?.trim()
  // The copy frees the whole body, which a slice would keep alive.
  form.files.set(name, { fileName, mimeType, content: Buffer.from(content) })
}

function readAttribute(head: string, name: string): string | undefined {
  const extended = new RegExp(`[;\\s]${name}\\*=(?:utf-8|UTF-8)''([^;\\s]+)`).exec(head)?.[1]
  if (extended !== undefined) return decodePercent(extended)
  const match = new RegExp(`[;\\s]${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(head)
  return match?.[1]?.replace(/\\(.)/g, '$1') ?? match?.[2]
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
