/** Writes payloads with files as multipart/form-data, streamed: no file is held in memory. Takes files as telegraf does. */

import { randomBytes } from 'node:crypto'
import type { UploadFetcher } from './fetch-upload.js'
import { type InputFile, isInputFile, openUpload, type UploadContent } from './upload-file.js'

/** A body to be sent. */
export interface MultipartBody {
  contentType: string
  body: AsyncIterable<string | Uint8Array>
}

// Objects in these fields are never files; link_preview_options even has a `url`.
const plainFields = new Set([
  'link_preview_options',
  'reply_markup',
  'reply_parameters',
  'results',
  'entities',
  'caption_entities',
])
// Inside of an object or a list, only these fields hold files: a `url` elsewhere is that of a button or a link.
const fileFields = new Set(['media', 'thumbnail', 'thumb', 'cover', 'sticker', 'photo', 'animation', 'video'])
const extensions: Record<string, string> = {
  audio: 'mp3',
  photo: 'jpg',
  sticker: 'webp',
  video: 'mp4',
  animation: 'mp4',
  video_note: 'mp4',
  voice: 'ogg',
}

/** Whether a payload has a file to upload, and so cannot go as JSON. */
export function hasUpload(payload: object): boolean {
  for (const key in payload) {
    const value = (payload as Record<string, unknown>)[key]
    if (typeof value !== 'object' || value === null || plainFields.has(key)) continue
    if (isInputFile(value) || hasNestedUpload(value)) return true
  }
  return false
}

/**
 * The body for a payload. Its files are opened here, so that a missing one is known before anything is sent.
 * @throws TelegramRefusal TELEGRAM_UPLOAD: a file cannot be read; TELEGRAM_UPLOAD_URL: its URL must not be asked.
 */
export async function createMultipart(payload: object, fetcher: UploadFetcher): Promise<MultipartBody> {
  const boundary = randomBytes(16).toString('hex')
  const form = new Form(boundary, fetcher)
  for (const [key, value] of Object.entries(payload)) await form.addField(key, value)
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: form.write() }
}

class Form {
  readonly #parts: (string | UploadContent)[] = []
  #files = 0

  constructor(
    readonly boundary: string,
    readonly fetcher: UploadFetcher,
  ) {}

  async addField(key: string, value: unknown): Promise<void> {
    if (value === undefined || value === null) return
    if (typeof value !== 'object') return this.#addText(key, String(value))
    if (plainFields.has(key)) return this.#addText(key, JSON.stringify(value, dropNull))
    // A thumbnail is named as an attachment wherever it stands: https://core.telegram.org/bots/api#senddocument
    const isThumbnail = key === 'thumb' || key === 'thumbnail'
    if (isInputFile(value) && !isThumbnail) return this.#addFile(key, value, key)
    const attached = await this.#attach(value, isThumbnail ? 'photo' : undefined)
    this.#addText(key, typeof attached === 'string' ? attached : JSON.stringify(attached, dropNull))
  }

  /** The pieces, small ones joined. Read once. */
  async *write(): AsyncGenerator<string | Uint8Array> {
    let text = ''
    for (const part of this.#parts) {
      if (typeof part === 'string') {
        text += part
        continue
      }
      yield text
      text = ''
      if (part instanceof Uint8Array) yield part
      else yield* part
    }
    yield `${text}--${this.boundary}--\r\n`
  }

  #addText(key: string, text: string): void {
    this.#parts.push(
      `--${this.boundary}\r\ncontent-disposition: form-data; name="${quoted(key)}"\r\n\r\n${text}\r\n`,
    )
  }

  async #addFile(key: string, file: InputFile, type: string | undefined): Promise<void> {
    const { content, name } = await openUpload(file, this.fetcher)
    const filename = file.filename ?? name ?? `${key}.${extensions[type ?? ''] ?? 'dat'}`
    const head = `--${this.boundary}\r\ncontent-disposition: form-data; name="${quoted(key)}"; filename="${quoted(filename)}"\r\n\r\n`
    this.#parts.push(head, content, '\r\n')
  }

  /** A value with `attach://…` in place of its files, which become parts of their own. */
  async #attach(value: unknown, type: string | undefined): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value
    if (isInputFile(value)) {
      const id = `file${++this.#files}`
      await this.#addFile(id, value, type)
      return `attach://${id}`
    }
    if (Array.isArray(value)) {
      const items: unknown[] = []
      for (const item of value) items.push(await this.#attachFields(item))
      return items
    }
    return this.#attachFields(value)
  }

  async #attachFields(value: unknown): Promise<unknown> {
    if (typeof value !== 'object' || value === null) return value
    const { type } = value as { type?: string }
    const fields: [string, unknown][] = []
    for (const [key, inner] of Object.entries(value)) {
      const isThumbnail = key === 'thumb' || key === 'thumbnail'
      const attached = fileFields.has(key) ? await this.#attach(inner, isThumbnail ? 'photo' : type) : inner
      // `thumb` is what Bot API 6.5 and older called it, and telegraf's types still do.
      fields.push([key === 'thumb' ? 'thumbnail' : key, attached])
    }
    return Object.fromEntries(fields)
  }
}

function hasNestedUpload(value: object): boolean {
  if (Array.isArray(value))
    return value.some((item) => typeof item === 'object' && item !== null && hasFileField(item))
  return hasFileField(value)
}

function hasFileField(value: object): boolean {
  for (const key of fileFields) {
    const inner = (value as Record<string, unknown>)[key]
    if (typeof inner === 'object' && inner !== null && (isInputFile(inner) || hasNestedUpload(inner)))
      return true
  }
  return false
}

// As browsers write them (https://html.spec.whatwg.org/#multipart-form-data): a name cannot end its line or its quotes.
function quoted(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function dropNull(_: string, value: unknown): unknown {
  return value ?? undefined
}
