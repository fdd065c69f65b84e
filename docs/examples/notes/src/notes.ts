/** Keeps notes: "note buy milk" keeps one, /notes lists them. */
import {
  type CommandContext,
  type DatabaseSession,
  defineContract,
  defineMigration,
  definePlugin,
  fromEnvironment,
  message,
  z,
} from '@hello/core'
import { users } from '@hello/plugin-users'

const createNotes = defineMigration({
  name: '0001-create-notes',
  async up({ sql }) {
    await sql`
      CREATE TABLE notes (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        text text NOT NULL
      )`
    await sql`CREATE INDEX notes_user ON notes (user_id, id)`
  },
  async down({ sql }) {
    await sql`DROP TABLE notes`
  },
})

class Notes {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  async add(userId: number, text: string): Promise<void> {
    await this.#session.sql`INSERT INTO notes (user_id, text) VALUES (${userId}, ${text})`
  }

  async newest(userId: number, most: number): Promise<string[]> {
    const rows = await this.#session.sql<{ text: string }>`
      SELECT text FROM notes WHERE user_id = ${userId} ORDER BY id DESC LIMIT ${most}`
    return rows.map(({ text }) => text)
  }
}

const contract = defineContract({
  name: 'notes',
  requires: [users],
  options: z.object({ shown: fromEnvironment('NOTES_SHOWN', z.number().int().min(1).max(50).default(10)) }),
  updateServices: { notes: Notes },
  migrations: [createNotes],
})

export const notes = definePlugin(contract, {
  commands: { notes: { description: 'List my notes', handle: list } },
  handlers: {
    updates: ['message'],
    install: (bot) =>
      bot.on(message('text'), async (ctx, next) => {
        const [, text] = /^note\s+(.+)$/is.exec(ctx.message.text) ?? []
        if (text === undefined) return next()
        const user = await ctx.services.users.remember(ctx.from)
        await ctx.services.notes.add(user.id, text)
        await ctx.outbox.reply('Noted.')
      }),
  },
})

async function list(ctx: CommandContext<typeof contract>) {
  const user = await ctx.services.users.remember(ctx.from)
  const texts = await ctx.services.notes.newest(user.id, ctx.options.shown)
  await ctx.outbox.reply(texts.length === 0 ? 'No notes yet. Send: note buy milk' : texts.join('\n'))
}
