/** Reads one button of an inline keyboard. Source: Client.cpp (get_inline_keyboard_button), tdlib ReplyMarkup.cpp. */
import { badRequest } from '../bot-api/api-error.js'
import {
  FieldError,
  isJsonObject,
  type JsonObject,
  optionalText,
  readAs,
  requiredObject,
  requiredText,
} from '../bot-api/json-fields.js'
import { checkLink } from '../bot-api/link.js'
import type { InlineKeyboardButton } from '../bot-api/objects.js'

type Action = Readonly<Record<string, unknown>>

/**
 * A button as the message shows it.
 * @throws ApiError 400 `can't parse inline keyboard button: …`, `inline keyboard button URL … is invalid: …`,
 * `BUTTON_DATA_INVALID`.
 */
export function readInlineButton(value: unknown): InlineKeyboardButton {
  const button = readAs("can't parse inline keyboard button", () => {
    if (!isJsonObject(value)) throw new FieldError('InlineKeyboardButton must be an Object')
    return { text: requiredText(value, 'text'), ...looks(value), ...readAction(value) }
  })
  if (button.text.trim() === '') throw badRequest('inline keyboard button text must be non-empty')
  return button
}

function looks(button: JsonObject): Action {
  const icon = optionalText(button, 'icon_custom_emoji_id')
  const style = optionalText(button, 'style')
  return { ...(icon && { icon_custom_emoji_id: icon }), ...(style && { style }) }
}

/** The first action in the server's order counts; of the others nothing is kept. */
function readAction(button: JsonObject): Action {
  const url = optionalText(button, 'url')
  if (url) return { url: checkButtonLink(url, 'URL') }
  const data = optionalText(button, 'callback_data')
  if (data) return { callback_data: checkData(data) }
  if (button.callback_game !== undefined) return { callback_game: {} }
  if (button.pay !== undefined) return { pay: true }
  for (const name of ['switch_inline_query', 'switch_inline_query_current_chat']) {
    if (button[name] !== undefined) return { [name]: requiredText(button, name) }
  }
  if (button.switch_inline_query_chosen_chat !== undefined) {
    return { switch_inline_query_chosen_chat: requiredObject(button, 'switch_inline_query_chosen_chat') }
  }
  if (button.login_url !== undefined) return readLogin(requiredObject(button, 'login_url'))
  if (button.web_app !== undefined) {
    const address = requiredText(requiredObject(button, 'web_app'), 'url')
    return { web_app: { url: checkButtonLink(address, 'Web App URL', true) } }
  }
  if (button.copy_text !== undefined) return readCopyText(requiredObject(button, 'copy_text'))
  if (button.disabled !== undefined) return { disabled: requiredObject(button, 'disabled') }
  throw new FieldError('Text buttons are unallowed in the inline keyboard')
}

function readLogin(login: JsonObject): Action {
  const url = checkButtonLink(requiredText(login, 'url'), 'login URL')
  // What the person is asked for stays with the button; messages show its address alone.
  return { url }
}

function readCopyText(copy: JsonObject): Action {
  const text = requiredText(copy, 'text')
  if (text.length < 1 || text.length > 256) throw badRequest('BUTTON_COPY_TEXT_INVALID')
  return { copy_text: { text } }
}

function checkData(data: string): string {
  if (Buffer.byteLength(data) > 64) throw badRequest('BUTTON_DATA_INVALID')
  return data
}

function checkButtonLink(link: string, what: string, isHttpsOnly = false): string {
  const checked = checkLink(link, { isHttpsOnly })
  if ('url' in checked) return checked.url
  throw badRequest(`inline keyboard button ${what} '${link}' is invalid: ${checked.error}`)
}
