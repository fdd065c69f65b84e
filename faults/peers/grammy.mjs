/** grammY as its documentation writes it: long polling, a transaction for each update, then the answer. */
import { setTimeout as delay } from 'node:timers/promises'
import { Bot } from 'grammy'
import pg from 'pg'

const pool = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 5 })
const bot = new Bot(process.env.BOT_TOKEN, { client: { apiRoot: process.env.TELEGRAM_API_ROOT } })

bot.on('message:text', async (ctx) => {
  const [seq, verb] = ctx.message.text.split(' ')
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('INSERT INTO effects (update_id, chat, seq) VALUES ($1, $2, $3)', [
      ctx.update.update_id,
      ctx.chat.id,
      Number(seq),
    ])
    if (verb === 'work') await delay(Math.random() * 8)
    await client.query('INSERT INTO halves (update_id) VALUES ($1)', [ctx.update.update_id])
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
  await ctx.reply(`saved ${seq}`)
})
bot.catch((error) => console.error(error))

process.once('SIGTERM', () => bot.stop())
process.once('disconnect', () => process.exit())
await bot.start({ onStart: () => process.send('started') })
process.exit()
