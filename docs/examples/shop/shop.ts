/** A shop that says what it sells, and asks how many of those who looked have bought. */
import { type CommandContext, defineContract, definePlugin, z } from '@hello/core'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'

// #region events
export const shopAnalytics = analytics.for({
  looked: z.object({}),
  purchase: z.object({ amount: z.number().positive(), currency: z.string().default('EUR') }),
})
// #endregion

// #region track
const contract = defineContract({ name: 'shop', requires: [users, shopAnalytics] })

export const shop = definePlugin(contract, {
  commands: {
    shop: { description: 'Look around', handle: look },
    buy: { description: 'Buy something', handle: buy },
    sold: { description: 'How many have bought', handle: sold },
  },
})

async function buy(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from)
  await ctx.services.analytics.track('purchase', { amount: 3 }, { userId: user.id })
  await ctx.outbox.reply('Thank you!')
}
// #endregion

async function look(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from)
  await ctx.services.analytics.track('looked', {}, { userId: user.id })
  await ctx.outbox.reply('We have apples.')
}

// #region ask
async function sold(ctx: CommandContext<typeof contract>) {
  const [looked, bought] = await ctx.services.analyticsReports.funnel({
    steps: ['looked', 'purchase'],
    withinDays: 7,
  })
  await ctx.outbox.reply(`${bought?.people} of ${looked?.people} have bought.`)
}
// #endregion
