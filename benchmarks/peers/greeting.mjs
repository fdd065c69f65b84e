/** The job as a plugin of Hello: remember who it is, track the event, greet. `SENDS=after-commit` sends past the outbox. */
import { createApp, defineContract, definePlugin } from '@hello/core'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'

const isOutbox = process.env.SENDS !== 'after-commit'
const contract = defineContract({ name: 'greeting', requires: [users, analytics] })
const greeting = definePlugin(contract, {
  commands: {
    start: {
      description: 'Say hello',
      async handle(ctx) {
        const user = await ctx.services.users.remember(ctx.from)
        await ctx.services.analytics.track('greeted', { returning: !user.isNew }, { userId: user.id })
        const text = user.isNew ? `Hello, ${user.displayName}!` : `Hello again, ${user.displayName}!`
        if (isOutbox) await ctx.outbox.reply(text)
        else ctx.afterCommit(() => ctx.reply(text))
      },
    },
  },
})

/** The app. Every peer tracks what its handler says, and nothing by itself. @param {readonly object[]} further plugins that stand beside */
export const createGreeter = (further = []) =>
  createApp({ plugins: [users(), analytics({ tracks: false }), greeting(), ...further] })
