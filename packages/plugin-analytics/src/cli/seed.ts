/** `hello analytics seed`: people who never were and what they did, so that charts of a demonstration show something. */
import { type AddCliCommand, type CliCommand, type CliContext, type Sql, UsageError } from '@hello/core'
import type { AnalyticsContract } from '../contract.js'
import { restartRollUp, rollUpNext } from '../rollup.js'

interface SeedArguments {
  readonly users: number
  readonly days: number
  readonly yes: boolean
}

/** Telegram has given ids up to some 2^43; below 2^52, which is what the Bot API promises to stay under. */
const firstTelegramId = 2 ** 51

const peopleAtOnce = 5_000

/** See the file's purpose. */
export const seedCommand = (command: AddCliCommand<AnalyticsContract>): CliCommand =>
  command<SeedArguments>('seed', {
    describe: 'Add people who never were, and what they did, to a database for demonstrations',
    examples: [['analytics seed --users 1000 --days 90', 'Something to see in /stats']],
    builder: (yargs) =>
      yargs
        .option('users', { type: 'number', default: 1_000, requiresArg: true, describe: 'How many people' })
        .option('days', {
          type: 'number',
          default: 90,
          requiresArg: true,
          describe: 'How many days, today included',
        })
        .option('yes', { type: 'boolean', default: false, describe: 'Do it without a question' }),
    handle: seed,
  })

async function seed({
  args,
  confirm,
  unit,
  options,
  progress,
  note,
  signal,
}: CliContext<AnalyticsContract, SeedArguments>) {
  assertWhole('users', args.users, 1_000_000)
  // Sums are made anew from single events: of days whose events are gone, they would be lost.
  assertWhole('days', args.days, options.keepEventsDays)
  const question = `${args.users} people who never were go into the database, among those who are, with what they did on ${args.days} days.`
  if (!args.yes) await confirm(question)
  const days = progress(args.days, 'days')
  const firstId = await unit(({ session: { sql } }) => nextTelegramId(sql))
  for (let from = 0; from < args.users && !signal.aborted; from += peopleAtOnce) {
    const count = Math.min(peopleAtOnce, args.users - from)
    await unit(({ session: { sql } }) => addPeople(sql, firstId + from, count, { ...options, ...args }))
  }
  let added = 0
  for (let ago = args.days - 1; ago >= 0 && !signal.aborted; ago--) {
    added += await unit(({ session: { sql } }) => addDay(sql, firstId, ago, options.timeZone))
    days.advance()
  }
  days.stop()
  // What is added lies behind the end of the sums.
  await unit(({ session: { sql } }) => restartRollUp(sql, options.timeZone))
  const sums = progress(args.days, 'days of sums')
  while (!signal.aborted && (await unit(({ session: { sql } }) => rollUpNext(sql)))) sums.advance()
  sums.stop()
  note(`${args.users} people and ${added} events were added.`)
}

function assertWhole(name: string, value: number, most: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= most) return
  throw new UsageError('USAGE', `--${name} is ${value}, expected a whole number from 1 to ${most}.`)
}

async function nextTelegramId(sql: Sql): Promise<number> {
  const [row] = await sql<{ next: string }>`
    SELECT COALESCE(max(telegram_id) + 1, ${firstTelegramId}) AS next FROM users WHERE telegram_id >= ${firstTelegramId}`
  return Number(row?.next)
}

/** They come on all of the days, ever more of them. */
async function addPeople(
  sql: Sql,
  firstId: number,
  count: number,
  { days, timeZone }: { readonly days: number; readonly timeZone: string },
): Promise<void> {
  await sql`
    INSERT INTO users (telegram_id, first_name, language_code, status, created_at, updated_at)
    SELECT ${firstId}::bigint + i, 'Demo ' || (${firstId}::bigint + i - ${firstTelegramId}::bigint + 1),
      CASE WHEN random() < 0.3 THEN 'ru' ELSE 'en' END, 'active', came.at, came.at
    FROM generate_series(0, ${count}::integer - 1) AS i, LATERAL (
      SELECT ((clock_timestamp() AT TIME ZONE ${timeZone})::date - floor(${days}::integer * (1 - sqrt(random() + 0 * i)))::integer)::timestamp
        AT TIME ZONE ${timeZone} AS at
    ) AS came`
}

/**
 * Everybody is there on their first day, and ever less often after it, down to one day in eight; less at weekends. They
 * begin with a command and go on with messages, buttons and commands, half a minute apart, none after this moment.
 *
 * @returns how many events were added
 */
async function addDay(sql: Sql, firstId: number, ago: number, timeZone: string): Promise<number> {
  const [added] = await sql<{ events: number }>`
    WITH today AS (
      SELECT (clock_timestamp() AT TIME ZONE ${timeZone})::date - ${ago}::integer AS day
    ), visits AS (
      SELECT u.id, u.age, (t.day + interval '7 hours' + random() * interval '16 hours') AT TIME ZONE ${timeZone} AS at,
        1 + floor(-3 * ln(1 - random()))::integer AS steps
      FROM today t, LATERAL (
        SELECT id, t.day - (created_at AT TIME ZONE ${timeZone})::date AS age FROM users WHERE telegram_id >= ${firstId}
      ) AS u
      WHERE u.age = 0 OR u.age > 0 AND random() < (0.125 + 0.5 * exp(-u.age / 10.0))
        * CASE WHEN extract(isodow FROM t.day) > 5 THEN 0.7 ELSE 1 END
    ), steps AS (
      SELECT v.id, v.age, step, v.at + step * interval '30 seconds' AS at, random() AS chance, random() AS other,
        5 - 40 * ln(1 - random()) AS duration_ms
      FROM visits v, LATERAL generate_series(1, v.steps) AS step
    ), added AS (
      INSERT INTO analytics_events (type, user_id, data, duration_ms, occurred_at)
      SELECT CASE WHEN step = 1 OR chance < 0.1 THEN 'command' WHEN chance < 0.4 THEN 'callback' ELSE 'message' END, id,
        CASE WHEN step = 1 AND age = 0 THEN '{"command": "start"}'::jsonb
          WHEN step = 1 OR chance < 0.1 THEN
            jsonb_build_object('command', (ARRAY['start', 'help', 'me', 'language', 'invite'])[1 + floor(5 * other * other)::integer])
          WHEN chance < 0.4 THEN '{"button": "users-language"}'
          ELSE jsonb_build_object('kind', (ARRAY['text', 'photo', 'voice'])[1 + floor(3 * other ^ 4)::integer]) END,
        duration_ms, at
      FROM steps WHERE at < clock_timestamp() RETURNING 1
    )
    SELECT count(*)::integer AS events FROM added`
  return added?.events ?? 0
}
