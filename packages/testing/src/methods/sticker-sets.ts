/** Sticker sets: made, fetched, filled, shown, deleted. Source: Bot API, stickers; Client.cpp, tdlib StickersManager.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { cleanLine } from '../bot-api/formatting/clean-text.js'
import { FieldError, readAs } from '../bot-api/json-fields.js'
import { describeFile } from '../world/file-fields.js'
import { describeSticker, type StickerSet, type StickerType } from '../world/sticker-sets.js'
import { readInputFile } from './input-file.js'
import type { MethodCall, MethodGroup } from './method.js'
import {
  checkDimensions,
  checkFormat,
  fileOf,
  findSticker,
  type InputSticker,
  readInputSticker,
} from './sticker-input.js'
import { readKnownUser } from './user-id.js'

/** The methods of this group. */
export const stickerSetMethods: MethodGroup = {
  getStickerSet,
  getCustomEmojiStickers,
  getForumTopicIconStickers: ({ state }) => state.stickerSets.topicIcons().map(describeSticker),
  uploadStickerFile,
  createNewStickerSet,
  addStickerToSet,
  replaceStickerInSet,
  setStickerPositionInSet,
  deleteStickerFromSet,
  setStickerSetTitle,
  setStickerSetThumbnail,
  setCustomEmojiStickerSetThumbnail,
  deleteStickerSet,
}

const mostAtOnce = 50
const mostInSet: Readonly<Record<StickerType, number>> = { regular: 120, mask: 120, custom_emoji: 200 }

function getStickerSet({ state, parameters }: MethodCall): unknown {
  const set = state.stickerSets.get(parameters.text('name') ?? '')
  if (!set) throw badRequest('STICKERSET_INVALID')
  const { name, title, type, thumbnail } = set
  const stickers = set.fileIds.flatMap((id) => state.files.byId(0, id) ?? []).map(describeSticker)
  const shown = thumbnail && thumbnailOf(thumbnail)
  return { name, title, sticker_type: type, stickers, ...(shown !== undefined && { thumbnail: shown }) }
}

function getCustomEmojiStickers({ state, parameters }: MethodCall): unknown {
  const ids = parameters.json('custom_emoji_ids', 'custom emoji identifiers')
  if (!Array.isArray(ids)) throw badRequest('expected an Array of custom emoji identifiers')
  for (const id of ids) {
    if (typeof id !== 'string') throw badRequest('custom emoji identifier must be of type String')
    if (!/^-?\d{1,19}$/.test(id)) throw badRequest('invalid custom emoji identifier specified')
  }
  return ids.flatMap((id) => state.stickerSets.ofEmoji(id) ?? []).map(describeSticker)
}

function uploadStickerFile(call: MethodCall): unknown {
  const { state, parameters, bot } = call
  const isNew = parameters.files.has('sticker') || parameters.text('sticker') !== undefined
  // Of older clients the field has the name of the one format that there was.
  const field = isNew ? 'sticker' : 'png_sticker'
  const format = isNew ? (parameters.text('sticker_format') ?? '') : 'static'
  readAs('', () => checkFormat(format, false))
  readKnownUser(call)
  const input = readInputFile(call, 'sticker', field, parameters.text(field) ?? '')
  const file = state.files.add({ ...fileOf(call, input, format), botId: bot.id })
  const { fileId: file_id, fileUniqueId: file_unique_id, filePath: file_path, content } = file
  return { file_id, file_unique_id, file_size: content.length, file_path }
}

function createNewStickerSet(call: MethodCall): true {
  const { state, parameters, bot } = call
  const stickers = readStickers(call)
  const type = parameters.flag('contains_masks') ? 'mask' : parameters.text('sticker_type') || 'regular'
  if (type !== 'regular' && type !== 'mask' && type !== 'custom_emoji') {
    throw badRequest('unsupported sticker type specified')
  }
  readKnownUser(call)
  const title = cleanLine(parameters.text('title') ?? '').slice(0, 64)
  if (title === '') throw badRequest('sticker set title must be non-empty')
  const name = (parameters.text('name') ?? '').trim()
  if (name === '') throw badRequest('sticker set name must be non-empty')
  const ending = `_by_${bot.username.toLowerCase()}`
  const isName = /^[a-z](?:_?[a-z0-9])*$/i.test(name) && name.length <= 64
  if (!isName || !name.toLowerCase().endsWith(ending))
    throw badRequest('invalid sticker set name is specified')
  if (state.stickerSets.get(name)) throw badRequest('sticker set name is already occupied')
  if (stickers.length === 0) throw badRequest('STICKERS_EMPTY')
  for (const { file } of stickers) checkDimensions(file, type)
  const needsRepainting = type === 'custom_emoji' && parameters.flag('needs_repainting')
  const set = state.stickerSets.open({ name, title, type, botId: bot.id, needsRepainting })
  for (const { file, details } of stickers) state.stickerSets.put(set, file, details)
  return true
}

function addStickerToSet(call: MethodCall): true {
  const sticker = readSticker(call)
  readKnownUser(call)
  const set = findOwnSet(call)
  checkDimensions(sticker.file, set.type)
  if (set.fileIds.length >= mostInSet[set.type]) throw badRequest('STICKERS_TOO_MUCH')
  call.state.stickerSets.put(set, sticker.file, sticker.details)
  return true
}

function replaceStickerInSet(call: MethodCall): true {
  const sticker = readSticker(call)
  readKnownUser(call)
  const { file, set } = findSticker(call, 'old_sticker')
  if (set !== findOwnSet(call)) throw badRequest('STICKER_INVALID')
  checkDimensions(sticker.file, set.type)
  call.state.stickerSets.put(set, sticker.file, sticker.details, set.fileIds.indexOf(file.fileId))
  return true
}

function setStickerPositionInSet(call: MethodCall): true {
  const { file, set } = findSticker(call)
  const position = call.parameters.integer('position') ?? -1
  if (position < 0) throw badRequest('wrong sticker position specified')
  set.fileIds.splice(set.fileIds.indexOf(file.fileId), 1)
  set.fileIds.splice(position, 0, file.fileId)
  return true
}

function deleteStickerFromSet(call: MethodCall): true {
  const { file, set } = findSticker(call)
  call.state.stickerSets.remove(set, file.fileId)
  return true
}

function setStickerSetTitle(call: MethodCall): true {
  const title = cleanLine(call.parameters.text('title') ?? '').slice(0, 64)
  if (title === '') throw badRequest('sticker set title must be non-empty')
  findOwnSet(call).title = title
  return true
}

function setStickerSetThumbnail(call: MethodCall): true {
  const { state, parameters } = call
  readAs('', () => checkFormat(parameters.text('format') || 'auto', true))
  readKnownUser(call)
  const set = findOwnSet(call)
  const given = parameters.text('thumbnail') ?? ''
  const isGiven = given !== '' || parameters.files.has('thumbnail')
  // A thumbnail is a file of its own, so that it does not count as a sticker.
  set.thumbnail = isGiven
    ? state.files.add({
        ...fileOf(call, readInputFile(call, 'sticker', 'thumbnail', given), 'static'),
        kind: 'photo',
        botId: 0,
      })
    : undefined
  return true
}

function setCustomEmojiStickerSetThumbnail(call: MethodCall): true {
  const { state, parameters } = call
  const set = findOwnSet(call)
  const id = parameters.text('custom_emoji_id') ?? ''
  const file = id === '' ? undefined : state.stickerSets.ofEmoji(id)
  if (id !== '' && (!file || !set.fileIds.includes(file.fileId))) throw badRequest('STICKER_INVALID')
  set.thumbnail = file
  return true
}

function deleteStickerSet(call: MethodCall): true {
  call.state.stickerSets.delete(findOwnSet(call))
  return true
}

function findOwnSet({ state, bot, parameters }: MethodCall): StickerSet {
  const set = state.stickerSets.get(parameters.text('name') ?? '')
  if (set?.botId !== bot.id) throw badRequest('STICKERSET_INVALID')
  return set
}

function readStickers(call: MethodCall): InputSticker[] {
  const { parameters } = call
  const value = parameters.json('stickers', 'stickers')
  if (!Array.isArray(value)) throw badRequest('expected an Array of InputSticker')
  if (value.length > mostAtOnce) throw badRequest('too many stickers specified')
  const format = parameters.text('sticker_format') ?? ''
  return value.map((item) => readAs("can't parse InputSticker", () => readInputSticker(call, item, format)))
}

function readSticker(call: MethodCall): InputSticker {
  const value = call.parameters.json('sticker', 'sticker')
  return readAs("can't parse sticker", () => {
    if (value === undefined) throw new FieldError('InputSticker must be an Object')
    return readInputSticker(call, value, 'auto')
  })
}

function thumbnailOf(file: NonNullable<StickerSet['thumbnail']>): unknown {
  const photo = describeFile({ ...file, kind: 'photo' }).photo?.at(-1)
  return photo && { ...photo, width: photo.width || 100, height: photo.height || 100 }
}
