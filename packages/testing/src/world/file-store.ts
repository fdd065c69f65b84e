/** The files that a world holds, and the ids under which bots know them. */
import { randomBytes } from 'node:crypto'

/** A stored file. */
export interface StoredFile {
  readonly fileId: string
  readonly fileUniqueId: string
  /** Where it is downloaded: `/file/bot<token>/<filePath>`. */
  readonly filePath: string
  readonly fileName: string
  readonly mimeType: string | undefined
  readonly content: Buffer
  /** Only this bot may use the id. */
  readonly botId: number
}

/** The files of one world. */
export class FileStore {
  readonly #byId = new Map<string, StoredFile>()
  readonly #byPath = new Map<string, StoredFile>()

  /** Keeps a file. @param folder First part of its path, as `photos`. */
  add(folder: string, file: Pick<StoredFile, 'botId' | 'fileName' | 'mimeType' | 'content'>): StoredFile {
    const extension = /\.[A-Za-z0-9]{1,8}$/.exec(file.fileName)?.[0] ?? ''
    const stored: StoredFile = {
      ...file,
      fileId: `AgAC${randomBytes(36).toString('base64url')}`,
      fileUniqueId: `AQAD${randomBytes(9).toString('base64url')}`,
      filePath: `${folder}/file_${this.#byId.size}${extension}`,
    }
    this.#byId.set(stored.fileId, stored)
    this.#byPath.set(`${stored.botId}/${stored.filePath}`, stored)
    return stored
  }

  /** A bot's file by its id. */
  byId(botId: number, fileId: string): StoredFile | undefined {
    const file = this.#byId.get(fileId)
    return file?.botId === botId ? file : undefined
  }

  /** A bot's file by its path. */
  byPath(botId: number, filePath: string): StoredFile | undefined {
    return this.#byPath.get(`${botId}/${filePath}`)
  }
}
