/** The bot that every row puts under load: each message leaves two rows and is answered, and the word behind its number says what goes wrong meanwhile. */
import { setTimeout as delay } from 'node:timers/promises'
import {
  defineAppender,
  defineContract,
  defineMigration,
  definePlugin,
  type HandlerContext,
  message,
  statement,
} from '@hello/core'

const contract = defineContract({
  name: 'numbered',
  migrations: [
    defineMigration({
      name: '0001-create-effects',
      async up({ sql }) {
        await sql`CREATE TABLE effects (id bigint GENERATED ALWAYS AS IDENTITY, update_id bigint, chat bigint, seq int)`
        await sql`CREATE TABLE halves (update_id bigint)`
        await sql`CREATE TABLE refusals (chat text NOT NULL, is_unreachable boolean NOT NULL)`
        await sql`CREATE TABLE locks (name text PRIMARY KEY, taken int NOT NULL)`
        await sql`INSERT INTO locks VALUES ('a', 0), ('b', 0)`
      },
    }),
  ],
})

type Context = HandlerContext<typeof contract>

/** Told what code that nobody awaits has met. */
export type Note = (text: string) => void

/** Makes the plugin. */
export function numberedBot(note: Note = () => undefined) {
  return definePlugin(contract, {
    handlers: {
      updates: ['message'],
      install: (bot) => bot.on(message('text'), (ctx) => take(ctx, ctx.text, note)),
    },
    events: {
      async 'outbox.refused'({ chatId, isUnreachable }, { session }) {
        await session.sql`INSERT INTO refusals (chat, is_unreachable) VALUES (${String(chatId)}, ${isUnreachable})`
      },
    },
  })
}

/** Every second update makes no query of its own, so that it is committed in a group, unless its verb does. */
export const isGrouped = (updateId: number): boolean => updateId % 2 === 0

interface Effect {
  updateId: number
  chat: number
  seq: number
}

const effects = defineAppender<Effect>(
  (rows) => statement`
    INSERT INTO effects (update_id, chat, seq)
    SELECT * FROM unnest(${rows.map(({ updateId }) => updateId)}::bigint[], ${rows.map(({ chat }) => chat)}::bigint[],
      ${rows.map(({ seq }) => seq)}::int[])`,
)

const halves = defineAppender<number>(
  (ids) => statement`INSERT INTO halves (update_id) SELECT unnest(${ids}::bigint[])`,
)

async function take(ctx: Context, text: string, note: Note): Promise<void> {
  const { session } = ctx.services
  const [seq, verb = '', argument = ''] = text.split(' ')
  const { update_id: updateId } = ctx.update
  const effect = { updateId, chat: Number(ctx.chat?.id), seq: Number(seq) }
  if (isGrouped(updateId)) session.append(effects, effect)
  else
    await session.sql`INSERT INTO effects (update_id, chat, seq) VALUES (${updateId}, ${effect.chat}, ${effect.seq})`
  await verbs[verb]?.(ctx, argument, note)
  if (isGrouped(updateId)) session.append(halves, updateId)
  else await session.sql`INSERT INTO halves (update_id) VALUES (${updateId})`
  const outbox = verb === 'once' ? ctx.outbox.with({ delivery: 'at-most-once' }) : ctx.outbox
  await outbox.reply(`saved ${seq}`)
  // The last thing of all: a query behind it would say what was swallowed.
  if (verb === 'swallow') await session.sql`SELECT 1 / 0`.catch(() => undefined)
}

type Verb = (ctx: Context, argument: string, note: Note) => Promise<unknown>

/** What a message may ask for, by the word behind its number. */
const verbs: Readonly<Record<string, Verb>> = {
  /** Takes up to 8 ms, so that several are under way. */
  work: () => delay(Math.random() * 8),
  sleep: (_, argument) => delay(Number(argument)),
  async throw() {
    throw new TypeError('as ordered')
  },
  async float() {
    void Promise.reject(new TypeError('floating, as ordered'))
  },
  /** Queries when the handler has returned and its unit is committed. */
  async late(ctx, _, note) {
    ctx.afterCommit(() => {
      ctx.services.session.sql`INSERT INTO halves (update_id) VALUES (-1)`.then(
        () => note('late query ran'),
        (error: { code?: string }) => note(`late query ${error.code}`),
      )
    })
  },
  /** Takes two locks in the order that is asked for, as `ab`. */
  async lock({ services: { session } }, argument) {
    for (const name of argument) {
      await session.sql`UPDATE locks SET taken = taken + 1 WHERE name = ${name}`
      await delay(40)
    }
  },
  /** Asks for units within the unit, one in the other, and for several queries at once, as services of other plugins may. */
  async nested({ services: { database, session } }) {
    await database.unit(async ({ sql }) => {
      await sql`SELECT 1`
      await database.unit((inner) => inner.sql`SELECT 2`)
    })
    await Promise.all(Array.from({ length: 5 }, () => session.sql`SELECT pg_sleep(0.002)`))
  },
}
