/** Reads InlineQueryResult and says what message it becomes when a person chooses it. Source: Client.cpp (get_inline_query_result). */
import { badRequest } from '../bot-api/api-error.js'
import {
  FieldError,
  isJsonObject,
  type JsonObject,
  optionalText,
  readAs,
  requiredText,
} from '../bot-api/json-fields.js'
import type { InlineKeyboardMarkup } from '../bot-api/objects.js'
import { describeFile } from '../world/file-fields.js'
import type { FileKind } from '../world/file-kind.js'
import type { InlineOffer } from '../world/inline-offers.js'
import { sampleFile } from '../world/sample-file.js'
import type { MessageContent } from '../world/world-state.js'
import { describeGame } from './games.js'
import { readLocation } from './location.js'
import { checkCaption, checkMessageText, formatCaption, formatText } from './message-text.js'
import type { MethodCall } from './method.js'
import { Parameters } from './parameters.js'
import { readReplyMarkup } from './reply-markup.js'

/** The results of files: by type, the kind of file and the field of one that is sent anew. */
const fileResults: Readonly<Record<string, readonly [kind: FileKind, urlField: string]>> = {
  photo: ['photo', 'photo_url'],
  gif: ['animation', 'gif_url'],
  mpeg4_gif: ['animation', 'mpeg4_url'],
  video: ['video', 'video_url'],
  audio: ['audio', 'audio_url'],
  voice: ['voice', 'voice_url'],
  document: ['document', 'document_url'],
  sticker: ['sticker', ''],
}

/**
 * Reads one result.
 * @throws FieldError, and ApiError 400 `RESULT_ID_INVALID`, `text must be non-empty` and what its parts are refused with.
 */
export function readInlineResult(call: MethodCall, item: unknown): InlineOffer {
  if (!isJsonObject(item)) throw new FieldError('Inline query result must be an object')
  const type = requiredText(item, 'type').toLowerCase()
  const id = requiredText(item, 'id')
  if (id === '' || Buffer.byteLength(id) > 64) throw badRequest('RESULT_ID_INVALID')
  const content = readInlineContent(call, type, item)
  const markup = readMarkup(item)
  return { id, result: item, content: { ...content, ...(markup && { reply_markup: markup }) } }
}

function readInlineContent(call: MethodCall, type: string, item: JsonObject): MessageContent {
  const given = item.input_message_content
  if (isJsonObject(given)) {
    if (type === 'article') requiredText(item, 'title')
    return readInputContent(call, given)
  }
  if (type === 'article') {
    requiredText(item, 'title')
    requiredText(item, 'message_text')
    return textOf(call, item)
  }
  if (type === 'game') return { game: describeGame(call, requiredText(item, 'game_short_name')) }
  if (type === 'location' || type === 'venue' || type === 'contact') return readPlain(type, item)
  const file = fileResults[type]
  if (!file) throw new FieldError(`type "${type}" is unsupported for the inline query result`)
  return { ...readFile(call, file, type, item), ...captionOf(call, item) }
}

/** Bot API, InputMessageContent: told apart by its fields. */
function readInputContent(call: MethodCall, given: JsonObject): MessageContent {
  if (given.message_text !== undefined) return textOf(call, given)
  if (given.latitude !== undefined) return readPlain(given.title === undefined ? 'location' : 'venue', given)
  if (given.phone_number !== undefined) return readPlain('contact', given)
  if (given.payload !== undefined) throw new FieldError('invoices are not modelled in inline query results')
  throw new FieldError('Can\'t find field "message_text"')
}

function textOf(call: MethodCall, given: JsonObject): MessageContent {
  const text = requiredText(given, 'message_text')
  if (text === '') throw new FieldError('Message text is empty')
  const formatted = formatText(call.state, {
    text,
    parseMode: optionalText(given, 'parse_mode'),
    entities: given.entities,
  })
  checkMessageText(formatted)
  const { entities } = formatted
  return { text: formatted.text, ...(entities.length > 0 && { entities: [...entities] }) }
}

function captionOf(call: MethodCall, given: JsonObject): MessageContent {
  const caption = formatCaption(call.state, {
    text: optionalText(given, 'caption') ?? '',
    parseMode: optionalText(given, 'parse_mode'),
    entities: given.caption_entities,
  })
  checkCaption(caption)
  if (!caption) return {}
  const { text, entities } = caption
  return { caption: text, ...(entities.length > 0 && { caption_entities: [...entities] }) }
}

function readPlain(type: 'location' | 'venue' | 'contact', given: JsonObject): MessageContent {
  if (type === 'contact') {
    const contact = {
      phone_number: requiredText(given, 'phone_number'),
      first_name: requiredText(given, 'first_name'),
    }
    const lastName = optionalText(given, 'last_name')
    return { contact: { ...contact, ...(lastName && { last_name: lastName }) } }
  }
  const location = readLocation(new Parameters(given))
  if (type === 'location') return { location }
  return {
    venue: { location, title: requiredText(given, 'title'), address: requiredText(given, 'address') },
    location,
  }
}

function readFile(
  { state, bot }: MethodCall,
  [kind, urlField]: readonly [FileKind, string],
  type: string,
  item: JsonObject,
): MessageContent {
  const fileId = optionalText(item, `${type}_file_id`) ?? ''
  const stored = fileId === '' ? undefined : state.files.byId(bot.id, fileId)
  if (fileId !== '' && stored?.kind !== kind) throw badRequest('wrong file identifier/HTTP URL specified')
  if (stored) return describeFile(stored, item)
  if (urlField === '') throw new FieldError(`Can't find field "${type}_file_id"`)
  requiredText(item, urlField)
  // The file is fetched where the result is chosen; a small one of the kind stands for it.
  return describeFile(state.files.add({ ...sampleFile(kind), kind, botId: bot.id }), item)
}

function readMarkup(item: JsonObject): InlineKeyboardMarkup | undefined {
  if (item.reply_markup === undefined) return undefined
  return readReplyMarkup(item.reply_markup)?.inline
}

/** As {@link readInlineResult} of the one result of a parameter. @throws ApiError 400 `can't parse inline query result: …`. */
export function readResultParameter(call: MethodCall): InlineOffer {
  const value = call.parameters.json('result', 'inline query result')
  return readAs("can't parse inline query result", () => readInlineResult(call, value))
}
