/** telegraf with pg by hand: a pool, a transaction for each update, statements without names, as the docs of both show. `STATEMENTS=named` lets PostgreSQL keep them prepared. */
import { createServer } from 'node:http'
import pg from 'pg'
import { Telegraf } from 'telegraf'
import { environment, greetingOf, ready } from './environment.mjs'

const isNamed = process.env.STATEMENTS === 'named'
const statement = (name, text) => (values) => (isNamed ? { name, text, values } : { text, values })
const findUser = statement('find_user', 'SELECT * FROM users WHERE telegram_id = $1')
const saveUser = statement(
  'save_user',
  `INSERT INTO users (telegram_id, username, first_name, last_name, language_code) VALUES ($1, $2, $3, $4, $5)
   ON CONFLICT (telegram_id) DO UPDATE SET username = $2, first_name = $3, last_name = $4, language_code = $5, updated_at = now()
   RETURNING *`,
)
const addEvent = statement(
  'add_event',
  'INSERT INTO analytics_events (type, user_id, data) VALUES ($1, $2, $3)',
)

const pool = new pg.Pool({ connectionString: environment.databaseUrl, max: 5 })
const bot = new Telegraf(environment.token, {
  telegram: { apiRoot: environment.apiRoot, webhookReply: false },
})

bot.start(async (ctx) => {
  const { id, username = null, first_name, last_name = null, language_code = null } = ctx.from
  const client = await pool.connect()
  let user
  let isNew = false
  try {
    await client.query('BEGIN')
    ;({
      rows: [user],
    } = await client.query(findUser([id])))
    isNew = !user
    if (
      !user ||
      user.username !== username ||
      user.first_name !== first_name ||
      user.last_name !== last_name ||
      user.language_code !== language_code
    ) {
      ;({
        rows: [user],
      } = await client.query(saveUser([id, username, first_name, last_name, language_code])))
    }
    await client.query(addEvent(['greeted', user.id, { returning: !isNew }]))
    await client.query('COMMIT')
  } catch (error) {
    await client.query('ROLLBACK')
    throw error
  } finally {
    client.release()
  }
  await ctx.reply(greetingOf(user, isNew))
})

if (environment.webhookPort === undefined) {
  bot.launch(() => ready())
} else {
  bot.botInfo = await bot.telegram.getMe()
  const callback = bot.webhookCallback(environment.webhookPath, { secretToken: environment.secret })
  createServer(callback).listen(environment.webhookPort, '127.0.0.1', ready)
}
