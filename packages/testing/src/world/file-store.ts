/** The files that a world holds, and the ids under which bots know them. */
import { randomBytes } from 'node:crypto'

/** What a file is for its bot: it can be sent again as this and as nothing else. */
export type FileKind =
  | 'photo'
  | 'document'
  | 'audio'
  | 'video'
  | 'animation'
  | 'voice'
  | 'video_note'
  | 'sticker'

/** A stored file. */
export interface StoredFile {
  readonly fileId: string
  readonly fileUniqueId: string
  /** Where it is downloaded: `/file/bot<token>/<filePath>`. */
  readonly filePath: string
  readonly fileName: string
  readonly mimeType: string | undefined
  readonly content: Buffer
  readonly kind: FileKind
  /** Only this bot may use the id; 0 = every bot, of a file that a person sent. */
  readonly botId: number
  /** Of a sticker of a set: its type, emoji, set and their kin, as fields of Bot API, Sticker. */
  readonly sticker?: Readonly<Record<string, unknown>>
}

/** A file before it is kept. */
export type NewFile = Pick<StoredFile, 'botId' | 'fileName' | 'mimeType' | 'content' | 'kind' | 'sticker'>

// How real ids of each kind begin.
const prefixes: Readonly<Record<FileKind, string>> = {
  photo: 'AgAC',
  document: 'BQAC',
  audio: 'CQAC',
  video: 'BAAC',
  animation: 'CgAC',
  voice: 'AwAC',
  video_note: 'DQAC',
  sticker: 'CAAC',
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

  /** Keeps a file. */
  add(file: NewFile): StoredFile {
    const extension = /\.[A-Za-z0-9]{1,8}$/.exec(file.fileName)?.[0] ?? ''
    const given = file.mimeType?.split(';')[0]?.trim().toLowerCase()
    const mimeType =
      given && given !== 'application/octet-stream' ? given : (mimeTypes[extension.toLowerCase()] ?? given)
    return this.#keep({
      ...file,
      mimeType,
      fileId: `${prefixes[file.kind]}${randomBytes(36).toString('base64url')}`,
      fileUniqueId: `${file.kind === 'photo' ? 'AQAD' : 'AgAD'}${randomBytes(9).toString('base64url')}`,
      filePath: `${file.kind.replace('_', '')}s/file_${this.#byId.size}${extension}`,
    })
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

  #keep(file: StoredFile): StoredFile {
    this.#byId.set(file.fileId, file)
    this.#byPath.set(`${file.botId}/${file.filePath}`, file)
    return file
  }
}
