/** What each kind of file looks like in a message. Source: Bot API, PhotoSize, Document and their kin. */
import { type ImageSize, readImageSize } from '../bot-api/image-size.js'
import type { JsonObject } from '../bot-api/json-fields.js'
import type { Message } from '../bot-api/objects.js'
import type { StoredFile } from './file-store.js'

/** A kept file as fields of a message. */
export function describeFile(file: StoredFile, options: JsonObject = {}): Partial<Message> {
  const ids = { file_id: file.fileId, file_unique_id: file.fileUniqueId }
  const size = { file_size: file.content.length }
  const named = { file_name: file.fileName, ...(file.mimeType && { mime_type: file.mimeType }) }
  const image = readImageSize(file.content)
  const duration = number(options.duration)
  const shape = {
    width: number(options.width) || (image?.width ?? 0),
    height: number(options.height) || (image?.height ?? 0),
  }
  switch (file.kind) {
    case 'photo':
      return { photo: [{ ...ids, ...(image ?? { width: 0, height: 0 }), ...size }] }
    case 'document':
      return { document: { ...ids, ...named, ...size } }
    case 'audio': {
      const { performer, title } = options
      return {
        audio: {
          ...ids,
          duration,
          ...(performer ? { performer } : {}),
          ...(title ? { title } : {}),
          ...named,
          ...size,
        },
      }
    }
    case 'video':
      return { video: { ...ids, ...shape, duration, ...named, ...size } }
    case 'animation': {
      const animation = { ...ids, ...shape, duration, ...named, ...size }
      // Older clients look for the animation among the documents.
      return { animation, document: { ...ids, ...named, ...size } }
    }
    case 'voice':
      return { voice: { ...ids, duration, ...(file.mimeType && { mime_type: file.mimeType }), ...size } }
    case 'video_note':
      return { video_note: { ...ids, length: number(options.length) || 240, duration, ...size } }
    case 'sticker':
      return { sticker: { ...ids, ...stickerFields(file, options, image), ...size } }
  }
}

function stickerFields(file: StoredFile, options: JsonObject, image: ImageSize | undefined): object {
  const { emoji } = options
  const side = file.sticker?.type === 'custom_emoji' ? 100 : 512
  return {
    type: 'regular',
    width: image?.width ?? side,
    height: image?.height ?? side,
    is_animated: file.fileName.endsWith('.tgs'),
    is_video: file.fileName.endsWith('.webm'),
    ...(emoji ? { emoji } : {}),
    ...withoutUndefined(file.sticker ?? {}),
  }
}

function withoutUndefined(object: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined))
}

function number(value: unknown): number {
  const result = Number(value ?? 0)
  return Number.isFinite(result) && result > 0 ? Math.floor(result) : 0
}
