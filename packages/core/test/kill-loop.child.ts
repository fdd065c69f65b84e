/** The bot that the kill loop kills: every message leaves a row, counts in a row of its chat and is answered. */
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from '../src/app/create-app.js'
import { defineContract, defineMigration, definePlugin, type HandlerContext, message } from '../src/index.js'

const contract = defineContract({
  name: 'effects',
  migrations: [
    defineMigration({
      name: '0001-create-effects',
      async up({ sql }) {
        await sql`CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, update_id bigint, chat bigint, seq int)`
        await sql`CREATE TABLE people (chat bigint PRIMARY KEY, greetings int NOT NULL)`
      },
    }),
  ],
})

const effects = definePlugin(contract, {
  handlers: { updates: ['message'], install: (bot) => bot.on(message('text'), take) },
})

async function take(ctx: HandlerContext<typeof contract>) {
  const { session } = ctx.services
  const seq = Number(ctx.text)
  const chat = ctx.chat?.id as number
  await session.sql`INSERT INTO effects (update_id, chat, seq) VALUES (${ctx.update.update_id}, ${chat}, ${seq})`
  await delay(Math.random() * 8)
  await session.sql`INSERT INTO people (chat, greetings) VALUES (${chat}, 1)
ON CONFLICT (chat) DO UPDATE SET greetings = people.greetings + 1`
  await ctx.outbox.reply(`seen ${seq}`)
}

const app = createApp({ plugins: [effects()] })
process.once('SIGTERM', () => void app.stop())
await app.start()
process.send?.('started')
