/** telegraf with Sequelize: a managed transaction for each update, upsert and create on models. */
import { createServer } from 'node:http'
import { DataTypes, Sequelize } from 'sequelize'
import { Telegraf } from 'telegraf'
import { environment, greetingOf, ready } from './environment.mjs'

const sequelize = new Sequelize(environment.databaseUrl, {
  logging: false,
  pool: { max: 5 },
  define: { underscored: true },
})
const User = sequelize.define(
  'user',
  {
    telegramId: { type: DataTypes.BIGINT, allowNull: false, unique: true },
    username: DataTypes.STRING,
    first_name: DataTypes.STRING,
    last_name: DataTypes.STRING,
    language_code: DataTypes.STRING,
  },
  { tableName: 'users' },
)
const Event = sequelize.define(
  'event',
  {
    type: DataTypes.STRING,
    userId: DataTypes.INTEGER,
    data: DataTypes.JSONB,
    occurredAt: { type: DataTypes.DATE, defaultValue: DataTypes.NOW },
  },
  { tableName: 'analytics_events', timestamps: false },
)

const bot = new Telegraf(environment.token, {
  telegram: { apiRoot: environment.apiRoot, webhookReply: false },
})
bot.start(async (ctx) => {
  const { id, username, first_name, last_name, language_code } = ctx.from
  const user = await sequelize.transaction(async (transaction) => {
    const [row] = await User.upsert(
      { telegramId: id, username, first_name, last_name, language_code },
      { transaction, conflictFields: ['telegram_id'] },
    )
    await Event.create({ type: 'greeted', userId: row.id, data: { returning: true } }, { transaction })
    return row
  })
  await ctx.reply(greetingOf(user, false))
})

if (environment.webhookPort === undefined) {
  bot.launch(() => ready())
} else {
  bot.botInfo = await bot.telegram.getMe()
  const callback = bot.webhookCallback(environment.webhookPath, { secretToken: environment.secret })
  createServer(callback).listen(environment.webhookPort, '127.0.0.1', ready)
}
