/** grammY with Kysely: a transaction for each update with the query builder; grammY's runner where it polls. */
import { createServer } from 'node:http'
import { run } from '@grammyjs/runner'
import { Bot, webhookCallback } from 'grammy'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { environment, greetingOf, ready } from './environment.mjs'

const db = new Kysely({
  dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: environment.databaseUrl, max: 5 }) }),
})
const bot = new Bot(environment.token, { client: { apiRoot: environment.apiRoot } })

bot.command('start', async (ctx) => {
  const { id, username = null, first_name, last_name = null, language_code = null } = ctx.from
  const profile = { username, first_name, last_name, language_code }
  const { user, isNew } = await db.transaction().execute(async (trx) => {
    const known = await trx.selectFrom('users').selectAll().where('telegram_id', '=', id).executeTakeFirst()
    const isSame = known && Object.entries(profile).every(([key, value]) => known[key] === value)
    const user = isSame
      ? known
      : await trx
          .insertInto('users')
          .values({ telegram_id: id, ...profile })
          .onConflict((conflict) =>
            conflict.column('telegram_id').doUpdateSet({ ...profile, updated_at: sql`now()` }),
          )
          .returningAll()
          .executeTakeFirstOrThrow()
    await trx
      .insertInto('analytics_events')
      .values({ type: 'greeted', user_id: user.id, data: { returning: Boolean(known) } })
      .execute()
    return { user, isNew: !known }
  })
  await ctx.reply(greetingOf(user, isNew))
})

await bot.init()
if (environment.webhookPort === undefined) {
  // grammY's docs send bots under load to its runner: bot.start() handles one update at a time.
  run(bot)
  ready()
} else {
  const handle = webhookCallback(bot, 'http', { secretToken: environment.secret })
  createServer(handle).listen(environment.webhookPort, '127.0.0.1', ready)
}
