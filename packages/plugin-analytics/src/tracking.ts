/** The middleware that tracks what updates say by themselves, with the time that they took: one statement for each, in their own transaction. */
import type { Installation } from '@hello/core'
import { automaticEventOf, type HandledUpdate } from './automatic-events.js'
import type { AnalyticsContract } from './contract.js'

/** Those who do nothing themselves when it happens. */
const passive = ['blocked', 'left']

/** See the file's purpose. */
export const tracking: Installation<AnalyticsContract> = {
  // Plugins ask for what they answer; blocks and joins are asked for here.
  updates: ['my_chat_member'],
  install(bot, { tracks }) {
    if (!Object.values(tracks).includes(true)) return
    bot.use(async (ctx, next) => {
      const startedAtMs = performance.now()
      // A handler that fails is not tracked: nothing of its update is kept.
      await next()
      const event = automaticEventOf(ctx as HandledUpdate, tracks)
      if (event === undefined) return
      const isAnswered = event.type === 'message' || event.type === 'command' || event.type === 'callback'
      ctx.services.analytics.store({
        telegramId: ctx.from?.id,
        durationMs: isAnswered ? performance.now() - startedAtMs : undefined,
        isActivity: !passive.includes(event.type),
        ...event,
      })
    })
  },
}
