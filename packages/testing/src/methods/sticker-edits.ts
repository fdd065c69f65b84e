/** What is said about a sticker of a set: its emojis, keywords and place on a face. Source: Client.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import { readAs } from '../bot-api/json-fields.js'
import type { MethodCall, MethodGroup } from './method.js'
import {
  findSticker,
  readEmojis,
  readKeywords,
  readListParameter,
  readMaskPosition,
} from './sticker-input.js'

/** The methods of this group. */
export const stickerEditMethods: MethodGroup = {
  setStickerEmojiList,
  setStickerKeywords,
  setStickerMaskPosition,
}

function setStickerEmojiList(call: MethodCall): true {
  const { file } = findSticker(call)
  const emojis = readListParameter(call, 'emoji_list', 'emoji list', readEmojis)
  call.state.files.describe(file.fileId, { emoji: emojis.join('') })
  return true
}

/** Keywords help people to find a sticker; no object of the Bot API shows them. */
function setStickerKeywords(call: MethodCall): true {
  findSticker(call)
  const value = call.parameters.json('keywords', 'keywords')
  const keywords = value === undefined ? [] : readAs('', () => readKeywords(value))
  if (keywords.length > 20 || keywords.join('').length > 64) throw badRequest('STICKER_KEYWORDS_INVALID')
  return true
}

function setStickerMaskPosition(call: MethodCall): true {
  const { file, set } = findSticker(call)
  const value = call.parameters.json('mask_position', 'mask position')
  const mask_position = readAs("can't parse mask position", () => readMaskPosition(value))
  if (set.type !== 'mask') throw badRequest('STICKER_MASK_COORDS_NOT_SUPPORTED')
  call.state.files.describe(file.fileId, { mask_position })
  return true
}
