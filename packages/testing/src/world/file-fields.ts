/** What each kind of file looks like in a message. Source: Bot API, PhotoSize, Document and their kin. */
import { type ImageSize, readImageSize } from '../bot-api/image-size.js'
import type { JsonObject } from '../bot-api/json-fields.js'
import type { Message, PhotoSize } from '../bot-api/objects.js'
import type { StoredFile } from './file-store.js'

/**
 * A kept file as fields of a message.
 * @param options What is said of it now; what was said of it first counts more.
 */
export function describeFile(file: StoredFile, options: JsonObject = {}): Partial<Message> {
  const ids = { file_id: file.fileId, file_unique_id: file.fileUniqueId }
  const size = { file_size: file.content.length }
  const named = { file_name: file.fileName, ...(file.mimeType && { mime_type: file.mimeType }) }
  const said = { ...options, ...file.told }
  const image = readImageSize(file.content)
  const duration = number(said.duration) || (file.facts?.durationSeconds ?? 0)
  const shape = {
    width: number(said.width) || (file.facts?.width ?? image?.width ?? 0),
    height: number(said.height) || (file.facts?.height ?? image?.height ?? 0),
  }
  const thumb = file.thumbnail && { thumbnail: describePicture(file.thumbnail) }
  switch (file.kind) {
    case 'photo':
      return { photo: [...(file.smaller ?? []), file].map(describePicture) }
    case 'document':
      return { document: { ...ids, ...thumb, ...named, ...size } }
    case 'audio': {
      const { performer, title } = said
      return {
        audio: {
          ...ids,
          duration,
          ...(performer ? { performer } : {}),
          ...(title ? { title } : {}),
          ...thumb,
          ...named,
          ...size,
        },
      }
    }
    case 'video':
      return { video: { ...ids, ...shape, duration, ...thumb, ...named, ...size } }
    case 'animation': {
      const animation = { ...ids, ...shape, duration, ...thumb, ...named, ...size }
      // Older clients look for the animation among the documents.
      return { animation, document: { ...ids, ...thumb, ...named, ...size } }
    }
    case 'voice':
      return { voice: { ...ids, duration, ...(file.mimeType && { mime_type: file.mimeType }), ...size } }
    case 'video_note':
      return {
        video_note: {
          ...ids,
          length: number(said.length) || shape.width || 240,
          duration,
          ...thumb,
          ...size,
        },
      }
    case 'sticker':
      return { sticker: { ...ids, ...stickerFields(file, said, image), ...thumb, ...size } }
    case 'thumbnail':
      return {}
  }
}

/** Bot API, PhotoSize. */
function describePicture({ fileId, fileUniqueId, content, shape }: StoredFile): PhotoSize {
  const { width, height } = shape ?? readImageSize(content) ?? { width: 0, height: 0 }
  return { file_id: fileId, file_unique_id: fileUniqueId, width, height, file_size: content.length }
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
