/** Reads `reply_markup`: which keyboards pass, and how Telegram refuses the others. Source: Client.cpp (get_reply_markup). */
import { badRequest } from '../bot-api/api-error.js'
import { isJsonObject, type JsonObject, optionalFlag, optionalList, readAs } from '../bot-api/json-fields.js'
import type { InlineKeyboardMarkup } from '../bot-api/objects.js'
import type { Chat } from '../world/chat.js'
import type { ReplyKeyboard } from '../world/chat-settings.js'
import { readInlineButton } from './inline-button.js'
import { readKeyboardButton } from './keyboard-button.js'
import type { Parameters } from './parameters.js'

/** A keyboard that passed; undefined for none. */
export type ParsedMarkup =
  | { readonly inline: InlineKeyboardMarkup | undefined; apply(chat: Chat): void }
  | undefined

/**
 * The keyboard of a message.
 * @throws ApiError 400, BUTTON_DATA_INVALID among them: callback_data holds 1–64 bytes.
 */
export function parseReplyMarkup(parameters: Parameters): ParsedMarkup {
  const value = parameters.json('reply_markup', 'reply keyboard markup')
  return value === undefined || value === '' ? undefined : readReplyMarkup(value)
}

/** As {@link parseReplyMarkup}, for a call that edits: only inline keyboards can be put under a message that is there. */
export function parseInlineMarkup(parameters: Parameters): InlineKeyboardMarkup | undefined {
  return parseReplyMarkup(parameters)?.inline
}

/** As {@link parseReplyMarkup}, of a value that stands elsewhere. */
export function readReplyMarkup(value: unknown): ParsedMarkup {
  if (!isJsonObject(value)) throw badRequest('object expected as reply markup')
  return readAs('', () => {
    const rows = readRows(
      value,
      'keyboard',
      'field "keyboard" must be an Array of Arrays',
      readKeyboardButton,
    )
    const inlineRows = readRows(
      value,
      'inline_keyboard',
      'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
      readInlineButton,
    )
    if (rows.length > 0) return keyboardMarkup({ rows, isOneTime: optionalFlag(value, 'one_time_keyboard') })
    if (inlineRows.length > 0) return inlineMarkup({ inline_keyboard: inlineRows })
    if (optionalFlag(value, 'remove_keyboard') || optionalFlag(value, 'hide_keyboard')) {
      return keyboardMarkup(undefined)
    }
    return undefined
  })
}

function readRows<T>(
  markup: JsonObject,
  field: string,
  refusal: string,
  read: (button: unknown) => T,
): T[][] {
  const rows = optionalList(markup, field) ?? []
  const read_ = rows.map((row) => {
    if (!Array.isArray(row)) throw badRequest(refusal)
    return row.map(read)
  })
  return read_.filter((row) => row.length > 0)
}

function inlineMarkup(inline: InlineKeyboardMarkup): ParsedMarkup {
  return { inline, apply: () => undefined }
}

function keyboardMarkup(keyboard: ReplyKeyboard | undefined): ParsedMarkup {
  return {
    inline: undefined,
    apply(chat) {
      chat.settings.replyKeyboard = keyboard
    },
  }
}
