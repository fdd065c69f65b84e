/** Hello with everything on: plugins, scope, unit of work, inbox, lanes, outbox, logs. `SENDS=after-commit` sends past the outbox. */
import { createApp, defineContract, definePlugin } from '@hello/core'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import { ready } from './environment.mjs'

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

// Every peer tracks what its handler says, and nothing by itself.
await createApp({ plugins: [users(), analytics({ tracks: false }), greeting()] }).start()
ready()
