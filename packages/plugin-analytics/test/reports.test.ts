import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { analytics } from '../src/index.js'
import { type ModelEvent, modelFunnel, modelOf } from './support/model.js'

const postgresUrl = inject('postgresUrl')

async function startWith(timeZone: string) {
  const app = createApp({ plugins: [users(), analytics({ timeZone, keepEventsDays: 36_500 })] })
  const bot = await startTestBot(app, { postgresUrl })
  const insert = (events: readonly ModelEvent[]) =>
    app.unit(async ({ session: { sql } }) => {
      await sql`
        INSERT INTO users (id, telegram_id)
        SELECT DISTINCT id, 1000 + id FROM unnest(${events.map(({ userId }) => userId)}::integer[]) AS id ON CONFLICT DO NOTHING`
      await sql`
        INSERT INTO analytics_events (type, user_id, data, duration_ms, is_activity, occurred_at)
        SELECT e.type, e."userId", e.data, e."durationMs", e."isActivity", e.at
        FROM jsonb_to_recordset(${JSON.stringify(events)}::jsonb) AS e (
          type text, "userId" integer, data jsonb, "durationMs" real, "isActivity" boolean, at timestamptz)`
    })
  const clear = () => app.unit(({ session: { sql } }) => restart(sql, timeZone))
  return { app, bot, insert, clear, rollUp: () => app.jobs.run('analytics/roll-up') }
}

async function restart(
  sql: (strings: TemplateStringsArray, ...values: unknown[]) => Promise<object[]>,
  zone: string,
) {
  await sql`TRUNCATE analytics_events, analytics_people, analytics_user_days, analytics_day_people,
    analytics_day_cohorts, analytics_day_counts`
  await sql`UPDATE analytics_rollup SET rolled_until = '-infinity', time_zone = ${zone}`
}

// Half an hour of daylight saving, a midnight that comes twice, one that is skipped, quarters of an hour, none at all.
const zones = [
  ['Europe/Berlin', '2024-10-27', '2024-03-31'],
  ['America/Havana', '2024-11-03', '2024-03-10'],
  ['Australia/Lord_Howe', '2024-04-07', '2024-10-06'],
  ['America/Sao_Paulo', '2018-02-18', '2018-11-04'],
  ['Asia/Kathmandu', '2024-02-29', '2024-12-31'],
  ['UTC', '2024-01-01', '2024-06-30'],
] as const

const hourMs = 3_600_000

const eventNear = (moments: readonly number[]) =>
  fc.record({
    userId: fc.integer({ min: 1, max: 6 }),
    type: fc.constantFrom('message', 'command', 'purchase', 'blocked'),
    // Most within some hours of a clock change, by the minute, some weeks away.
    at: fc
      .tuple(
        fc.constantFrom(...moments),
        fc.oneof(
          { weight: 3, arbitrary: fc.integer({ min: -30 * 60, max: 30 * 60 }) },
          { weight: 2, arbitrary: fc.integer({ min: -40 * 1440, max: 40 * 1440 }) },
        ),
      )
      .map(([moment, minutes]) => new Date(moment + minutes * 60_000).toISOString()),
    durationMs: fc.option(fc.integer({ min: 2, max: 5_000 }), { nil: null }),
  })

function dataOf({ type, userId, durationMs }: Omit<ModelEvent, 'data' | 'isActivity'>): ModelEvent['data'] {
  if (type === 'command') return { command: `c${userId % 3}` }
  return type === 'purchase' ? { paid: durationMs === null ? 'no' : 'yes' } : {}
}

test.each(zones)(
  'counts people and events by the calendar of %s, before and after they are rolled up',
  async (zone, first, second) => {
    const { app, bot, insert, clear, rollUp } = await startWith(zone)
    await using _ = bot
    const moments = [first, second].map((day) => Date.parse(`${day}T00:00:00Z`))
    const range = { from: `${first.slice(0, 4)}-01-05`, to: `${second.slice(0, 4)}-12-28` }
    await fc.assert(
      fc.asyncProperty(
        fc.array(eventNear(moments), { minLength: 1, maxLength: 30 }),
        fc.constantFrom('day' as const, 'week' as const, 'month' as const),
        fc.boolean(),
        async (drawn, by, isPartly) => {
          await clear()
          const events = drawn.map(
            (event): ModelEvent => ({
              ...event,
              isActivity: event.type !== 'blocked',
              data: dataOf(event),
            }),
          )
          // In the order of time, as they would come: what is rolled up is the past.
          events.sort((a, b) => a.at.localeCompare(b.at))
          const model = modelOf(events, zone)
          const pivot = events[Math.floor(events.length / 2)] as ModelEvent
          const isEarly = ({ at }: ModelEvent) => model.dayOf(at) <= model.dayOf(pivot.at)
          await insert(isPartly ? events.filter(isEarly) : events)
          if (isPartly) {
            await rollUp()
            await insert(events.filter((event) => !isEarly(event)))
          }
          for (const stage of ['before', 'after']) {
            if (stage === 'after') await rollUp()
            const answers = await app.unit(async ({ analyticsReports: reports }) => ({
              people: await reports.people({ ...range, by }),
              summary: await reports.summary(range),
              retention: await reports.retention({ ...range, by }),
              events: (await reports.events({ ...range, by })).map(({ start, total, byType }) => ({
                start,
                total,
                byType,
              })),
              funnel: (await reports.funnel({ ...range, ...modelFunnel })).map(({ people }) => people),
              commands: await reports.topCommands(range),
            }))
            expect(answers, stage).toEqual(model.answers(range, by))
          }
        },
      ),
      { numRuns: 3, seed: 7 },
    )
  },
  120_000,
)

test('an event of the last second before midnight is of that day, wherever midnight is', async () => {
  const { app, bot, insert } = await startWith('America/New_York')
  await using _ = bot
  const at = (iso: string) => ({
    userId: 1,
    type: 'message',
    data: {},
    durationMs: null,
    isActivity: true,
    at: iso,
  })
  // Clocks go back at 2:00 on the 3rd of November 2024: that day has 25 hours.
  await insert([at('2024-11-03T03:59:59.999Z'), at('2024-11-03T04:00:00Z'), at('2024-11-04T04:59:59.999Z')])
  const events = await app.unit(({ analyticsReports }) =>
    analyticsReports.events({ from: '2024-11-02', to: '2024-11-04' }),
  )
  expect(events.map(({ start, total }) => [start, total])).toEqual([
    ['2024-11-02', 1],
    ['2024-11-03', 2],
    ['2024-11-04', 0],
  ])
})

test('a funnel takes its steps in their order, each person once, and within the time that it is given', async () => {
  const { app, bot, insert } = await startWith('UTC')
  await using _ = bot
  const event = (userId: number, type: string, hour: number, data = {}) => ({
    userId,
    type,
    data,
    durationMs: null,
    isActivity: true,
    at: new Date(Date.parse('2024-05-01T00:00:00Z') + hour * hourMs).toISOString(),
  })
  const start = { command: 'start' }
  await insert([
    // Ordered twice, bought once, after the first order.
    ...[event(1, 'command', 0, start), event(1, 'order', 1), event(1, 'order', 2), event(1, 'purchase', 3)],
    // Bought before the order.
    ...[event(2, 'command', 0, start), event(2, 'purchase', 1), event(2, 'order', 2)],
    // Took two days.
    ...[event(3, 'command', 0, start), event(3, 'order', 1), event(3, 'purchase', 49)],
    // Never began, or with another command.
    ...[
      event(4, 'order', 1),
      event(4, 'purchase', 2),
      event(5, 'command', 0, { command: 'help' }),
      event(5, 'order', 1),
    ],
  ])
  const funnel = (withinDays?: number) =>
    app.unit(async ({ analyticsReports }) => {
      const steps = await analyticsReports.funnel({
        steps: [{ type: 'command', data: start }, 'order', 'purchase'],
        from: '2024-05-01',
        to: '2024-05-31',
        ...(withinDays !== undefined && { withinDays }),
      })
      return steps.map(({ people }) => people)
    })
  expect(await funnel()).toEqual([3, 3, 2])
  expect(await funnel(1)).toEqual([3, 3, 1])
  const [, , last] = await app.unit(({ analyticsReports }) =>
    analyticsReports.funnel({
      steps: ['command', 'order', 'purchase'],
      from: '2024-05-01',
      to: '2024-05-31',
    }),
  )
  expect(last).toEqual({ step: 'purchase', people: 2, rate: 0.5 })
})

test('a funnel reads a range in parts where it has many events, and counts as before', async () => {
  const { app, bot, rollUp } = await startWith('UTC')
  await using _ = bot
  // 60 000 orders on each of two days; every other person pays after them.
  await app.unit(async ({ session: { sql } }) => {
    await sql`INSERT INTO users (id, telegram_id) SELECT i, i FROM generate_series(1, 10000) AS i`
    await sql`
      INSERT INTO analytics_events (type, user_id, occurred_at)
      SELECT 'order', 1 + i % 10000, '2024-05-01T12:00:00Z'::timestamptz + day * interval '1 day' + i * interval '1 ms'
      FROM generate_series(0, 59999) AS i, generate_series(0, 1) AS day`
    await sql`
      INSERT INTO analytics_events (type, user_id, occurred_at)
      SELECT 'paid', i, '2024-05-02T18:00:00Z' FROM generate_series(1, 10000, 2) AS i`
  })
  const ask = () =>
    app.unit(async ({ analyticsReports }) => {
      const steps = await analyticsReports.funnel({
        steps: ['order', 'order', 'paid'],
        from: '2024-04-01',
        to: '2024-05-31',
      })
      return steps.map(({ people }) => people)
    })
  expect(await ask(), 'all at once').toEqual([10_000, 10_000, 5_000])
  await rollUp()
  expect(await ask(), 'in parts').toEqual([10_000, 10_000, 5_000])
})

test('response times are right to a tenth, rolled up or not', async () => {
  const { app, bot, insert, rollUp } = await startWith('UTC')
  await using _ = bot
  const durations = Array.from({ length: 1_000 }, (_, index) => index + 1)
  await insert(
    durations.map((durationMs) => ({
      userId: 1,
      type: 'message',
      data: {},
      durationMs,
      isActivity: true,
      at: '2024-05-01T12:00:00Z',
    })),
  )
  const ask = () =>
    app.unit(({ analyticsReports }) =>
      analyticsReports.responseTimes({ from: '2024-05-01', to: '2024-05-01' }),
    )
  for (const stage of ['live', 'rolled']) {
    if (stage === 'rolled') await rollUp()
    const { count, averageMs, medianMs, p95Ms, p99Ms } = await ask()
    expect([count, averageMs]).toEqual([1_000, 500.5])
    for (const [found, exact] of [
      [medianMs, 500],
      [p95Ms, 950],
      [p99Ms, 990],
    ] as const)
      expect(Math.abs(found / exact - 1)).toBeLessThan(0.1)
  }
})

describe('refuses', () => {
  const app = createApp({ plugins: [users(), analytics()] })
  let bot: TestBot
  beforeAll(async () => {
    bot = await startTestBot(app, { postgresUrl })
  })
  afterAll(() => bot?.stop())

  test.each([
    [{ from: '2024-02-30' }, 'expected a day of the calendar'],
    [{ from: 'yesterday' }, 'expected a day of the calendar'],
    [{ from: '2024-03-02', to: '2024-03-01' }, 'are 0 days'],
    [{ from: '1990-01-01', to: '2024-03-01' }, 'expected 1 to 3660'],
    [{ by: 'year' }, "expected 'day', 'week' or 'month'"],
    [{ limit: 0 }, 'a whole number from 1 to 100'],
  ])('a report of %j', async (asked, reason) => {
    const refused = app.unit(async ({ analyticsReports }) =>
      'limit' in asked ? analyticsReports.topCommands(asked) : analyticsReports.people(asked as never),
    )
    const message = expect.stringContaining(reason)
    await expect(refused).rejects.toMatchObject({ code: 'ANALYTICS_PERIOD', message })
  })

  test.each([[['one']], [Array(11).fill('x')], [['a', '']], [['a', { data: {} }]]])(
    'a funnel of %j',
    async (steps) => {
      const refused = app.unit(({ analyticsReports }) => analyticsReports.funnel({ steps: steps as never }))
      await expect(refused).rejects.toMatchObject({ code: 'ANALYTICS_FUNNEL' })
    },
  )

  test('a funnel whose time is none', async () => {
    const refused = app.unit(({ analyticsReports }) =>
      analyticsReports.funnel({ steps: ['a', 'b'], withinDays: 0 }),
    )
    await expect(refused).rejects.toMatchObject({ code: 'ANALYTICS_FUNNEL' })
  })
})
