/** A shopping list for each person: /buy puts something on it, /list shows it. */
import {
  type CommandContext,
  type DatabaseSession,
  defineContract,
  defineMigration,
  definePlugin,
} from '@hello/core'

const createItems = defineMigration({
  name: '0001-create-items',
  async up({ sql }) {
    await sql`
      CREATE TABLE shopping_items (
        id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        person_id bigint NOT NULL,
        text text NOT NULL
      )`
    await sql`CREATE INDEX shopping_items_person ON shopping_items (person_id, id)`
  },
  async down({ sql }) {
    await sql`DROP TABLE shopping_items`
  },
})

class ShoppingList {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  async add(personId: number, text: string): Promise<void> {
    await this.#session.sql`INSERT INTO shopping_items (person_id, text) VALUES (${personId}, ${text})`
  }

  async of(personId: number): Promise<string[]> {
    const items = await this.#session.sql<{ text: string }>`
      SELECT text FROM shopping_items WHERE person_id = ${personId} ORDER BY id`
    return items.map(({ text }) => text)
  }
}

const contract = defineContract({
  name: 'shopping',
  updateServices: { shoppingList: ShoppingList },
  migrations: [createItems],
})

export const shopping = definePlugin(contract, {
  commands: {
    buy: { description: 'Put something on the list', handle: buy },
    list: { description: 'Show the list', handle: list },
  },
})

async function buy(ctx: CommandContext<typeof contract>) {
  if (ctx.payload === '') return ctx.outbox.reply('What? Send: /buy milk')
  await ctx.services.shoppingList.add(ctx.from.id, ctx.payload)
  await ctx.outbox.reply(`On the list: ${ctx.payload}`)
}

async function list(ctx: CommandContext<typeof contract>) {
  const items = await ctx.services.shoppingList.of(ctx.from.id)
  await ctx.outbox.reply(items.length === 0 ? 'There is nothing to buy.' : items.join('\n'))
}
