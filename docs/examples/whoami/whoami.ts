import { type CommandContext, defineContract, definePlugin } from '@hello/core'
import { users } from '@hello/plugin-users'

const contract = defineContract({ name: 'whoami', requires: [users] })

export const whoami = definePlugin(contract, {
  commands: { whoami: { description: 'Say how the bot knows me', handle: whoAmI } },
})

async function whoAmI(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from) // joins the update's transaction
  await ctx.outbox.reply(`You are ${user.displayName}, person ${user.id} of this bot.`) // leaves with it
}
