/** A shopping list for each person: /buy puts something on it, /list shows it with buttons that take off what was bought. */
// #region imports
import {
  type CallbackContext,
  type CommandContext,
  type DatabaseSession,
  defineCallbackData,
  defineContract,
  defineMigration,
  definePlugin,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'

// #endregion

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

// #region migration
const rememberWhatWasBought = defineMigration({
  name: '0002-remember-what-was-bought',
  async up({ sql }) {
    await sql`ALTER TABLE shopping_items ADD COLUMN bought_at timestamptz`
  },
  async down({ sql }) {
    await sql`ALTER TABLE shopping_items DROP COLUMN bought_at`
  },
})
// #endregion

// #region service
export interface Item {
  readonly id: number
  readonly text: string
}

class ShoppingList {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  async add(personId: number, text: string): Promise<void> {
    await this.#session.sql`INSERT INTO shopping_items (person_id, text) VALUES (${personId}, ${text})`
  }

  of(personId: number): Promise<Item[]> {
    return this.#session.sql<Item>`
      SELECT id, text FROM shopping_items WHERE person_id = ${personId} AND bought_at IS NULL ORDER BY id`
  }

  async markBought(personId: number, id: number): Promise<void> {
    await this.#session.sql`
      UPDATE shopping_items SET bought_at = now()
      WHERE person_id = ${personId} AND id = ${id} AND bought_at IS NULL`
  }
}
// #endregion

// #region plugin
const bought = defineCallbackData('bought', { id: z.int() })

const contract = defineContract({
  name: 'shopping',
  updateServices: { shoppingList: ShoppingList },
  migrations: [createItems, rememberWhatWasBought],
})

export const shopping = definePlugin(contract, {
  commands: {
    buy: { description: 'Put something on the list', handle: buy },
    list: { description: 'Show the list', handle: list },
  },
  callbacks: { bought: { data: bought, handle: takeOff } },
})
// #endregion

async function buy(ctx: CommandContext<typeof contract>) {
  if (ctx.payload === '') return ctx.outbox.reply('What? Send: /buy milk')
  await ctx.services.shoppingList.add(ctx.from.id, ctx.payload)
  await ctx.outbox.reply(`On the list: ${ctx.payload}`)
}

// #region handlers
async function list(ctx: CommandContext<typeof contract>) {
  const { text, keyboard } = show(await ctx.services.shoppingList.of(ctx.from.id))
  await ctx.outbox.reply(text, keyboard)
}

async function takeOff(ctx: CallbackContext<typeof contract, typeof bought>) {
  await ctx.services.shoppingList.markBought(ctx.from.id, ctx.data.id)
  const { text, keyboard } = show(await ctx.services.shoppingList.of(ctx.from.id))
  await ctx.outbox.edit(text, keyboard)
}

function show(items: Item[]) {
  const rows = items.map(({ id, text }) => [bought.button(`✓ ${text}`, { id })])
  return {
    text: items.length === 0 ? 'There is nothing to buy.' : 'To buy:',
    keyboard: Markup.inlineKeyboard(rows),
  }
}
// #endregion
