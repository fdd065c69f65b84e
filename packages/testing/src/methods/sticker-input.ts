/** Reads InputSticker and the lists that methods of stickers share, with the real server's refusals. Source: Client.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { readImageSize } from '../bot-api/image-size.js'
import { FieldError, isJsonObject, optionalText, readAs, requiredText } from '../bot-api/json-fields.js'
import type { NewFile, StoredFile } from '../world/file-store.js'
import type { StickerDetails, StickerSet, StickerType } from '../world/sticker-sets.js'
import { type InputFile, readInputFile } from './input-file.js'
import type { MethodCall } from './method.js'

/** A sticker before it stands in a set. */
export interface InputSticker {
  readonly file: NewFile
  readonly details: StickerDetails
}

const extensions: Readonly<Record<string, string>> = { static: 'webp', animated: 'tgs', video: 'webm' }
const mostEmojis = 20
const oneEmoji =
  /^(?:\p{RI}{2}|[\d#*]\ufe0f?\u20e3|\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier}|\u200d\p{Extended_Pictographic}|[\u{e0020}-\u{e007f}])*)$/u

/**
 * Reads an InputSticker.
 * @param formatOfAll What stands for a missing `format`: older clients give one for all stickers.
 * @throws FieldError
 */
export function readInputSticker(call: MethodCall, value: unknown, formatOfAll: string): InputSticker {
  if (!isJsonObject(value)) throw new FieldError('InputSticker must be an Object')
  const media = optionalText(value, 'sticker') ?? ''
  if (media === '') throw new FieldError('sticker not found')
  const format =
    formatOfAll === '' ? requiredText(value, 'format') : (optionalText(value, 'format') ?? formatOfAll)
  checkFormat(format, true)
  if (value.emoji_list === undefined) throw new FieldError(`Can't find field "emoji_list"`)
  const emojis = readEmojis(value.emoji_list)
  const maskPosition = readMaskPosition(value.mask_position)
  if (value.keywords !== undefined) readKeywords(value.keywords)
  const file = fileOf(call, readInputFile(call, 'sticker', '', media), format)
  return { file, details: { emojis, ...(maskPosition && { maskPosition }) } }
}

/** The file under a form field, for a set: named by its format, as files of stickers are told apart. */
export function fileOf(call: MethodCall, input: InputFile, format: string): NewFile {
  const extension = extensions[format]
  const named = (fileName: string) =>
    extension && !/\.(?:webp|png|tgs|webm)$/i.test(fileName) ? `${fileName}.${extension}` : fileName
  const common = { kind: 'sticker' as const, botId: call.bot.id }
  if ('stored' in input) {
    const { fileName, mimeType, content } = input.stored
    return { ...common, fileName, mimeType, content }
  }
  if ('url' in input) throw badRequest('failed to get HTTP URL content')
  const { fileName, mimeType, content } = input.upload
  return { ...common, fileName: named(fileName), mimeType, content }
}

/**
 * Checks the size of a picture, where it is one.
 * @throws ApiError 400 `STICKER_PNG_DIMENSIONS`: no side of 512, or of an emoji not 100 by 100.
 */
export function checkDimensions({ content }: NewFile, type: StickerType): void {
  const size = readImageSize(content)
  if (!size) return
  const { width, height } = size
  const fits = type === 'custom_emoji' ? width === 100 && height === 100 : Math.max(width, height) === 512
  if (!fits) throw badRequest('STICKER_PNG_DIMENSIONS')
}

/** @throws FieldError `Invalid sticker format specified`. */
export function checkFormat(format: string, mayBeAuto: boolean): void {
  if (!(format in extensions) && !(mayBeAuto && format === 'auto')) {
    throw new FieldError('Invalid sticker format specified')
  }
}

/** @throws FieldError `emoji list must be non-empty`, `too many emoji specified` beyond 20 … */
export function readEmojis(value: unknown): string[] {
  if (!Array.isArray(value)) throw new FieldError('expected an Array of string')
  if (value.length === 0) throw new FieldError('emoji list must be non-empty')
  if (value.length > mostEmojis) throw new FieldError('too many emoji specified')
  return value.map((emoji) => {
    if (typeof emoji !== 'string') throw new FieldError('emoji must be a string')
    if (!oneEmoji.test(emoji)) {
      throw new FieldError('expected a Unicode emoji')
    }
    return emoji
  })
}

/** @throws FieldError `keyword must be a string`. */
export function readKeywords(value: unknown): string[] {
  if (!Array.isArray(value)) throw new FieldError('Field "keywords" must be an Array')
  return value.map((keyword) => {
    if (typeof keyword !== 'string') throw new FieldError('keyword must be a string')
    return keyword
  })
}

/** @throws FieldError `MaskPosition must be an Object`, `Wrong point specified in MaskPosition`. */
export function readMaskPosition(value: unknown): object | undefined {
  if (value === undefined || value === null) return undefined
  if (!isJsonObject(value)) throw new FieldError('MaskPosition must be an Object')
  const point = requiredText(value, 'point').trim().toLowerCase()
  if (!['forehead', 'eyes', 'mouth', 'chin'].includes(point)) {
    throw new FieldError('Wrong point specified in MaskPosition')
  }
  const [x_shift, y_shift, scale] = ['x_shift', 'y_shift', 'scale'].map((name) => {
    const number = Number(requiredText(value, name))
    if (!Number.isFinite(number)) throw new FieldError(`Field "${name}" must be a valid Number`)
    return number
  })
  return { point, x_shift, y_shift, scale }
}

/**
 * The sticker of a set of this bot, named by its file id.
 * @throws ApiError 400 `sticker is not specified`, `wrong file identifier/HTTP URL specified`, `STICKERSET_INVALID`.
 */
export function findSticker(
  { state, bot, parameters }: MethodCall,
  field = 'sticker',
): { file: StoredFile; set: StickerSet } {
  const fileId = parameters.text(field)?.trim() ?? ''
  if (fileId === '') throw badRequest('sticker is not specified')
  const file = state.files.byId(bot.id, fileId)
  if (!file) throw badRequest('wrong file identifier/HTTP URL specified')
  const set = state.stickerSets.ofFile(fileId)
  if (set?.botId !== bot.id) throw badRequest('STICKERSET_INVALID')
  return { file, set }
}

/** As {@link readAs}, of a list that stands alone in a parameter. */
export function readListParameter<T>(
  call: MethodCall,
  name: string,
  label: string,
  read: (value: unknown) => T,
): T {
  const value = call.parameters.json(name, label)
  return readAs(`can't parse ${label}`, () => read(value))
}
