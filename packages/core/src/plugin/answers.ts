/** What a step of a conversation takes as its answer: a text, a button, or whatever a filter of telegraf finds. */
import type { Context, NarrowedContext } from 'telegraf'
import type { InlineKeyboardButton, Update } from 'telegraf/types'
import { z } from 'zod'
import { BoundContext, type UpdateExtension } from '../telegram/context.js'
import { conversationInvalid, conversationNotRunning } from './conversation-errors.js'

/** Why an answer is refused: what zod says. */
export type AnswerIssue = z.core.$ZodIssue

/** What was made of an update; `undefined` where it is no answer of this kind. */
export type AnswerReading<V> = { readonly value: V } | { readonly issues: readonly AnswerIssue[] } | undefined

/** What a step takes as its answer. Made by {@link textAnswer}, {@link buttonAnswer} or {@link messageAnswer}. */
export interface Answer<V> {
  /** The kind of update in which it comes. */
  readonly update: 'message' | 'callback_query'
  /** @internal */
  read(ctx: BoundContext): Promise<AnswerReading<V>>
}

/** An answer by an inline button of the question itself. */
export interface ButtonAnswer<V, Payload> extends Answer<V> {
  /**
   * A button for the step's `ask`. It answers this question alone: pressed later it is out of date.
   *
   * @param ctx of the step's `ask` or `invalid`
   * @param payload what `next` gets, as text at most 51 bytes of UTF-8
   * @throws PluginError CONVERSATION_BUTTON: it is longer, or no step is being asked.
   */
  button(
    ctx: UpdateExtension<object, unknown>,
    text: string,
    payload: Payload,
  ): InlineKeyboardButton.CallbackButton
}

/**
 * A text, checked (and trimmed, read as a number …) by a zod schema; without a schema, any text.
 *
 * @example
 * ```ts
 * answer: textAnswer(z.string().trim().min(1).max(40))
 * ```
 */
export function textAnswer(): Answer<string>
export function textAnswer<S extends z.ZodType>(schema: S): Answer<z.output<S>>
export function textAnswer(schema: z.ZodType = z.string()): Answer<unknown> {
  assertSchema('textAnswer', schema)
  return {
    update: 'message',
    async read({ message }) {
      return message !== undefined && 'text' in message ? parse(schema, message.text) : undefined
    },
  }
}

/**
 * A button of the question. The schema says which payloads there are; without one, any text is.
 *
 * @example
 * ```ts
 * const sure = buttonAnswer(z.enum(['yes', 'no']))
 * // in the step
 * ask: (ctx) => ctx.outbox.reply('Sure?', Markup.inlineKeyboard([sure.button(ctx, 'Yes', 'yes')])),
 * answer: sure,
 * ```
 */
export function buttonAnswer(): ButtonAnswer<string, string>
export function buttonAnswer<S extends z.ZodType>(
  schema: S,
): ButtonAnswer<z.output<S>, unknown extends z.input<S> ? string | number : z.input<S>>
export function buttonAnswer(schema: z.ZodType = z.string()): ButtonAnswer<unknown, unknown> {
  assertSchema('buttonAnswer', schema)
  return {
    update: 'callback_query',
    async read(ctx) {
      const query = ctx.callbackQuery
      const prefix = ctx.conversations?.buttonData(ctx, '')
      if (query === undefined || !('data' in query) || prefix === undefined) return undefined
      return query.data.startsWith(prefix) ? parse(schema, query.data.slice(prefix.length)) : undefined
    },
    button(ctx, text, payload) {
      const data =
        ctx instanceof BoundContext ? ctx.conversations?.buttonData(ctx, String(payload)) : undefined
      if (data === undefined) throw conversationNotRunning(text)
      return { text, callback_data: data }
    },
  }
}

/**
 * Any message that a filter of telegraf finds: a contact, a location, a photo … A schema, where one is given, checks what was picked.
 *
 * @param filter such as `message('contact')`
 * @param pick takes the value out of it
 * @example
 * ```ts
 * answer: messageAnswer(message('photo'), (ctx) => ctx.message.photo.at(-1)?.file_id)
 * ```
 */
export function messageAnswer<U extends Update, V>(
  filter: (update: Update) => update is U,
  pick: (ctx: NarrowedContext<Context, U>) => V,
): Answer<V>
export function messageAnswer<U extends Update, S extends z.ZodType>(
  filter: (update: Update) => update is U,
  pick: (ctx: NarrowedContext<Context, U>) => unknown,
  schema: S,
): Answer<z.output<S>>
export function messageAnswer<U extends Update>(
  filter: (update: Update) => update is U,
  pick: (ctx: NarrowedContext<Context, U>) => unknown,
  schema?: z.ZodType,
): Answer<unknown> {
  if (schema !== undefined) assertSchema('messageAnswer', schema)
  if (typeof filter !== 'function' || typeof pick !== 'function')
    throw conversationInvalid("messageAnswer() takes a filter, such as message('contact'), and a function.")
  return {
    update: 'message',
    async read(ctx) {
      if (!filter(ctx.update)) return undefined
      const value = pick(ctx as unknown as NarrowedContext<Context, U>)
      return schema === undefined ? { value } : parse(schema, value)
    },
  }
}

async function parse(schema: z.ZodType, value: unknown): Promise<AnswerReading<unknown>> {
  const parsed = await schema.safeParseAsync(value)
  return parsed.success ? { value: parsed.data } : { issues: parsed.error.issues }
}

function assertSchema(name: string, schema: unknown): void {
  if (schema instanceof z.ZodType) return
  throw conversationInvalid(
    `${name}() takes a schema of zod, such as z.string().max(40), with z from @hello/core.`,
  )
}
