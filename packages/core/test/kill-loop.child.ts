/** The bot that the kill loop kills: every message leaves a row, counts in a row of its chat and is answered. */
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from '../src/app/create-app.js'
import {
  defineAppender,
  defineContract,
  defineMigration,
  definePlugin,
  type HandlerContext,
  message,
  statement,
} from '../src/index.js'

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

interface Effect {
  updateId: number
  chat: number
  seq: number
}

const effectRows = defineAppender<Effect>(
  (rows) => statement`
    INSERT INTO effects (update_id, chat, seq)
    SELECT * FROM unnest(${rows.map(({ updateId }) => updateId)}::bigint[], ${rows.map(({ chat }) => chat)}::bigint[],
      ${rows.map(({ seq }) => seq)}::int[])`,
)

// The updates of one chat are handled one after the other, so that no chat is in a group twice.
const greetings = defineAppender<number>(
  (chats) => statement`
    INSERT INTO people (chat, greetings) SELECT unnest(${chats}::bigint[]), 1
    ON CONFLICT (chat) DO UPDATE SET greetings = people.greetings + 1`,
)

/** Every second update makes no query of its own, so that it is committed in a group. */
async function take(ctx: HandlerContext<typeof contract>) {
  const { session } = ctx.services
  const { update_id: updateId } = ctx.update
  const seq = Number(ctx.text)
  const chat = ctx.chat?.id as number
  const isGrouped = updateId % 2 === 0
  if (isGrouped) session.append(effectRows, { updateId, chat, seq })
  else await session.sql`INSERT INTO effects (update_id, chat, seq) VALUES (${updateId}, ${chat}, ${seq})`
  await delay(Math.random() * 8)
  if (isGrouped) session.append(greetings, chat)
  else
    await session.sql`INSERT INTO people (chat, greetings) VALUES (${chat}, 1)
ON CONFLICT (chat) DO UPDATE SET greetings = people.greetings + 1`
  await ctx.outbox.reply(`seen ${seq}`)
}

const app = createApp({ plugins: [effects()] })
process.once('SIGTERM', () => void app.stop())
await app.start()
process.send?.('started')
