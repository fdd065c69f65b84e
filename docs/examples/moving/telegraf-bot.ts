/** A bot that takes orders for pizza, as the documentation of telegraf teaches to write one. */
import { Composer, type Context, Markup, Scenes, session, Telegraf } from 'telegraf'
import { message } from 'telegraf/filters'
import { bake, type Order, pizzas, pizzasOnPage } from './pizzeria.js'

interface OrderDraft extends Scenes.WizardSessionData {
  pizza?: string
  count?: number
}

interface PizzaSession extends Scenes.WizardSession<OrderDraft> {
  orders: Order[]
  address?: string
}

/** What the handlers have: telegraf's context with a session, a scene and a wizard. */
export interface PizzaContext extends Context {
  session: PizzaSession
  scene: Scenes.SceneContextScene<PizzaContext, OrderDraft>
  wizard: Scenes.WizardContextWizard<PizzaContext>
}

// #region keyboard
function menuKeyboard(page: number) {
  const pages = Math.ceil(pizzas.length / pizzasOnPage)
  const onPage = pizzas.slice((page - 1) * pizzasOnPage, page * pizzasOnPage)
  return Markup.inlineKeyboard([
    ...onPage.map((pizza) => [Markup.button.callback(pizza, `pizza:${pizza}`)]),
    [
      Markup.button.callback(`‹ ${page - 1}`, `page:${page - 1}`, page === 1),
      Markup.button.callback(`${page + 1} ›`, `page:${page + 1}`, page === pages),
    ],
  ])
}
// #endregion

// #region scene
const choosing = new Composer<PizzaContext>()
choosing.action(/^page:(\d+)$/, async (ctx) => {
  await ctx.answerCbQuery()
  await ctx.editMessageReplyMarkup(menuKeyboard(Number(ctx.match[1])).reply_markup)
})
choosing.action(/^pizza:(.+)$/, async (ctx) => {
  await ctx.answerCbQuery()
  ctx.scene.session.pizza = ctx.match[1] as string
  await ctx.reply('How many?')
  ctx.wizard.next()
})

const counting = new Composer<PizzaContext>()
counting.on(message('text'), async (ctx) => {
  const count = Number(ctx.message.text)
  if (!Number.isInteger(count) || count < 1 || count > 20) {
    await ctx.reply('Send a number from 1 to 20.')
    return
  }
  ctx.scene.session.count = count
  await ctx.reply(
    `${count} × ${ctx.scene.session.pizza}, right?`,
    Markup.inlineKeyboard([Markup.button.callback('Yes', 'yes'), Markup.button.callback('No', 'no')]),
  )
  ctx.wizard.next()
})

const confirming = new Composer<PizzaContext>()
confirming.action('yes', async (ctx) => {
  await ctx.answerCbQuery()
  const { pizza = '', count = 1 } = ctx.scene.session
  await take(ctx, { pizza, count })
  await ctx.scene.leave()
})
confirming.action('no', async (ctx) => {
  await ctx.answerCbQuery()
  await ctx.reply('Nothing was ordered.')
  await ctx.scene.leave()
})

const ordering = new Scenes.WizardScene<PizzaContext>(
  'order',
  async (ctx) => {
    await ctx.reply('Which pizza?', menuKeyboard(1))
    ctx.wizard.next()
  },
  choosing,
  counting,
  confirming,
)
ordering.command('cancel', async (ctx) => {
  await ctx.reply('Nothing was ordered.')
  await ctx.scene.leave()
})
// #endregion

async function take(ctx: PizzaContext, order: Order) {
  ctx.session.orders.push(order)
  bake(order)
  const address = ctx.session.address ?? 'the counter'
  await ctx.reply(`Order ${ctx.session.orders.length}: ${order.count} × ${order.pizza}, to ${address}.`)
}

// #region handlers
/** Everything that the bot does. */
export function createHandlers(): Composer<PizzaContext> {
  const handlers = new Composer<PizzaContext>()
  handlers.use(session({ defaultSession: (): PizzaSession => ({ orders: [] }) }))
  handlers.use(new Scenes.Stage<PizzaContext>([ordering]).middleware())
  handlers.start((ctx) => ctx.reply('Hungry? Send /order.'))
  handlers.command('order', (ctx) => ctx.scene.enter('order'))
  handlers.command('address', async (ctx) => {
    if (ctx.payload === '') return ctx.reply('Send it with the command: /address 221b Baker Street')
    ctx.session.address = ctx.payload
    return ctx.reply(`We deliver to ${ctx.payload}.`)
  })
  handlers.command('again', async (ctx) => {
    const last = ctx.session.orders.at(-1)
    await (last ? take(ctx, last) : ctx.reply('You have no orders.'))
  })
  handlers.command('orders', (ctx) => {
    const lines = ctx.session.orders.map(({ pizza, count }, index) => `${index + 1}. ${count} × ${pizza}`)
    return ctx.reply(lines.join('\n') || 'You have no orders.')
  })
  handlers.hears(/\bthanks\b/i, (ctx) => ctx.reply('You are welcome!'))
  return handlers
}
// #endregion

// #region bot
/** Makes the bot; `launch()` starts it. */
export function createPizzaBot(token: string, apiRoot?: string): Telegraf<PizzaContext> {
  const bot = new Telegraf<PizzaContext>(token, { ...(apiRoot && { telegram: { apiRoot } }) })
  bot.use(createHandlers())
  bot.catch(async (_error, ctx) => {
    await ctx.reply('Sorry, something went wrong.')
  })
  return bot
}
// #endregion
