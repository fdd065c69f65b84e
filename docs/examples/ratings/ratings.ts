/** Asks for a rating with three buttons, and takes one from each person. */
import {
  type CallbackContext,
  type CommandContext,
  defineCallbackData,
  defineContract,
  defineMigration,
  definePlugin,
  z,
} from '@hello/core'
import { Markup } from '@hello/core/telegraf'
import { users } from '@hello/plugin-users'
import { Rating } from './rating.js'

const createRatings = defineMigration({
  name: '0001-create-ratings',
  up: ({ sql }) => sql`
    CREATE TABLE ratings (
      user_id integer PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
      stars integer NOT NULL CHECK (stars BETWEEN 1 AND 3)
    )`,
  down: ({ sql }) => sql`DROP TABLE ratings`,
})

const contract = defineContract({
  name: 'ratings',
  requires: [users],
  models: [Rating],
  migrations: [createRatings],
})

// #region data
const rate = defineCallbackData('rate', { stars: z.int().min(1).max(3) })
// #endregion

export const ratings = definePlugin(contract, {
  commands: { rate: { description: 'Rate this bot', handle: ask } },
  callbacks: { rate: { data: rate, handle: keep } },
})

// #region ask
async function ask(ctx: CommandContext<typeof contract>) {
  const buttons = [1, 2, 3].map((stars) => rate.button('★'.repeat(stars), { stars }))
  await ctx.outbox.reply('How do you like this bot?', Markup.inlineKeyboard(buttons))
}
// #endregion

// #region keep
async function keep(ctx: CallbackContext<typeof contract, typeof rate>) {
  const { users, session } = ctx.services
  const user = await users.remember(ctx.from)
  const { stars } = ctx.data
  try {
    await session.attempt(() => session.repository(Rating).create({ userId: user.id, stars }))
  } catch (error) {
    if ((error as Error).name !== 'SequelizeUniqueConstraintError') throw error
    ctx.answer('You have rated already.')
    return
  }
  await ctx.outbox.reply(`Thank you for ${stars} of 3.`)
}
// #endregion
