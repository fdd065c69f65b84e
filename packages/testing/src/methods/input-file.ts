/** Finds the file that a call sends: uploaded, sent again by its id, or fetched from a loopback address. */
import { badRequest } from '../bot-api/api-error.js'
import type { JsonObject } from '../bot-api/json-fields.js'
import type { FileKind } from '../world/file-kind.js'
import type { StoredFile } from '../world/file-store.js'
import { sampleFile } from '../world/sample-file.js'
import type { MethodCall } from './method.js'
import type { UploadedFile } from './parameters.js'

// What stays with a file, in whatever call it is sent again.
const lasting = new Set(['duration', 'width', 'height', 'length', 'performer', 'title', 'emoji'])

/** A file that a call names. */
export type InputFile =
  | { readonly upload: UploadedFile }
  | { readonly stored: StoredFile }
  | { readonly url: string }

/**
 * Reads where a file comes from.
 * @param field The form field that holds it, unless `attach://name` points to another one.
 * @throws ApiError 400 `there is no photo in the request`, `wrong file identifier/HTTP URL specified`, `can't use file
 * of type … as …`, `file must be non-empty`.
 */
export function readInputFile(call: MethodCall, kind: FileKind, field: string, value: string): InputFile {
  const { state, bot, parameters } = call
  const attached = /^attach:\/\/(.+)$/.exec(value)?.[1]
  const upload = parameters.files.get(attached ?? field)
  if (upload && (attached !== undefined || value === '')) return { upload: checkUpload(upload) }
  if (value === '' || attached !== undefined) throw badRequest(`there is no ${nameOf(kind)} in the request`)
  if (/^https?:/i.test(value)) return { url: checkUrl(value) }
  const stored = state.files.byId(bot.id, value)
  if (!stored) throw badRequest('wrong file identifier/HTTP URL specified')
  if (stored.kind !== kind) {
    throw badRequest(`can't use file of type ${titleOf(stored.kind)} as ${titleOf(kind)}`)
  }
  return { stored: state.files.wholeOf(stored) }
}

/** The file itself; kept for the bot if it is new. @param options What was said about it. */
export function storeInputFile(
  call: MethodCall,
  kind: FileKind,
  input: InputFile,
  options: JsonObject = {},
): StoredFile {
  const { state, bot } = call
  if ('stored' in input) return input.stored
  if ('url' in input) throw badRequest('failed to get HTTP URL content')
  const thumbnail = findThumbnail(call, options)
  return state.files.add({
    ...input.upload,
    kind,
    botId: bot.id,
    told: Object.fromEntries(Object.entries(options).filter(([name]) => lasting.has(name))),
    ...(thumbnail && { thumbnailContent: thumbnail.content }),
  })
}

/**
 * An input whose address has been fetched. Telegram's servers would do it; here only loopback is asked, and what
 * stands elsewhere is taken to be there: a small file of the kind stands for it.
 * @throws ApiError 400 `failed to get HTTP URL content`.
 */
export async function fetchInputFile({ url }: { url: string }, kind: FileKind): Promise<InputFile> {
  if (!isLoopback(url)) return { upload: standIn(url, kind) }
  const response = await fetch(url).catch(() => undefined)
  if (!response?.ok) throw badRequest('failed to get HTTP URL content')
  const content = Buffer.from(await response.arrayBuffer())
  const mimeType = response.headers.get('content-type')?.split(';')[0]
  const fileName = decodeURIComponent(new URL(url).pathname.split('/').pop() || 'file')
  return { upload: checkUpload({ fileName, mimeType, content }) }
}

/** Only an upload counts; anything else is passed over. `thumb` is its name in earlier Bot APIs. */
function findThumbnail({ parameters }: MethodCall, options: JsonObject): UploadedFile | undefined {
  const attached = /^attach:\/\/(.+)$/.exec(String(options.thumbnail ?? options.thumb ?? ''))?.[1]
  if (attached !== undefined) return parameters.files.get(attached)
  // An item of an album has no field of its own.
  if (options !== parameters.values) return undefined
  return parameters.files.get('thumbnail') ?? parameters.files.get('thumb')
}

function checkUpload(upload: UploadedFile): UploadedFile {
  if (upload.content.length === 0) throw badRequest('file must be non-empty')
  return upload
}

function checkUrl(value: string): string {
  const host = URL.canParse(value) ? new URL(value).hostname : ''
  if (!isLoopback(value) && !host.includes('.')) throw badRequest('wrong HTTP URL specified')
  // A name that is reserved for addresses that do not exist (RFC 2606).
  if (/\.(?:invalid|test)$/i.test(host)) throw badRequest('failed to get HTTP URL content')
  return value
}

function isLoopback(url: string): boolean {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host)
}

function standIn(url: string, kind: FileKind): UploadedFile {
  const fileName = decodeURIComponent(new URL(url).pathname.split('/').pop() || kind)
  const { content, mimeType } = sampleFile(kind)
  return { fileName, mimeType, content }
}

function nameOf(kind: FileKind): string {
  return kind.replace('_', ' ')
}

function titleOf(kind: StoredFile['kind']): string {
  const names: Partial<Record<StoredFile['kind'], string>> = { voice: 'VoiceNote', video_note: 'VideoNote' }
  return names[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1)
}
