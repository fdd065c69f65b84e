/** The sticker sets of one world: those that bots make, those that people have published, and Telegram's icons for topics. */
import { randomInt } from 'node:crypto'
import { describeFile } from './file-fields.js'
import type { FileStore, NewFile, StoredFile } from './file-store.js'

/** Bot API, StickerSet, sticker_type. */
export type StickerType = 'regular' | 'mask' | 'custom_emoji'

/** A sticker set. Its stickers are files; what is said about them stands with the file. */
export interface StickerSet {
  readonly name: string
  title: string
  readonly type: StickerType
  /** The bot that made it and alone may change it; 0 of a set that people have published. */
  readonly botId: number
  /** The ids of the files, in order. */
  readonly fileIds: string[]
  thumbnail: StoredFile | undefined
  readonly needsRepainting: boolean
}

/** What a sticker of a set carries beside its file. */
export interface StickerDetails {
  readonly emojis: readonly string[]
  readonly maskPosition?: object
}

// The icons that Telegram offers for topics, with their real ids.
const topicIcons: readonly (readonly [emoji: string, id: string])[] = [
  ['📰', '5434144690511290129'],
  ['💡', '5312536423851630001'],
  ['⚡️', '5312016608254762256'],
  ['🎙', '5377544228505134960'],
  ['🔝', '5418085807791545980'],
]

/** The sticker sets of one world. */
export class StickerSets {
  readonly #files: FileStore
  readonly #byName = new Map<string, StickerSet>()
  readonly #setOfFile = new Map<string, StickerSet>()
  readonly #fileOfEmoji = new Map<string, string>()

  constructor(files: FileStore) {
    this.#files = files
  }

  /** A set by its name, in any case. */
  get(name: string): StickerSet | undefined {
    return this.#byName.get(name.trim().toLowerCase())
  }

  /** The set that a sticker stands in. */
  ofFile(fileId: string): StickerSet | undefined {
    return this.#setOfFile.get(fileId)
  }

  /** Keeps a new set, without stickers. */
  open(set: Omit<StickerSet, 'fileIds' | 'thumbnail'>): StickerSet {
    const opened = { ...set, fileIds: [], thumbnail: undefined }
    this.#byName.set(set.name.toLowerCase(), opened)
    return opened
  }

  /** Puts a sticker at the end of a set, or in the place of another one. */
  put(set: StickerSet, file: NewFile, details: StickerDetails, index = set.fileIds.length): StoredFile {
    const custom_emoji_id = set.type === 'custom_emoji' ? newEmojiId() : undefined
    const sticker = {
      type: set.type,
      set_name: set.name,
      emoji: details.emojis.join(''),
      ...(details.maskPosition && { mask_position: details.maskPosition }),
      ...(custom_emoji_id && { custom_emoji_id }),
      ...(set.needsRepainting && { needs_repainting: true }),
    }
    // Whoever sees the set may send its stickers.
    const stored = this.#files.add({ ...file, kind: 'sticker', botId: 0, sticker })
    const [replaced] = set.fileIds.splice(index, 1, stored.fileId)
    if (replaced !== undefined) this.#setOfFile.delete(replaced)
    this.#setOfFile.set(stored.fileId, set)
    if (custom_emoji_id) this.#fileOfEmoji.set(custom_emoji_id, stored.fileId)
    return stored
  }

  /** Takes a sticker out of its set. The file can still be sent. */
  remove(set: StickerSet, fileId: string): void {
    set.fileIds.splice(set.fileIds.indexOf(fileId), 1)
    this.#setOfFile.delete(fileId)
  }

  /** Forgets a set. */
  delete(set: StickerSet): void {
    this.#byName.delete(set.name.toLowerCase())
    for (const fileId of set.fileIds) this.#setOfFile.delete(fileId)
  }

  /** The sticker of a custom emoji. */
  ofEmoji(id: string): StoredFile | undefined {
    if (topicIcons.some(([, icon]) => icon === id)) this.topicIcons()
    return this.#files.byId(0, this.#fileOfEmoji.get(id) ?? '')
  }

  /** Telegram's icons for topics. */
  topicIcons(): StoredFile[] {
    return topicIcons.map(([emoji, custom_emoji_id]) => {
      const known = this.#files.byId(0, this.#fileOfEmoji.get(custom_emoji_id) ?? '')
      if (known) return known
      const sticker = { type: 'custom_emoji', set_name: 'Topics', emoji, custom_emoji_id }
      const content = Buffer.from('icon')
      const file = { fileName: 'icon.webm', mimeType: 'video/webm', content, botId: 0 }
      const stored = this.#files.add({ ...file, kind: 'sticker', sticker })
      this.#fileOfEmoji.set(custom_emoji_id, stored.fileId)
      return stored
    })
  }
}

/** A file as Bot API, Sticker. */
export function describeSticker(file: StoredFile): object {
  return describeFile(file).sticker as object
}

function newEmojiId(): string {
  return `5${Array.from({ length: 18 }, () => randomInt(10)).join('')}`
}
