/** Wishes a good morning to those who asked for it, in their language. */
import {
  type CommandContext,
  daily,
  defineContract,
  defineMigration,
  definePlugin,
  defineTexts,
  fromEnvironment,
  type JobContext,
  z,
} from '@hello/core'

const createReaders = defineMigration({
  name: '0001-create-chats',
  async up({ sql }) {
    await sql`
      CREATE TABLE morning_chats (chat_id bigint PRIMARY KEY, language text NOT NULL, greeted_for timestamptz)`
  },
  async down({ sql }) {
    await sql`DROP TABLE morning_chats`
  },
})

const contract = defineContract({
  name: 'morning',
  options: z.object({
    time: fromEnvironment('MORNING_TIME', z.string().default('08:00').describe('When it is morning: HH:MM.')),
    timeZone: fromEnvironment(
      'MORNING_TIME_ZONE',
      z.string().default('UTC').describe('Whose morning it is, such as Europe/Berlin.'),
    ),
  }),
  migrations: [createReaders],
  texts: defineTexts({
    en: {
      menu: 'Wish me a good morning, or stop it',
      on: 'Every day at {{time}} ({{timeZone}}) I will wish you a good morning.',
      off: 'I will let you sleep.',
      greeting: 'Good morning!',
    },
    ru: {
      menu: 'Желать доброго утра или перестать',
      on: 'Каждый день в {{time}} ({{timeZone}}) я пожелаю вам доброго утра.',
      off: 'Больше не буду будить.',
      greeting: 'Доброе утро!',
    },
  }),
})

export const morning = definePlugin(contract, {
  commands: { morning: { description: (t) => t('menu'), handle: toggle } },
  jobs: {
    greet: { schedule: ({ time, timeZone }) => daily(time, { timeZone }), run: greet },
  },
})

async function toggle(ctx: CommandContext<typeof contract>) {
  const { sql } = ctx.services.session
  const chatId = ctx.msg.chat.id
  const removed = await sql`DELETE FROM morning_chats WHERE chat_id = ${chatId} RETURNING chat_id`
  if (removed.length > 0) return ctx.outbox.reply(ctx.t('off'))
  await sql`INSERT INTO morning_chats (chat_id, language) VALUES (${chatId}, ${ctx.language})`
  await ctx.outbox.reply(ctx.t('on', ctx.options))
}

const batchSize = 100

/** A hundred chats in each transaction: a kill undoes one of them, and `greeted_for` says where to go on. */
async function greet({ services, scheduledFor }: JobContext<typeof contract>) {
  const chats = await services.session.sql<{ chat_id: string; language: string }>`
    UPDATE morning_chats SET greeted_for = ${scheduledFor}
    WHERE chat_id IN (
      SELECT chat_id FROM morning_chats
      WHERE greeted_for IS DISTINCT FROM ${scheduledFor} ORDER BY chat_id LIMIT ${batchSize}
    )
    RETURNING chat_id, language`
  for (const { chat_id: chatId, language } of chats)
    await services.outbox.sendMessage(Number(chatId), services.translate(language)('greeting'))
  return chats.length === batchSize ? 'again' : undefined
}
