/** Sends everybody who asked for it the quote of the day, at eight in the morning. */
import {
  type CommandContext,
  daily,
  defineContract,
  defineMigration,
  definePlugin,
  fromEnvironment,
  type JobContext,
  z,
} from '@hello/core'

const contract = defineContract({
  name: 'digest',
  options: z.object({
    time: fromEnvironment('DIGEST_TIME', z.string().default('08:00')),
    timeZone: fromEnvironment('DIGEST_TIME_ZONE', z.string().default('UTC')),
    batchSize: z.int().min(1).default(100),
  }),
  migrations: [
    defineMigration({
      name: '0001-create-readers',
      async up({ sql }) {
        await sql`CREATE TABLE digest_readers (chat_id bigint PRIMARY KEY, sent_for timestamptz)`
      },
      async down({ sql }) {
        await sql`DROP TABLE digest_readers`
      },
    }),
  ],
})

// #region job
export const digest = definePlugin(contract, {
  commands: { digest: { description: 'Get the quote of the day', handle: subscribe } },
  jobs: {
    'send-digest': {
      schedule: ({ time, timeZone }) => daily(time, { timeZone }),
      run: sendDigest,
    },
  },
})

async function sendDigest({ services, options, scheduledFor }: JobContext<typeof contract>) {
  const { session, outbox } = services
  const readers = await session.sql<{ chat_id: string }>`
    UPDATE digest_readers SET sent_for = ${scheduledFor}
    WHERE chat_id IN (
      SELECT chat_id FROM digest_readers
      WHERE sent_for IS DISTINCT FROM ${scheduledFor} ORDER BY chat_id LIMIT ${options.batchSize}
    )
    RETURNING chat_id`
  for (const reader of readers) await outbox.sendMessage(Number(reader.chat_id), '“Well begun is half done.”')
  return readers.length === options.batchSize ? 'again' : undefined
}
// #endregion

async function subscribe(ctx: CommandContext<typeof contract>) {
  const { session } = ctx.services
  await session.sql`INSERT INTO digest_readers (chat_id) VALUES (${ctx.msg.chat.id}) ON CONFLICT DO NOTHING`
  await ctx.outbox.reply(`You get it every day at ${ctx.options.time}.`)
}
