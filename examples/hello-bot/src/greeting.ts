/** Greets people by name, and tells everybody else what to do. */
import { type CommandContext, defineContract, definePlugin, type HandlerContext, message } from '@hello/core'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'

const contract = defineContract({ name: 'greeting', requires: [users, analytics] })

export const greeting = definePlugin(contract, {
  commands: {
    start: { description: { en: 'Say hello', ru: 'Поздороваться' }, handle: greet },
  },
  handlers: { updates: ['message'], install: (bot) => bot.on(message('text'), hint) },
})

async function greet(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from)
  await ctx.services.analytics.track('greeted', { returning: !user.isNew }, { userId: user.id })
  await ctx.outbox.reply(user.isNew ? `Hello, ${user.displayName}!` : `Hello again, ${user.displayName}!`)
}

async function hint(ctx: HandlerContext<typeof contract>) {
  await ctx.outbox.reply('Send /start to get a greeting!')
}
