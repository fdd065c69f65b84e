/** Tells which features are on, and notes who asked: two things that a bot may do for every update. */
import {
  type CommandContext,
  defineAppender,
  defineContract,
  defineLoader,
  defineMigration,
  definePlugin,
  statement,
} from '@hello/core'

interface Feature {
  name: string
  isOn: boolean
}

interface Question {
  telegramId: number
  feature: string
}

// Whoever asks for a feature at the same moment is answered by one statement.
const byName = defineLoader<string, Feature>({
  select: (names) => statement`SELECT name, is_on AS "isOn" FROM features WHERE name = ANY(${names}::text[])`,
  keyOf: ({ name }) => name,
})

// Leaves with the commit, in one statement with the questions of other updates.
const questions = defineAppender<Question>(
  (rows) => statement`
    INSERT INTO feature_questions (telegram_id, feature)
    SELECT * FROM unnest(
      ${rows.map(({ telegramId }) => telegramId)}::bigint[], ${rows.map(({ feature }) => feature)}::text[])`,
)

const createTables = defineMigration({
  name: '0001-create-features',
  async up({ sql }) {
    await sql`CREATE TABLE features (name text PRIMARY KEY, is_on boolean NOT NULL)`
    await sql`INSERT INTO features (name, is_on) VALUES ('games', true), ('polls', false)`
    await sql`CREATE TABLE feature_questions (telegram_id bigint NOT NULL, feature text NOT NULL)`
  },
  async down({ sql }) {
    await sql`DROP TABLE features, feature_questions`
  },
})

const contract = defineContract({ name: 'features', migrations: [createTables] })

export const features = definePlugin(contract, {
  commands: { feature: { description: 'Is a feature on?', handle: tell } },
})

async function tell(ctx: CommandContext<typeof contract>) {
  const { session } = ctx.services
  const feature = await session.load(byName, ctx.payload)
  session.append(questions, { telegramId: ctx.from.id, feature: ctx.payload })
  await ctx.outbox.reply(feature?.isOn ? 'On.' : 'Off.')
}
