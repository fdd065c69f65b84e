/** A file that a person sends: made up where the test does not care what is in it. */
import { findEntities } from '../../bot-api/formatting/find-entities.js'
import { describeFile } from '../file-fields.js'
import type { FileKind } from '../file-kind.js'
import { sampleFile } from '../sample-file.js'
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

/** Keeps the file and describes it as fields of a message. */
export function describePersonFile(state: WorldState, kind: FileKind, file: SentFile): MessageContent {
  const sample = sampleFile(kind)
  const stored = state.files.add({
    kind,
    // Every bot that sees the message may fetch it.
    botId: 0,
    fileName: file.fileName ?? sample.fileName,
    mimeType: file.mimeType ?? sample.mimeType,
    content: file.content ?? sample.content,
  })
  const { caption } = file
  const entities = caption ? findEntities(caption) : []
  return {
    ...describeFile(stored, { duration: file.duration ?? 1 }),
    ...(caption && { caption }),
    ...(entities.length > 0 && { caption_entities: entities }),
  }
}
