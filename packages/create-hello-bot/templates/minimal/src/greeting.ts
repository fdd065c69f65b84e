/** Greets who says /start. */
import { type CommandContext, defineContract, definePlugin } from '@hello/core'

const contract = defineContract({ name: 'greeting' })

export const greeting = definePlugin(contract, {
  commands: { start: { description: 'Say hello', handle: greet } },
})

async function greet(ctx: CommandContext<typeof contract>) {
  await ctx.outbox.reply(`Hello, ${ctx.from?.first_name ?? 'everybody'}!`)
}
