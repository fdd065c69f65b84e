/** Reads `reply_markup`: which keyboards pass, and how Telegram refuses the others. */
import { badRequest } from '../bot-api/api-error.js'
import type { InlineKeyboardButton, InlineKeyboardMarkup } from '../bot-api/objects.js'
import type { Parameters } from './parameters.js'

const inlineActions = [
  'callback_data',
  'url',
  'web_app',
  'login_url',
  'switch_inline_query',
  'switch_inline_query_current_chat',
  'switch_inline_query_chosen_chat',
  'copy_text',
  'callback_game',
  'pay',
]

/**
 * The inline keyboard of a message; undefined for none and for reply keyboards, which messages do not carry.
 * @throws ApiError 400, BUTTON_DATA_INVALID among them: callback_data holds 1–64 bytes.
 */
export function parseReplyMarkup(parameters: Parameters): InlineKeyboardMarkup | undefined {
  const value = parameters.json('reply_markup', 'reply markup')
  if (value === undefined || value === '') return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest('object expected as reply markup')
  }
  const markup = value as Record<string, unknown>
  if (!('inline_keyboard' in markup)) {
    checkReplyKeyboard(markup)
    return undefined
  }
  const rows = markup.inline_keyboard
  if (!Array.isArray(rows)) throw badRequest('field "inline_keyboard" must be of type Array')
  const keyboard = rows.map(parseRow).filter((row) => row.length > 0)
  return keyboard.length > 0 ? { inline_keyboard: keyboard } : undefined
}

function parseRow(row: unknown): InlineKeyboardButton[] {
  if (!Array.isArray(row)) throw badRequest('field "inline_keyboard" must be an Array of Arrays')
  return row.map(parseButton)
}

function parseButton(value: unknown): InlineKeyboardButton {
  if (typeof value !== 'object' || value === null)
    throw badRequest("can't parse inline keyboard button: Object expected")
  const button = value as InlineKeyboardButton
  if (typeof button.text !== 'string') {
    throw badRequest(`can't parse inline keyboard button: Can't find field "text"`)
  }
  if (button.text.trim() === '') throw badRequest('inline keyboard button text must be non-empty')
  const action = inlineActions.find((name) => button[name] !== undefined)
  if (!action) {
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
  }
  if (action === 'callback_data') checkCallbackData(button.callback_data)
  if (action === 'url' && (typeof button.url !== 'string' || !URL.canParse(button.url))) {
    throw badRequest(`inline keyboard button URL '${String(button.url)}' is invalid: Wrong HTTP URL`)
  }
  return button
}

function checkCallbackData(data: unknown): void {
  const byteCount = typeof data === 'string' ? Buffer.byteLength(data) : 0
  if (byteCount < 1 || byteCount > 64) throw badRequest('BUTTON_DATA_INVALID')
}

function checkReplyKeyboard(markup: Record<string, unknown>): void {
  if ('keyboard' in markup && !Array.isArray(markup.keyboard)) {
    throw badRequest('field "keyboard" of the ReplyKeyboardMarkup must be an Array')
  }
}
