/** grammY with Drizzle: a transaction for each update with the query builder; grammY's runner where it polls. */
import { createServer } from 'node:http'
import { run } from '@grammyjs/runner'
import { eq, sql } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/node-postgres'
import { bigint, bigserial, integer, jsonb, pgTable, serial, timestamp, varchar } from 'drizzle-orm/pg-core'
import { Bot, webhookCallback } from 'grammy'
import pg from 'pg'
import { environment, greetingOf, ready } from './environment.mjs'

const users = pgTable('users', {
  id: serial('id').primaryKey(),
  telegram_id: bigint('telegram_id', { mode: 'number' }).notNull(),
  username: varchar('username'),
  first_name: varchar('first_name'),
  last_name: varchar('last_name'),
  language_code: varchar('language_code'),
  updated_at: timestamp('updated_at', { withTimezone: true }),
})
const events = pgTable('analytics_events', {
  id: bigserial('id', { mode: 'number' }).primaryKey(),
  type: varchar('type').notNull(),
  user_id: integer('user_id'),
  data: jsonb('data').notNull(),
})

const db = drizzle(new pg.Pool({ connectionString: environment.databaseUrl, max: 5 }))
const bot = new Bot(environment.token, { client: { apiRoot: environment.apiRoot } })

bot.command('start', async (ctx) => {
  const { id, username = null, first_name, last_name = null, language_code = null } = ctx.from
  const profile = { username, first_name, last_name, language_code }
  const { user, isNew } = await db.transaction(async (tx) => {
    const [known] = await tx.select().from(users).where(eq(users.telegram_id, id))
    const isSame = known && Object.entries(profile).every(([key, value]) => known[key] === value)
    const [user] = isSame
      ? [known]
      : await tx
          .insert(users)
          .values({ telegram_id: id, ...profile })
          .onConflictDoUpdate({ target: users.telegram_id, set: { ...profile, updated_at: sql`now()` } })
          .returning()
    await tx.insert(events).values({ type: 'greeted', user_id: user.id, data: { returning: Boolean(known) } })
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
