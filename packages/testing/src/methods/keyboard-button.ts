/** Reads one button of a reply keyboard. Source: Client.cpp (get_keyboard_button), tdlib ReplyMarkup.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import {
  FieldError,
  isJsonObject,
  type JsonObject,
  optionalFlag,
  readAs,
  requiredInteger,
  requiredObject,
  requiredText,
} from '../bot-api/json-fields.js'
import { checkLink } from '../bot-api/link.js'
import type { ReplyKeyboardButton } from '../world/chat-settings.js'

/**
 * A button: a text alone, or an object.
 * @throws ApiError 400 `can't parse keyboard button: …`, `keyboard button text must be non-empty`.
 */
export function readKeyboardButton(value: unknown): ReplyKeyboardButton {
  const button = readAs("can't parse keyboard button", () => {
    if (typeof value === 'string') return { text: value }
    if (!isJsonObject(value)) throw new FieldError('KeyboardButton must be a String or an Object')
    const text = requiredText(value, 'text')
    checkRequest(value)
    return { ...value, text }
  })
  if (button.text.trim() === '') throw badRequest('keyboard button text must be non-empty')
  return button
}

function checkRequest(button: JsonObject): void {
  optionalFlag(button, 'request_contact')
  optionalFlag(button, 'request_location')
  for (const field of ['request_users', 'request_chat']) {
    if (button[field] !== undefined) requiredInteger(requiredObject(button, field), 'request_id')
  }
  if (button.web_app === undefined) return
  const url = requiredText(requiredObject(button, 'web_app'), 'url')
  const checked = checkLink(url, { isHttpsOnly: true })
  if ('error' in checked) {
    throw badRequest(`keyboard button Web App URL '${url}' is invalid: ${checked.error}`)
  }
}
