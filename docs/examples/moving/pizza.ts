/** The bot as a plugin of Hello: orders in a table, the address in a state, the questions in a conversation. */
import {
  buttonAnswer,
  type CommandContext,
  type ConversationContext,
  defineCallbackData,
  defineContract,
  defineConversation,
  defineMigration,
  definePlugin,
  defineState,
  pagingRow,
  planPage,
  textAnswer,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'
import { Orders } from './orders.js'
import { bake, type Order, pizzas, pizzasOnPage } from './pizzeria.js'
import { texts } from './texts.js'

// #region contract
const createOrders = defineMigration({
  name: '0001-create-orders',
  async up({ sql }) {
    await sql`
      CREATE TABLE pizza_orders (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person_id bigint NOT NULL,
        pizza text NOT NULL,
        count integer NOT NULL
      )`
    await sql`CREATE INDEX pizza_orders_person ON pizza_orders (person_id, id)`
  },
  async down({ sql }) {
    await sql`DROP TABLE pizza_orders`
  },
})

const contract = defineContract({
  name: 'pizza',
  updateServices: {
    pizzaOrders: Orders,
    address: defineState({ per: 'person', schema: z.string() }),
  },
  migrations: [createOrders],
  texts,
})
// #endregion

// #region menu
const menuPage = defineCallbackData('pizza-menu', { page: z.int().min(1) })
const choice = defineCallbackData('pizza', { pizza: z.enum(pizzas) })

function menuKeyboard(asked: number) {
  const page = planPage({ page: asked, pageSize: pizzasOnPage, total: pizzas.length })
  const onPage = pizzas.slice(page.offset, page.offset + page.limit)
  return Markup.inlineKeyboard([
    ...onPage.map((pizza) => [choice.button(pizza, { pizza })]),
    pagingRow(page, (target) => menuPage.pack({ page: target })),
  ])
}
// #endregion

// #region conversation
const sure = buttonAnswer(z.enum(['yes', 'no']))

const ordering = defineConversation(contract, 'order', {
  data: z.object({ pizza: z.enum(pizzas), count: z.int().default(1) }),
  expiresAfter: '1h',
  steps: {
    count: {
      ask: (ctx) => ctx.outbox.reply(ctx.t('howMany')),
      answer: textAnswer(z.coerce.number().int().min(1).max(20)),
      invalid: (ctx) => ctx.outbox.reply(ctx.t('noCount')),
      accept: (_ctx, count, data) => {
        data.count = count
      },
      next: 'sure',
    },
    sure: {
      ask: (ctx, order) => {
        const buttons = [sure.button(ctx, ctx.t('yes'), 'yes'), sure.button(ctx, ctx.t('no'), 'no')]
        return ctx.outbox.reply(ctx.t('sure', order), Markup.inlineKeyboard(buttons))
      },
      answer: sure,
      next: (_ctx, answer) => (answer === 'yes' ? 'done' : 'cancel'),
    },
  },
  done: take,
  cancelled: (ctx) => ctx.outbox.reply(ctx.t('cancelled')),
})

async function take(ctx: ConversationContext<typeof contract>, order: Order) {
  const number = await ctx.services.pizzaOrders.add(ctx.from.id, order)
  bake(order)
  const address = (await ctx.services.address.get()) ?? ctx.t('counter')
  await ctx.outbox.reply(ctx.t('taken', { number, ...order, address }))
}
// #endregion

// #region plugin
export const pizza = definePlugin(contract, {
  commands: {
    start: {
      description: (t) => t('menu.start'),
      hidden: true,
      handle: (ctx) => ctx.outbox.reply(ctx.t('hungry')),
    },
    order: {
      description: (t) => t('menu.order'),
      handle: (ctx) => ctx.outbox.reply(ctx.t('which'), menuKeyboard(1)),
    },
    address: { description: (t) => t('menu.address'), handle: keepAddress },
    again: { description: (t) => t('menu.again'), handle: orderAgain },
    orders: { description: (t) => t('menu.orders'), handle: listOrders },
  },
  callbacks: {
    'pizza-menu': {
      data: menuPage,
      handle: (ctx) => ctx.outbox.edit(ctx.t('which'), menuKeyboard(ctx.data.page)),
    },
    pizza: { data: choice, handle: (ctx) => ordering.start(ctx, ctx.data) },
  },
  conversations: [ordering],
  handlers: {
    updates: ['message'],
    install: (bot) => bot.hears(/\bthanks\b/i, (ctx) => ctx.outbox.reply(ctx.t('welcome'))),
  },
  errorText: ({ t }) => t('failed'),
})

async function keepAddress(ctx: CommandContext<typeof contract>) {
  if (ctx.payload === '') return ctx.outbox.reply(ctx.t('noAddress'))
  await ctx.services.address.set(ctx.payload)
  await ctx.outbox.reply(ctx.t('delivered', { address: ctx.payload }))
}

async function orderAgain(ctx: CommandContext<typeof contract>) {
  const last = (await ctx.services.pizzaOrders.of(ctx.from.id)).at(-1)
  await (last ? take(ctx, last) : ctx.outbox.reply(ctx.t('noOrders')))
}

async function listOrders(ctx: CommandContext<typeof contract>) {
  const orders = await ctx.services.pizzaOrders.of(ctx.from.id)
  const lines = orders.map(({ pizza, count }, index) => `${index + 1}. ${count} × ${pizza}`)
  await ctx.outbox.reply(lines.join('\n') || ctx.t('noOrders'))
}
// #endregion
