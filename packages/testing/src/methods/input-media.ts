/** What each kind of file looks like in a message, and the InputMedia of albums and edits. Source: Client.cpp (get_input_media). */
import { badRequest } from '../bot-api/api-error.js'
import type { FormattedText } from '../bot-api/formatting/clean-text.js'
import { type ImageSize, readImageSize } from '../bot-api/image-size.js'
import {
  FieldError,
  isJsonObject,
  type JsonObject,
  optionalFlag,
  optionalInteger,
  optionalText,
  readAs,
  requiredText,
} from '../bot-api/json-fields.js'
import { describeFile } from '../world/file-fields.js'
import type { FileKind } from '../world/file-kind.js'
import type { MessageContent } from '../world/world-state.js'
import { type InputFile, readInputFile, storeInputFile } from './input-file.js'
import { formatCaption } from './message-text.js'
import type { MethodCall } from './method.js'

/** The fields under which messages carry files. */
export const fileKinds: readonly FileKind[] = [
  'animation',
  'audio',
  'document',
  'photo',
  'sticker',
  'video',
  'video_note',
  'voice',
]

/** A file with what was said about it. */
export interface InputMedia {
  readonly kind: FileKind
  readonly file: InputFile
  /** Of a live photo: the picture; the file is the video behind it. */
  readonly still?: InputFile
  readonly caption: FormattedText | undefined
  /** Duration, width, title and their kin, and `has_spoiler`, as they were given. */
  readonly options: JsonObject
}

const albumKinds: readonly string[] = ['photo', 'video', 'audio', 'document', 'live_photo']

/**
 * Reads an InputMedia object.
 * @throws ApiError 400 `can't parse InputMedia: …`.
 */
export function readInputMedia(call: MethodCall, value: unknown, isAlbum: boolean): InputMedia {
  const { media, type, text, object } = readAs("can't parse InputMedia", () => {
    if (!isJsonObject(value)) throw new FieldError('expected an Object')
    const media = optionalText(value, 'media') ?? ''
    if (media === '') throw new FieldError('media not found')
    optionalFlag(value, 'has_spoiler')
    for (const name of ['width', 'height', 'duration']) optionalInteger(value, name)
    const type = requiredText(value, 'type')
    if (isAlbum && type === 'animation') {
      throw new FieldError(`type "${type}" can't be used in sendMediaGroup`)
    }
    if (!albumKinds.includes(type) && type !== 'animation') {
      throw new FieldError(`type "${type}" is unsupported`)
    }
    return { media, type, text: optionalText(value, 'caption') ?? '', object: value }
  })
  const parseMode = typeof object.parse_mode === 'string' ? object.parse_mode : undefined
  const caption = formatCaption(call.state, { text, parseMode, entities: object.caption_entities })
  if (type === 'live_photo') {
    const picture = typeof object.photo === 'string' ? object.photo : ''
    const still = readInputFile(call, 'photo', '', picture)
    return { kind: 'video', file: readInputFile(call, 'video', '', media), still, caption, options: object }
  }
  const kind = type as FileKind
  return { kind, file: readInputFile(call, kind, '', media), caption, options: object }
}

/**
 * The file and its caption as fields of a message; the file is kept.
 * @throws ApiError 400 `IMAGE_PROCESS_FAILED`, `PHOTO_INVALID_DIMENSIONS`.
 */
export function describeMedia(call: MethodCall, media: InputMedia): MessageContent {
  const { caption, options } = media
  return {
    ...describeFiles(call, media),
    ...(caption && { caption: caption.text }),
    ...(caption && caption.entities.length > 0 && { caption_entities: [...caption.entities] }),
    ...(isTrue(options.show_caption_above_media) && { show_caption_above_media: true }),
    ...(isTrue(options.has_spoiler) && { has_media_spoiler: true }),
  }
}

/** The file alone; a live photo carries its picture once more, for bots that do not know live photos. */
export function describeFiles(call: MethodCall, { kind, file, still, options }: InputMedia): MessageContent {
  if (kind === 'photo') checkUploadedPhoto(file)
  if (still) checkUploadedPhoto(still)
  const described = describeFile(storeInputFile(call, kind, file, options), options)
  if (!still) return described
  const { photo } = describeFile(storeInputFile(call, 'photo', still))
  const { file_name: _, ...video } = described.video as Record<string, unknown>
  return { live_photo: { ...video, photo }, ...(photo && { photo }) }
}

function checkUploadedPhoto(file: InputFile): void {
  if ('upload' in file) checkPhoto(file.upload.content)
}

/**
 * The size of a photo: Telegram decodes what it is sent as one.
 * @throws ApiError 400 `IMAGE_PROCESS_FAILED`, `PHOTO_INVALID_DIMENSIONS`.
 */
export function checkPhoto(content: Buffer): ImageSize {
  const size = readImageSize(content)
  if (!size) throw badRequest('IMAGE_PROCESS_FAILED')
  const ratio = size.width / size.height
  if (size.width + size.height > 10_000 || ratio > 20 || ratio < 1 / 20) {
    throw badRequest('PHOTO_INVALID_DIMENSIONS')
  }
  return size
}

function isTrue(value: unknown): boolean {
  return value === true || String(value).toLowerCase() === 'true'
}
