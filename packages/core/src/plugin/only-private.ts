/** The guard for what belongs into a private chat. */
import type { BoundContext } from '../telegram/context.js'
import { defineGuard, type Guard } from './guard.js'

/** Admits in a private chat with the bot, and says so elsewhere. Made for what groups should not see: settings, balances. */
export const onlyPrivate: Guard = defineGuard({
  name: 'only private',
  allows: (ctx) => ctx.chat?.type === 'private',
  // Of no plugin, so that `ctx.t` has the texts of whoever uses it.
  refuse: (ctx) => (ctx as unknown as BoundContext).coreTexts('guard.private'),
})
