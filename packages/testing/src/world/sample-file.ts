/** A small file of each kind, where nobody cares what is in it. */
import { drawPlainPicture } from '../bot-api/plain-picture.js'
import type { FileKind } from './file-kind.js'

/** A file that was made up. */
export interface SampleFile {
  readonly fileName: string
  readonly mimeType: string
  readonly content: Buffer
}

const names: Readonly<Record<FileKind, readonly [fileName: string, mimeType: string]>> = {
  photo: ['photo.png', 'image/png'],
  document: ['file.txt', 'text/plain'],
  audio: ['song.mp3', 'audio/mpeg'],
  video: ['video.mp4', 'video/mp4'],
  animation: ['animation.mp4', 'video/mp4'],
  voice: ['voice.ogg', 'audio/ogg'],
  video_note: ['note.mp4', 'video/mp4'],
  sticker: ['sticker.webp', 'image/webp'],
}

/** A picture for a photo, a letter for everything else. */
export function sampleFile(kind: FileKind): SampleFile {
  const [fileName, mimeType] = names[kind]
  const content = kind === 'photo' ? drawPlainPicture({ width: 640, height: 480 }) : Buffer.from('x')
  return { fileName, mimeType, content }
}
