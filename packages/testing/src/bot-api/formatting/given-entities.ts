/** Reads entities that a bot gives itself, in place of a parse_mode. Source: Bot API, MessageEntity; Client.cpp. */
import { badRequest } from '../api-error.js'
import {
  FieldError,
  isJsonObject,
  type JsonObject,
  optionalText,
  readAs,
  requiredInteger,
  requiredObject,
  requiredText,
} from '../json-fields.js'
import { checkLink } from '../link.js'
import type { MessageEntity } from '../objects.js'
import { normaliseDateFormat } from './date-time.js'

const plainTypes = new Set([
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
  'blockquote',
  'expandable_blockquote',
  'code',
])

// What Telegram finds by itself is passed over and found again.
const foundTypes = new Set([
  'mention',
  'hashtag',
  'cashtag',
  'bot_command',
  'url',
  'email',
  'phone_number',
  'bank_card_number',
])

/**
 * The entities of a list; anything but a list counts as none, as on the real server.
 * @throws ApiError 400 `can't parse MessageEntity: …`, `wrong message entity: …`.
 */
export function readGivenEntities(value: unknown): MessageEntity[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((item) => readAs("can't parse MessageEntity", () => readEntity(item)) ?? [])
}

function readEntity(item: unknown): MessageEntity | undefined {
  if (!isJsonObject(item)) throw new FieldError('expected an Object')
  const offset = requiredInteger(item, 'offset')
  const length = requiredInteger(item, 'length')
  const type = requiredText(item, 'type')
  if (type === '') throw new FieldError('Type is not specified')
  if (plainTypes.has(type)) return { type, offset, length }
  if (foundTypes.has(type)) return undefined
  return { type, offset, length, ...readArgument(item, type) }
}

function readArgument(item: JsonObject, type: string): Partial<MessageEntity> {
  if (type === 'pre') {
    const language = item.language
    return typeof language === 'string' && language !== '' ? { language } : {}
  }
  if (type === 'text_link') {
    const checked = checkLink(requiredText(item, 'url'))
    if ('error' in checked) throw badRequest(`wrong message entity: ${checked.error}`)
    return { url: checked.url }
  }
  if (type === 'text_mention') {
    const id = requiredInteger(requiredObject(item, 'user'), 'id')
    return { user: { id, is_bot: false, first_name: '' } }
  }
  if (type === 'date_time') return readDateTime(item)
  if (type === 'custom_emoji') return { custom_emoji_id: requiredText(item, 'custom_emoji_id') }
  throw new FieldError('Unsupported type specified')
}

function readDateTime(item: JsonObject): Partial<MessageEntity> {
  const unix_time = requiredInteger(item, 'unix_time')
  const date_time_format = normaliseDateFormat(optionalText(item, 'date_time_format') ?? '', false)
  if (date_time_format === undefined) throw new FieldError('Invalid date-time format specified')
  if (unix_time <= 0) throw badRequest('invalid date specified')
  return { unix_time, date_time_format }
}
