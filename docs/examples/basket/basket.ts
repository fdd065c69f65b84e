/** Keeps a shopping list for each chat: /buy milk adds to it, /basket shows it, /empty clears it. */
import { type CommandContext, defineContract, definePlugin, defineState, z } from '@hello/core'

// #region contract
const contract = defineContract({
  name: 'basket',
  updateServices: {
    basket: defineState({
      per: 'chat',
      schema: z.array(z.string().min(1).max(100)).max(50),
      initial: [],
      expiresAfter: '2d',
    }),
  },
})
// #endregion

export const basket = definePlugin(contract, {
  commands: {
    buy: { description: 'Put something in the basket', handle: buy },
    basket: {
      description: 'Show the basket',
      handle: async (ctx) => {
        const things = await ctx.services.basket.get()
        await ctx.outbox.reply(things.join('\n') || 'The basket is empty.')
      },
    },
    empty: { description: 'Empty the basket', handle: (ctx) => ctx.services.basket.clear() },
  },
})

// #region update
async function buy(ctx: CommandContext<typeof contract>) {
  if (ctx.payload === '') return ctx.outbox.reply('Buy what?')
  const things = await ctx.services.basket.update((things) => [...things, ctx.payload])
  await ctx.outbox.reply(`${things.length} in the basket`)
}
// #endregion
