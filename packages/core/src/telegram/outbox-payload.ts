/** What is wrong with a call before it is stored: what could not be kept, and what Telegram is certain to fault. Pure. */
import { type ErrorCode, PluginError } from '../errors.js'
import { isStoredMethod } from './outbox-methods.js'
import { shortestShown } from './shown-text.js'

type Payload = Readonly<Record<string, unknown>>

/** @throws PluginError OUTBOX_METHOD, OUTBOX_PAYLOAD, OUTBOX_LIMIT */
export function assertSendable(method: string, payload: Payload): void {
  const fault: Fault = (code, text) => new PluginError(code, `outbox, ${method}: ${text}`)
  if (typeof method !== 'string' || !/^[a-zA-Z]+$/.test(method) || !isStoredMethod(method))
    throw fault('OUTBOX_METHOD', 'this is nothing to be sent after the commit. Call it now, by ctx.telegram.')
  if (!isRecord(payload))
    throw fault('OUTBOX_PAYLOAD', `its payload is ${nameOf(payload)}, but must be an object.`)
  assertChat(payload.chat_id, fault)
  if (method === 'sendMessage' || method === 'editMessageText')
    assertText('text', payload.text, payload, longestText, fault)
  if ('caption' in payload) assertCaption('caption', payload, fault)
  for (const [index, item] of listOf(payload.media).entries())
    if (isRecord(item)) assertCaption(`media[${index}].caption`, item, fault)
  if (method === 'answerCallbackQuery') assertNotice(payload.text, fault)
  if (payload.reply_markup !== undefined) assertMarkup(payload.reply_markup, fault)
  assertStorable(payload, '', 0, fault)
}

type Fault = (code: ErrorCode, text: string) => PluginError

const longestText = 4_096
const longestCaption = 1_024
const longestNotice = 200
/** Of button data, in UTF-8. */
const mostBytes = 64
const deepest = 64

function assertChat(chatId: unknown, fault: Fault): void {
  if (chatId === undefined || (Number.isSafeInteger(chatId) && chatId !== 0)) return
  if (typeof chatId === 'string' && /^(?:@\w+|-?\d+)$/.test(chatId)) return
  throw fault('OUTBOX_PAYLOAD', `its chat_id is ${nameOf(chatId)}, but must be a number or "@name".`)
}

function assertText(at: string, text: unknown, payload: Payload, longest: number, fault: Fault): void {
  if (typeof text !== 'string') {
    throw fault(
      'OUTBOX_PAYLOAD',
      `its ${at} is ${nameOf(text)}, but must be a text of 1–${longest} characters.`,
    )
  }
  const length = shortestShown(text, payload.parse_mode)
  if (length === 0)
    throw fault('OUTBOX_LIMIT', `its ${at} is empty, and Telegram takes 1–${longest} characters.`)
  if (length > longest) throw fault('OUTBOX_LIMIT', tooLong(at, length, longest))
}

function assertCaption(at: string, payload: Payload, fault: Fault): void {
  const { caption } = payload
  if (caption === undefined || caption === null) return
  if (typeof caption !== 'string')
    throw fault('OUTBOX_PAYLOAD', `its ${at} is ${nameOf(caption)}, but must be a text.`)
  const length = shortestShown(caption, payload.parse_mode)
  if (length > longestCaption) throw fault('OUTBOX_LIMIT', tooLong(at, length, longestCaption))
}

function assertNotice(text: unknown, fault: Fault): void {
  if (typeof text !== 'string') return
  const length = shortestShown(text, undefined)
  if (length > longestNotice) throw fault('OUTBOX_LIMIT', tooLong('text', length, longestNotice))
}

// Bot API: InlineKeyboardMarkup, ReplyKeyboardMarkup, ReplyKeyboardRemove, ForceReply.
function assertMarkup(markup: unknown, fault: Fault): void {
  if (!isRecord(markup))
    throw fault('OUTBOX_PAYLOAD', `its reply_markup is ${nameOf(markup)}, but must be an object.`)
  for (const kind of ['inline_keyboard', 'keyboard'] as const) {
    if (markup[kind] === undefined) continue
    const rows = markup[kind]
    if (!Array.isArray(rows) || !rows.every(Array.isArray))
      throw fault('OUTBOX_PAYLOAD', `its ${kind} must be a list of rows, each a list of buttons.`)
    for (const [row, buttons] of (rows as unknown[][]).entries())
      for (const [column, button] of buttons.entries())
        assertButton(`${kind}[${row}][${column}]`, button, kind === 'inline_keyboard', fault)
  }
}

function assertButton(at: string, button: unknown, isInline: boolean, fault: Fault): void {
  if (!isInline && typeof button === 'string' && button !== '') return
  if (!isRecord(button) || typeof button.text !== 'string' || button.text === '')
    throw fault('OUTBOX_PAYLOAD', `${at} is ${nameOf(button)}, but must be a button with a text.`)
  if (!isInline) return
  if (Object.keys(button).every((key) => looksAlone.has(key) || button[key] === undefined))
    throw fault(
      'OUTBOX_PAYLOAD',
      `${at} ("${button.text}") does nothing. Give it callback_data, a url or another action.`,
    )
  const { callback_data: data } = button
  if (data === undefined) return
  const bytes = typeof data === 'string' ? Buffer.byteLength(data) : 0
  if (bytes < 1 || bytes > mostBytes)
    throw fault(
      'OUTBOX_LIMIT',
      `the callback_data of ${at} has ${bytes} bytes, and Telegram takes 1–${mostBytes} (a Cyrillic letter is 2).`,
    )
}

/** What says only how a button looks. */
const looksAlone = new Set(['text', 'style', 'icon_custom_emoji_id'])

function assertStorable(value: unknown, path: string, depth: number, fault: Fault): void {
  if (typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint')
    throw fault('OUTBOX_PAYLOAD', `the value at "${path}" is ${nameOf(value)}, which cannot be stored.`)
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  if (typeof (value as { pipe?: unknown }).pipe === 'function')
    throw fault(
      'OUTBOX_PAYLOAD',
      `"${path}" is a stream, which cannot be stored. Pass a file id, a URL or a Buffer.`,
    )
  if (depth > deepest)
    throw fault('OUTBOX_PAYLOAD', `the value at "${path}" is nested too deep, or contains itself.`)
  for (const [key, inner] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`
    // The instance that sends it may run on another machine, and later.
    if (key === 'source' && typeof inner === 'string')
      throw fault(
        'OUTBOX_PAYLOAD',
        `"${at}" is the path of a file, which may be gone when it is sent. Pass { source: await readFile(path) }.`,
      )
    assertStorable(inner, at, depth + 1, fault)
  }
}

const tooLong = (at: string, length: number, longest: number): string =>
  `its ${at} has ${length} characters, and Telegram takes ${longest}. Shorten it, or send it in parts.`

const listOf = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value]

function isRecord(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function nameOf(value: unknown): string {
  if (value === '') return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'number') return String(value)
  return value === null || value === undefined ? String(value) : `of type ${typeof value}`
}
