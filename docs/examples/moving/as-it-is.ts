/** The first step: the bot of telegraf in a plugin, not a line of its handlers changed. */
import { defineContract, definePlugin } from '@hello/core'
import type { Context, MiddlewareFn } from '@hello/core/telegraf'
import { createHandlers } from './telegraf-bot.js'

// #region plugin
export const pizza = definePlugin(defineContract({ name: 'pizza' }), {
  middleware: {
    updates: ['message', 'callback_query'],
    // The types of `bot` do not know what session() and the stage put on the context.
    install: (bot) => bot.use(createHandlers().middleware() as MiddlewareFn<Context>),
  },
  errorText: () => 'Sorry, something went wrong.',
})
// #endregion
