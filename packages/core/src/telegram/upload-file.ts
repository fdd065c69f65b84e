/** Opens a file that is to be uploaded: from a path, a Buffer, a stream or a URL, as telegraf takes them. */

import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { TelegramRefusal } from '../errors.js'
import type { UploadFetcher } from './fetch-upload.js'

/** What telegraf calls an InputFile: `{ source: path | Buffer | stream }` or `{ url }`, each with a `filename` where wanted. */
export interface InputFile {
  source?: unknown
  url?: string
  filename?: string
}

/** What is in a file: all of it, or its pieces. */
export type UploadContent = Uint8Array | AsyncIterable<Uint8Array>

/** Whether a value is a file to upload, and not an id or a URL that Telegram fetches. */
export function isInputFile(value: object): value is InputFile {
  const { source, url } = value as InputFile
  return Boolean(source) || (typeof url === 'string' && url !== '')
}

/**
 * What is in a file, and its name where it has one of its own. A path is looked at now and opened when it is read.
 * @throws TelegramRefusal TELEGRAM_UPLOAD: it cannot be read, also later while it is; TELEGRAM_UPLOAD_URL: its URL must
 * not be asked.
 */
export async function openUpload(
  { source, url }: InputFile,
  fetcher: UploadFetcher,
): Promise<{ content: UploadContent; name?: string }> {
  if (url !== undefined) return { content: await fetcher.open(url) }
  if (source instanceof Uint8Array) return { content: source }
  if (typeof source === 'string') {
    const stats = await stat(source).catch((error) => failed(source, error))
    if (!stats.isFile()) failed(source, 'not a file')
    return { content: readFile(source), name: basename(source) }
  }
  if (isReadable(source)) {
    // An error before the first read is raised there again; without a listener it would end the process.
    source.on('error', () => {})
    return { content: readStream(source) }
  }
  return failed(typeof source, 'neither a path, a Buffer nor a stream')
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  // Opened only when it is its turn: a call that never starts leaves no file open.
  yield* readStream(createReadStream(path), path)
}

async function* readStream(
  stream: AsyncIterable<string | Uint8Array>,
  name = 'the stream',
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
  } catch (error) {
    failed(name, error)
  }
}

function failed(what: string, cause: unknown): never {
  const { code, message }: { code?: string; message: string } =
    cause instanceof Error ? cause : { message: String(cause) }
  const reason = code ?? message
  throw new TelegramRefusal(
    'TELEGRAM_UPLOAD',
    `A file to be uploaded cannot be read: ${what} (${reason}). Expected a path of a file, a Buffer or a readable stream.`,
    cause instanceof Error ? { cause } : undefined,
  )
}

function isReadable(source: unknown): source is NodeJS.ReadableStream {
  return typeof source === 'object' && source !== null && 'pipe' in source && Symbol.asyncIterator in source
}
