/** A file that a person sends: made up where the test does not care what is in it. */
import { findEntities } from '../../bot-api/formatting/find-entities.js'
import { describeFile } from '../file-fields.js'
import type { FileKind } from '../file-store.js'
import type { MessageContent, WorldState } from '../world-state.js'

/** What a person sends. Everything has a default. */
export interface SentFile {
  content?: Buffer
  fileName?: string
  mimeType?: string
  caption?: string
  /** Seconds. */
  duration?: number
}

// The smallest PNG: one transparent pixel.
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const defaults: Readonly<Record<FileKind, readonly [fileName: string, mimeType: string]>> = {
  photo: ['photo.png', 'image/png'],
  document: ['file.txt', 'text/plain'],
  audio: ['song.mp3', 'audio/mpeg'],
  video: ['video.mp4', 'video/mp4'],
  animation: ['animation.mp4', 'video/mp4'],
  voice: ['voice.ogg', 'audio/ogg'],
  video_note: ['note.mp4', 'video/mp4'],
  sticker: ['sticker.webp', 'image/webp'],
}

/** Keeps the file and describes it as fields of a message. */
export function describePersonFile(state: WorldState, kind: FileKind, file: SentFile): MessageContent {
  const [fileName, mimeType] = defaults[kind]
  const stored = state.files.add({
    kind,
    // Every bot that sees the message may fetch it.
    botId: 0,
    fileName: file.fileName ?? fileName,
    mimeType: file.mimeType ?? mimeType,
    content:
      file.content ?? Buffer.from(kind === 'photo' ? pixel : 'x', kind === 'photo' ? 'base64' : 'utf8'),
  })
  const { caption } = file
  const entities = caption ? findEntities(caption) : []
  return {
    ...describeFile(stored, { duration: file.duration ?? 1 }),
    ...(caption && { caption }),
    ...(entities.length > 0 && { caption_entities: entities }),
  }
}
