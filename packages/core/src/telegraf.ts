/** For authors of handlers: what telegraf gives, from the copy that core itself uses. */

export type { MiddlewareFn, MiddlewareObj, NarrowedContext } from 'telegraf'
export { Composer, Context, Input, Markup, Scenes, session, Telegram, TelegramError } from 'telegraf'
export { anyOf, callbackQuery, channelPost, editedMessage, message } from 'telegraf/filters'
export type * as TelegramTypes from 'telegraf/types'
