/** The files that a world holds, and the ids under which bots know them. */
import { randomBytes } from 'node:crypto'
import type { ImageSize } from '../bot-api/image-size.js'
import type { JsonObject } from '../bot-api/json-fields.js'
import { type MediaFacts, readMediaFacts } from '../bot-api/media-facts.js'
import type { FileKind } from './file-kind.js'
import { type MadePicture, smallerSizes, thumbnailFor } from './picture-sizes.js'

/** A stored file. */
export interface StoredFile {
  readonly fileId: string
  readonly fileUniqueId: string
  /** Where it is downloaded: `/file/bot<token>/<filePath>`. */
  readonly filePath: string
  readonly fileName: string
  readonly mimeType: string | undefined
  readonly content: Buffer
  /** A thumbnail can be downloaded and not sent. */
  readonly kind: FileKind | 'thumbnail'
  /** Only this bot may use the id; 0 = every bot, of a file that a person sent. */
  readonly botId: number
  /** Of a sticker of a set: its type, emoji, set and their kin, as fields of Bot API, Sticker. */
  readonly sticker?: Readonly<Record<string, unknown>>
  /** What was said when it was sent first: duration, width, title and their kin. It stays, however it is sent again. */
  readonly told?: JsonObject
  /** What its headers say. */
  readonly facts?: MediaFacts
  /** Of a picture that was made of another file. */
  readonly shape?: ImageSize
  /** Of a photo, the smallest first. */
  readonly smaller?: readonly StoredFile[]
  readonly thumbnail?: StoredFile
}

/** A file before it is kept. */
export type NewFile = Pick<StoredFile, 'botId' | 'fileName' | 'mimeType' | 'content' | 'sticker' | 'told'> & {
  readonly kind: FileKind
  /** The picture that came with it. */
  readonly thumbnailContent?: Buffer
}

// How real ids of each kind begin.
const prefixes: Readonly<Record<StoredFile['kind'], string>> = {
  photo: 'AgAC',
  document: 'BQAC',
  audio: 'CQAC',
  video: 'BAAC',
  animation: 'CgAC',
  voice: 'AwAC',
  video_note: 'DQAC',
  sticker: 'CAAC',
  thumbnail: 'AAMC',
}

// What Telegram makes of a name where the upload does not say.
const mimeTypes: Readonly<Record<string, string>> = {
  '.csv': 'text/csv',
  '.gif': 'image/gif',
  '.html': 'text/html',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.ogg': 'audio/ogg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.tgs': 'application/x-tgsticker',
  '.txt': 'text/plain',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
  '.zip': 'application/zip',
}

/** The files of one world. */
export class FileStore {
  readonly #byId = new Map<string, StoredFile>()
  readonly #byPath = new Map<string, StoredFile>()
  #lastNumber = -1
  readonly #wholeOf = new Map<string, StoredFile>()

  /** Keeps a file, and the pictures that are made of it. */
  add({ thumbnailContent, ...file }: NewFile): StoredFile {
    const { kind, content, told = {} } = file
    const named = { ...file, ...(kind === 'animation' && nameOfAnimation(file)) }
    const stored = this.#complete(named)
    if (kind === 'photo') {
      const smaller = smallerSizes(content).map((picture) => this.#addPicture(stored, 'photo', picture))
      const whole = this.#keep({ ...stored, smaller })
      for (const { fileId } of smaller) this.#wholeOf.set(fileId, whole)
      return whole
    }
    const asked = { width: positive(told.width), height: positive(told.height) }
    const picture = thumbnailFor(kind, file.fileName, content, thumbnailContent, asked)
    return this.#keep({
      ...stored,
      facts: readMediaFacts(content),
      ...(picture && { thumbnail: this.#addPicture(stored, 'thumbnail', picture) }),
    })
  }

  /** The photo that a smaller size belongs to; any other file itself. */
  wholeOf(file: StoredFile): StoredFile {
    return this.#wholeOf.get(file.fileId) ?? file
  }

  /** Says something else about a sticker; its id stays. */
  describe(fileId: string, sticker: Readonly<Record<string, unknown>>): void {
    const file = this.#byId.get(fileId)
    if (file) this.#keep({ ...file, sticker: { ...file.sticker, ...sticker } })
  }

  /** A bot's file by its id. */
  byId(botId: number, fileId: string): StoredFile | undefined {
    const file = this.#byId.get(fileId)
    return file && (file.botId === botId || file.botId === 0) ? file : undefined
  }

  /** A bot's file by its path. */
  byPath(botId: number, filePath: string): StoredFile | undefined {
    return this.#byPath.get(`${botId}/${filePath}`) ?? this.#byPath.get(`0/${filePath}`)
  }

  #addPicture({ botId }: StoredFile, kind: 'photo' | 'thumbnail', picture: MadePicture): StoredFile {
    const { content, ...shape } = picture
    const file = { botId, fileName: 'picture.png', mimeType: 'image/png', content, kind, shape }
    return this.#keep(this.#complete(file))
  }

  /** With the ids and the path that every file has. */
  #complete(file: Omit<StoredFile, 'fileId' | 'fileUniqueId' | 'filePath'>): StoredFile {
    const extension = /\.[A-Za-z0-9]{1,8}$/.exec(file.fileName)?.[0] ?? ''
    const given = file.mimeType?.split(';')[0]?.trim().toLowerCase()
    const mimeType =
      given && given !== 'application/octet-stream' ? given : (mimeTypes[extension.toLowerCase()] ?? given)
    this.#lastNumber += 1
    return {
      ...file,
      mimeType,
      fileId: `${prefixes[file.kind]}${randomBytes(36).toString('base64url')}`,
      fileUniqueId: `${file.kind === 'photo' ? 'AQAD' : 'AgAD'}${randomBytes(9).toString('base64url')}`,
      filePath: `${file.kind.replace('_', '')}s/file_${this.#lastNumber}${extension}`,
    }
  }

  #keep(file: StoredFile): StoredFile {
    this.#byId.set(file.fileId, file)
    this.#byPath.set(`${file.botId}/${file.filePath}`, file)
    return file
  }
}

/** Telegram makes a video of a GIF. */
function nameOfAnimation({ fileName, content }: NewFile): Partial<NewFile> {
  const isGif = content.toString('latin1', 0, 4) === 'GIF8'
  return isGif ? { fileName: `${fileName}.mp4`, mimeType: 'video/mp4' } : {}
}

function positive(value: unknown): number {
  const number = Math.floor(Number(value ?? 0))
  return Number.isFinite(number) ? Math.max(0, number) : 0
}
