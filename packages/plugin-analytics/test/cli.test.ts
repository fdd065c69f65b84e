/** The commands of `hello`: what leaves as a file, and a demonstration. */
import { createApp } from '@hello/core'
import { runTestCommand, startTestBot, type TestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import { afterEach, beforeEach, expect, inject, test } from 'vitest'
import { analytics } from '../src/index.js'

const app = createApp({ plugins: [users(), analytics({ timeZone: 'Europe/Berlin' })] })
let bot: TestBot
beforeEach(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterEach(() => bot?.stop())

const run = (...line: string[]) => runTestCommand(bot, ['analytics', ...line])

/** 23:30 and 0:30 in Berlin, with data that both formats must quote. */
const write = () =>
  app.unit(async ({ session: { sql } }) => {
    await sql`INSERT INTO users (id, telegram_id) VALUES (1, 42)`
    await sql`
      INSERT INTO analytics_events (id, type, user_id, data, duration_ms, is_activity, occurred_at) VALUES
        (9007199254740993, 'note, "long"', 1, '{"text": "a\\nb, \\"c\\""}', 1.5, true, '2024-05-01T21:30:00.000001Z'),
        (2, 'purchase', NULL, '{}', NULL, false, '2024-05-01T22:30:00Z')`
  })

test('exports the events of some days as CSV, quoted as RFC 4180 says', async () => {
  await write()
  const { lines, notes } = await run('export', '--from', '2024-05-01', '--to', '2024-05-02')
  expect(lines.join('\n')).toBe(
    `id,occurred_at,type,user_id,duration_ms,is_activity,data
9007199254740993,2024-05-01T21:30:00.000001Z,"note, ""long""",1,1.5,true,"{""text"":""a\\nb, \\""c\\""""}"
2,2024-05-01T22:30:00.000000Z,purchase,,,false,{}`,
  )
  expect(notes).toContain('2 events were exported.')
  const { lines: first } = await run('export', '--from', '2024-05-01', '--to', '2024-05-01')
  expect(first.join('\n').split('\n')).toHaveLength(2)
})

test('exports them as JSON, of one type or all, and none as an empty list', async () => {
  await write()
  const json = async (...line: string[]) =>
    JSON.parse((await run('export', '--format', 'json', ...line)).lines.join('\n'))
  const both = await json('--from', '2024-05-01', '--to', '2024-05-02')
  expect(both).toHaveLength(2)
  expect(both[0]).toEqual({
    id: '9007199254740993',
    occurredAt: '2024-05-01T21:30:00.000001Z',
    type: 'note, "long"',
    userId: 1,
    durationMs: 1.5,
    isActivity: true,
    data: { text: 'a\nb, "c"' },
  })
  const bought = await json('--from', '2024-05-01', '--to', '2024-05-02', '--type', 'purchase')
  expect(bought.map(({ id }: { id: string }) => id)).toEqual(['2'])
  expect(await json()).toEqual([])
})

test('exports every event once where a batch ends among those of one moment', async () => {
  await app.unit(
    ({ session: { sql } }) => sql`
      INSERT INTO analytics_events (type, occurred_at)
      SELECT 'message', '2024-05-01T12:00:00Z'::timestamptz + (i / 3000) * interval '1 ms'
      FROM generate_series(1, 7000) AS i`,
  )
  const { lines } = await run('export', '--format', 'json', '--from', '2024-05-01', '--to', '2024-05-01')
  const ids = JSON.parse(lines.join('\n')).map(({ id }: { id: string }) => Number(id))
  expect(ids).toEqual(Array.from({ length: 7_000 }, (_, index) => index + 1))
})

test('ends a list of JSON that is broken off as a list', async () => {
  await write()
  const { lines } = await runTestCommand(bot, ['analytics', 'export', '--format', 'json'], {
    signal: AbortSignal.abort(),
  })
  expect(JSON.parse(lines.join('\n'))).toEqual([])
})

test('adds people and what they did, so that every report has something to say', async () => {
  const { notes } = await run('seed', '--users', '1000', '--days', '40', '--yes')
  expect(notes.at(-1)).toMatch(/^1000 people and \d+ events were added\.$/)
  await run('seed', '--users', '10', '--days', '2', '--yes')
  const { people, weeks, commands, times, state } = await app.unit(
    async ({ analyticsReports: reports, session: { sql } }) => ({
      people: await reports.people(),
      weeks: await reports.retention({ by: 'week' }),
      commands: await reports.topCommands(),
      times: await reports.responseTimes(),
      state: await sql<{ people: number; early: boolean; late: boolean }>`
        SELECT (SELECT count(*)::int FROM users) AS people, rolled_until > now() - interval '1 day' AS early,
          EXISTS (SELECT FROM analytics_events WHERE occurred_at > clock_timestamp()) AS late
        FROM analytics_rollup`,
    }),
  )
  expect(state).toEqual([{ people: 1010, early: true, late: false }])
  expect(people.slice(0, -1).every(({ active }) => active > 5)).toBe(true)
  expect(weeks[0]?.active[1]).toBeGreaterThan(0)
  expect(commands.map(({ command }) => command)).toContain('help')
  expect(times.medianMs).toBeGreaterThan(5)
})

test.each([
  [['seed', '--users', '0', '--yes'], 'USAGE', '--users is 0'],
  [['seed', '--days', '401', '--yes'], 'USAGE', 'a whole number from 1 to 400'],
  [['seed'], 'CONFIRM_REQUIRED', 'people who never were'],
  [['export', '--format', 'xml'], 'USAGE', 'csv'],
  [['export', '--from', 'May'], 'ANALYTICS_PERIOD', 'expected a day of the calendar'],
])('refuses %j', async (line, code, reason) => {
  await expect(run(...line)).rejects.toMatchObject({ code, message: expect.stringContaining(reason) })
})
