import { type CommandContext, defineContract, definePlugin } from '@hello/core'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'

const contract = defineContract({ name: 'reading', requires: [users, analytics] })

export const reading = definePlugin(contract, {
  commands: { read: { description: 'Read a page', handle: read } },
})

async function read(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from)
  await ctx.services.analytics.track('page read', { page: ctx.payload }, { userId: user.id })
  await ctx.outbox.reply(`You read ${ctx.payload}.`)
}
