/** The contexts that a plugin's commands and callbacks receive. */
import type { Context } from 'telegraf'
import type { CallbackQuery, MaybeInaccessibleMessage, Message, User } from 'telegraf/types'
import type { UpdateExtension } from '../telegram/context.js'
import type { Translate } from '../texts/define-texts.js'
import type { CallbackData, CallbackOutput } from './callback-data.js'
import type { AnyContract, OptionsOf, TextsOf, UpdateServicesOf } from './contract.js'

/**
 * The context of any handler of the plugin with this contract: telegraf's, with what Hello adds.
 *
 * It leaves out `ctx.has(…)`, and `has` of `ctx.msg`: to compare the type guards of these methods costs the compiler 15 s
 * and more for each handler that stands outside of `install`. Narrow with the filters of `bot.on(…)` instead.
 */
export type HandlerContext<C extends AnyContract> = ContextWithoutMessage<C> & {
  /** The message of the update, of any kind, or the one whose button was pressed. */
  readonly msg: MaybeInaccessibleMessage | undefined
}

// A message is no part of it, since one of commands is certain: in an intersection the compiler would multiply the
// kinds of messages by one another, and give up where a command hands its context on to a `HandlerContext`.
type ContextWithoutMessage<C extends AnyContract> = Omit<Context, 'has' | 'msg'> &
  UpdateExtension<UpdateServicesOf<C>, OptionsOf<C>, TextsOf<C>>

/** What a plugin is told of a handler of its own that failed, to find words for the person who waits. The unit of work is over. */
export interface HandlerFailure<C extends AnyContract> {
  /** What was thrown. */
  readonly error: unknown
  /** The number by which the operator finds it in the log. */
  readonly reference: string
  /** `/remind`, `callback rate`, `handlers`, `middleware`. */
  readonly handler: string
  /** Of the person. */
  readonly language: string
  /** The plugin's texts in it. */
  readonly t: Translate<TextsOf<C>>
  readonly options: OptionsOf<C>
}

/** The context of a command. */
export type CommandContext<C extends AnyContract> = ContextWithoutMessage<C> & {
  /** Who sent it. Absent at run time only in channel posts, for commands that declare them. */
  readonly from: User
  /** The message with the command. */
  readonly msg: Message
  /** The command's name, without slash and `@bot`, in lower case. */
  readonly command: string
  /** The text after the command, trimmed; a deep link's parameter arrives here. */
  readonly payload: string
  /** The payload split at spaces; quotes keep words together. */
  readonly args: readonly string[]
}

/** What a person is shown for a button. */
export interface AnswerOptions {
  /** Whether it is a box to be closed instead of a short notice. @default false */
  readonly alert?: boolean
  /** For how long the person's app may show it again without asking the bot. Integer ≥ 0. @default 0 */
  readonly cacheSeconds?: number
}

/** The context of a button that was pressed; `D` is the kind of its data, where the callback has one. */
export type CallbackContext<C extends AnyContract, D = undefined> = HandlerContext<C> & {
  /** Who pressed it. */
  readonly from: User
  readonly callbackQuery: CallbackQuery.DataQuery
  /** The data after `prefix:`, as text; empty where there is none. */
  readonly payload: string
  /**
   * What the person is shown when the update is committed; the last call counts. Nothing is sent where the handler
   * fails. Without it the press is answered with nothing, so that the button stops waiting.
   *
   * @param text 1–200 UTF-16 units
   * @throws PluginError CALLBACK_ANSWER_TOO_LONG
   */
  answer(text: string, options?: AnswerOptions): void
} & DataOf<D>

type DataOf<D> = D extends CallbackData<any, infer S> ? { readonly data: CallbackOutput<S> } : {}
