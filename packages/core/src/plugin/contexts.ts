/** The contexts that a plugin's commands and callbacks receive. */
import type { Context } from 'telegraf'
import type { CallbackQuery, Message, User } from 'telegraf/types'
import type { UpdateExtension } from '../telegram/context.js'
import type { AnyContract, OptionsOf, UpdateServicesOf } from './contract.js'

/**
 * The context of any handler of the plugin with this contract: telegraf's, with what Hello adds.
 *
 * It leaves out `ctx.has(…)`: to compare that method's type guard costs the compiler 15 s and more for each handler that
 * stands outside of `install`. Narrow with the filters of `bot.on(…)` instead.
 */
export type HandlerContext<C extends AnyContract> = Omit<Context, 'has'> &
  UpdateExtension<UpdateServicesOf<C>, OptionsOf<C>>

/** The context of a command. */
export type CommandContext<C extends AnyContract> = HandlerContext<C> & {
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

/** The context of a button that was pressed. */
export type CallbackContext<C extends AnyContract> = HandlerContext<C> & {
  /** Who pressed it. */
  readonly from: User
  readonly callbackQuery: CallbackQuery.DataQuery
  /** The data after `prefix:`; empty where there is none. */
  readonly payload: string
}
