/** Counts what each person sends, in a session of telegraf. */
import { type CommandContext, defineContract, definePlugin, type HandlerContext } from '@hello/core'
import { session } from '@hello/core/telegraf'

const contract = defineContract({ name: 'visits' })

/** What telegraf's session adds to the context. */
interface WithSession {
  session?: { count: number }
}

export const visits = definePlugin(contract, {
  middleware: {
    install: (bot) => {
      bot.use(session())
      bot.use(async (ctx: HandlerContext<typeof contract> & WithSession, next) => {
        ctx.session = { count: (ctx.session?.count ?? 0) + 1 }
        await next()
      })
    },
  },
  commands: { visits: { description: 'Count my messages', handle: count } },
})

async function count(ctx: CommandContext<typeof contract> & WithSession) {
  await ctx.outbox.reply(`This is update ${ctx.session?.count} of you.`)
}
