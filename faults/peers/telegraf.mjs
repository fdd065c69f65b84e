/** telegraf as its documentation writes it: long polling, a Sequelize transaction for each update, then the answer. */
import { setTimeout as delay } from 'node:timers/promises'
import { Sequelize } from 'sequelize'
import { Telegraf } from 'telegraf'

const sequelize = new Sequelize(process.env.DATABASE_URL, { logging: false, pool: { max: 5 } })
const bot = new Telegraf(process.env.BOT_TOKEN, { telegram: { apiRoot: process.env.TELEGRAM_API_ROOT } })

bot.on('text', async (ctx) => {
  const [seq, verb] = ctx.message.text.split(' ')
  await sequelize.transaction(async (transaction) => {
    await sequelize.query('INSERT INTO effects (update_id, chat, seq) VALUES ($1, $2, $3)', {
      bind: [ctx.update.update_id, ctx.chat.id, Number(seq)],
      transaction,
    })
    if (verb === 'work') await delay(Math.random() * 8)
    await sequelize.query('INSERT INTO halves (update_id) VALUES ($1)', {
      bind: [ctx.update.update_id],
      transaction,
    })
  })
  await ctx.reply(`saved ${seq}`)
})
bot.catch((error) => console.error(error))

process.once('SIGTERM', () => bot.stop('SIGTERM'))
process.once('disconnect', () => process.exit())
await bot.launch(() => process.send('started'))
process.exit()
