/** Data of inline buttons, typed: packed into Telegram's 64 bytes, and read back only in the shape and within the bounds of its fields. */
import type { InlineKeyboardButton } from 'telegraf/types'
import { z } from 'zod'
import { type ErrorCode, PluginError } from '../errors.js'
import {
  type CallbackFields,
  type FieldForm,
  fieldFormOf,
  readFields,
  shapeTagOf,
  writeFields,
} from './callback-fields.js'

/** The values that a button is made with. */
export type CallbackValues<S extends CallbackFields> = z.input<z.ZodObject<S>>

/** The values that a handler gets. */
export type CallbackOutput<S extends CallbackFields> = z.output<z.ZodObject<S>>

type ValuesArgument<S extends CallbackFields> =
  {} extends CallbackValues<S> ? [values?: CallbackValues<S>] : [values: CallbackValues<S>]

/** One kind of button, as {@link defineCallbackData} makes it. */
export interface CallbackData<P extends string, S extends CallbackFields> {
  /** What its data begins with; the key of its callback in the behaviour. */
  readonly prefix: P
  /**
   * The text for `callback_data`.
   *
   * @throws PluginError CALLBACK_DATA_INVALID: a value does not fit its field. CALLBACK_DATA_TOO_LONG: it takes more than 64 bytes.
   */
  pack(...values: ValuesArgument<S>): string
  /** An inline button with this data. @throws as `pack` */
  button(text: string, ...values: ValuesArgument<S>): InlineKeyboardButton.CallbackButton
  /** The values in what follows the prefix; `undefined` where it has another shape or a value is out of bounds: the button is out of date. */
  read(payload: string): CallbackOutput<S> | undefined
}

/** Any kind of button. */
export type AnyCallbackData = CallbackData<any, any>

/** How a prefix of button data reads. @internal */
export const callbackPrefixPattern = /^[a-z0-9_-]{1,32}$/

/** Telegram's bound (Bot API, InlineKeyboardButton). UTF-8: a Cyrillic letter takes two. */
const mostBytes = 64

/**
 * Defines a kind of button by its prefix and its fields. A field is a zod string, enum, number, bigint or boolean, which
 * may be optional or have a default. Whoever renames, reorders, adds, removes or retypes fields makes the buttons that
 * stand in chats out of date: their data is not read as something else.
 *
 * @param prefix 1–32 of a–z, 0–9, _ and -, of this kind alone in the app. Each character costs one of the 64 bytes.
 * @example
 * ```ts
 * const usersPage = defineCallbackData('users', { page: z.int().min(1), sort: z.enum(['name', 'date']) })
 * usersPage.button('Next ›', { page: 2, sort: 'name' })
 * ```
 * @throws PluginError CALLBACK_INVALID: the prefix has a wrong form, or a field is none of those.
 */
export function defineCallbackData<const P extends string, S extends CallbackFields = {}>(
  prefix: P,
  fields: S = {} as S,
): CallbackData<P, S> {
  if (!callbackPrefixPattern.test(prefix))
    throw refusal('CALLBACK_INVALID', prefix, 'a prefix is 1–32 of a–z, 0–9, _ and -.')
  const forms = formsOf(prefix, fields)
  const names = forms.map(([name]) => name)
  const schema = z.object(fields)
  const tag = shapeTagOf(forms)
  const writers = forms.map(([, form]) => form)
  const pack = (values: unknown = {}): string => {
    const { success, data, error } = schema.safeParse(values)
    if (!success) throw refusal('CALLBACK_DATA_INVALID', prefix, `the values do not fit: ${reasonsOf(error)}`)
    const written = writeFields(
      names.map((name) => (data as Record<string, unknown>)[name]),
      writers,
    )
    return withinBytes(prefix, names.length === 0 ? prefix : `${prefix}:${tag}${written}`)
  }
  return Object.freeze({
    prefix,
    pack,
    button: (text: string, values?: unknown) => ({ text, callback_data: pack(values) }),
    read(payload: string) {
      if (names.length === 0) return payload === '' ? ({} as CallbackOutput<S>) : undefined
      const values = payload.startsWith(tag) ? readFields(payload.slice(tag.length), writers) : undefined
      if (values === undefined) return undefined
      return schema.safeParse(Object.fromEntries(names.map((name, index) => [name, values[index]]))).data
    },
  })
}

function formsOf(prefix: string, fields: CallbackFields): [string, FieldForm][] {
  return Object.entries(fields).map(([name, field]) => {
    const form = field instanceof z.ZodType ? fieldFormOf(field) : undefined
    if (form !== undefined) return [name, form]
    const found = field instanceof z.ZodType ? `a zod ${field.def.type}` : `of type ${typeof field}`
    throw refusal(
      'CALLBACK_INVALID',
      prefix,
      `the field "${name}" is ${found}; possible: string, enum or literals of strings, number, bigint, boolean.`,
    )
  })
}

function withinBytes(prefix: string, data: string): string {
  const bytes = Buffer.byteLength(data)
  if (bytes <= mostBytes) return data
  throw refusal(
    'CALLBACK_DATA_TOO_LONG',
    prefix,
    `${JSON.stringify(data)} takes ${bytes} bytes, and Telegram allows ${mostBytes}. Keep the long part in a table and pass its id.`,
  )
}

function reasonsOf(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
}

function refusal(code: ErrorCode, prefix: string, text: string): PluginError {
  return new PluginError(code, `Callback data "${prefix}": ${text}`)
}
