/** A catalogue of planets whose pages are turned by buttons, and which its keepers may empty. */
import {
  type CallbackContext,
  type CommandContext,
  defineCallbackData,
  defineContract,
  defineGuard,
  definePlugin,
  onlyPrivate,
  pagingRow,
  planPage,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'

class Planets {
  #names = ['Mercury', 'Venus', 'Earth', 'Mars', 'Jupiter', 'Saturn', 'Uranus', 'Neptune']

  get count(): number {
    return this.#names.length
  }

  list(order: 'near' | 'far', offset: number, limit: number): string[] {
    const names = order === 'near' ? this.#names : this.#names.toReversed()
    return names.slice(offset, offset + limit)
  }

  keep(count: number): void {
    this.#names = this.#names.slice(0, count)
  }
}

const contract = defineContract({
  name: 'catalogue',
  options: z.object({ keeperTelegramIds: z.array(z.number()).default([]) }),
  appServices: { planets: Planets },
})

// #region guard
const onlyKeepers = defineGuard(contract, {
  name: 'only keepers',
  allows: (ctx) => ctx.from !== undefined && ctx.options.keeperTelegramIds.includes(ctx.from.id),
  refuse: () => 'Only the keepers of the catalogue may do this.',
})
// #endregion

// #region data
const planetsPage = defineCallbackData('planets', {
  page: z.int().min(1),
  order: z.enum(['near', 'far']),
})
// #endregion

// #region commands
export const catalogue = definePlugin(contract, {
  commands: {
    planets: { description: { en: 'List the planets', ru: 'Список планет' }, handle: list },
    shrink: {
      description: { en: 'Keep the first planets', ru: 'Оставить первые планеты' },
      scopes: ['all_private_chats'],
      guards: [onlyPrivate, onlyKeepers],
      handle: shrink,
    },
  },
  callbacks: { planets: { data: planetsPage, handle: turn } },
})
// #endregion

// #region pages
async function list(ctx: CommandContext<typeof contract>) {
  const { text, keyboard } = showPage(ctx.services.planets, 1, 'near')
  await ctx.outbox.reply(text, keyboard)
}

async function turn(ctx: CallbackContext<typeof contract, typeof planetsPage>) {
  const { text, keyboard } = showPage(ctx.services.planets, ctx.data.page, ctx.data.order)
  await ctx.outbox.edit(text, keyboard)
}

function showPage(planets: Planets, asked: number, order: 'near' | 'far') {
  const page = planPage({ page: asked, pageSize: 3, total: planets.count })
  const names = planets.list(order, page.offset, page.limit)
  const keyboard = Markup.inlineKeyboard([
    pagingRow(page, (target) => planetsPage.pack({ page: target, order })),
    [planetsPage.button('Nearest first', { page: 1, order: 'near' })],
    [planetsPage.button('Farthest first', { page: 1, order: 'far' })],
  ])
  return { text: names.join('\n'), keyboard }
}
// #endregion

async function shrink(ctx: CommandContext<typeof contract>) {
  ctx.services.planets.keep(Number(ctx.payload))
  await ctx.outbox.reply(`There are ${ctx.services.planets.count} planets now.`)
}
