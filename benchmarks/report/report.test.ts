/** What a run says in the end: the line of JSON, the comparison, the page. */
import { expect, test } from 'vitest'
import { compare, goals, isReached, valueAt } from './goals.mjs'
import { fillPage, measuredParts } from './page.mjs'
import { growthPicture, wholeJobPicture } from './pictures.mjs'
import { summarize } from './summary.mjs'
import { layersTable, toMarkdown, toText } from './tables.mjs'

const figures = (updatesPerSecond: number, cpuMicros: number, p99Ms: number, databaseMicros?: number) => ({
  medians: {
    updatesPerSecond,
    cpuMicros,
    databaseMicros,
    p50Ms: 1,
    p99Ms,
    rssMb: 80,
    foreignShare: 0.01,
    withInboxMicros: 200,
  },
  spreads: { updatesPerSecond: 0.1, cpuMicros: 0.1 },
  disturbed: 0,
})
const peer = (label: string, ...given: Parameters<typeof figures>) => ({ label, ...figures(...given) })

const results = {
  wholeJob: {
    settings: [
      { name: 'webhook-1', label: 'webhook, 1 in flight', peers: { hello: peer('Hello', 1, 1, 1) } },
      {
        name: 'webhook-32',
        label: 'webhook, 32 in flight',
        peers: {
          hello: peer('Hello', 4_000, 200, 10),
          'hello-without-inbox': peer('Hello without its inbox', 4_400, 184, 9),
          'telegraf-pg': peer('telegraf + pg', 2_000, 400, 20),
          'telegraf-sequelize': peer('telegraf + Sequelize', 1_000, 1_000, 40),
          'grammy-kysely': peer('grammY + Kysely', 1_600, 500, 30),
          'grammy-drizzle': peer('grammY + Drizzle', 1_250, 600, 35),
          floor: peer('floor', 5_000, 160, 8),
        },
      },
    ],
  },
  parts: {
    cpuMicros: 200,
    layers: [
      { name: 'inbox', share: 0.25 },
      { name: 'PostgreSQL driver', share: 0.75 },
    ],
    alone: {
      dispatch: [{ commands: 200, hello: 0.5, telegraf: 200 }],
      unit: { unit: 3, scope: 2.5 },
      transport: { hello: 20, telegraf: 80, grammy: 100 },
      lanes: [
        { chats: 1_000, microsPerItem: 1, bytesPerWaitingLane: 200, bytesPerIdleLane: 0, lanesLeft: 0 },
        { chats: 100_000, microsPerItem: 1.1, bytesPerWaitingLane: 190, bytesPerIdleLane: 0, lanesLeft: 0 },
      ],
    },
  },
  growth: [
    {
      name: 'users',
      label: 'people',
      points: [
        { at: 1e3, ...figures(4_000, 200, 10, 300) },
        { at: 1e6, ...figures(3_900, 210, 11, 340) },
      ],
    },
  ],
  startUp: [
    {
      name: 'hello',
      label: 'Hello',
      medians: { firstAnswerMs: 612.345, idleRssMb: 91.2345 },
      spreads: { firstAnswerMs: 0.1 },
    },
  ],
}

test('the summary is Hello divided by the peer, at 32 in flight', () => {
  expect(summarize(results)).toEqual({
    ratios: {
      updatesPerSecond: {
        'telegraf-pg': 2,
        'telegraf-sequelize': 4,
        'grammy-kysely': 2.5,
        'grammy-drizzle': 3.2,
      },
      cpuPerUpdate: { floor: 1.25 },
      p99: { 'telegraf-pg': 0.5 },
      dispatch200: { telegraf: 0.0025 },
      users1e6: 1.1,
    },
    scopeMicros: 5.5,
    inboxShare: 0.08,
    startMs: 612.3,
    idleRssMb: 91.23,
  })
})

test('its keys stand in the order in which they were promised', () => {
  expect(JSON.stringify(summarize({}))).toBe(
    '{"ratios":{"updatesPerSecond":{"telegraf-pg":null,"telegraf-sequelize":null,"grammy-kysely":null,"grammy-drizzle":null},' +
      '"cpuPerUpdate":{"floor":null},"p99":{"telegraf-pg":null},"dispatch200":{"telegraf":null},"users1e6":null},' +
      '"scopeMicros":null,"inboxShare":null,"startMs":null,"idleRssMb":null}',
  )
})

test('every goal is of a figure of the summary', () => {
  const summary = summarize(results)
  for (const { path } of goals) expect(valueAt(summary, path), path).toBeTypeOf('number')
})

test('a goal is reached from its side', () => {
  const more = goals.find(({ path }) => path === 'ratios.updatesPerSecond.telegraf-pg')
  const less = goals.find(({ path }) => path === 'scopeMicros')
  expect([isReached(more as never, 2), isReached(more as never, 1.9)]).toEqual([true, false])
  expect([isReached(less as never, 8), isReached(less as never, 8.1)]).toEqual([true, false])
  expect(isReached(less as never, null)).toBeUndefined()
})

test('a check says what got slower, whichever way better is', () => {
  const before = summarize(results)
  const after = structuredClone(before)
  after.ratios.updatesPerSecond['telegraf-pg'] = 1.6
  after.ratios.cpuPerUpdate.floor = 1.5
  after.ratios.updatesPerSecond['grammy-kysely'] = 3
  const slower = compare(before, after, { isSameMachine: true }).filter(({ isSlower }) => isSlower)
  expect(slower.map(({ label }) => label)).toEqual([
    'updates/s against telegraf + pg',
    'CPU per update against the floor',
  ])
})

test('a share is compared in parts of the whole, and a quick run has twice the slack', () => {
  const before = { ...summarize(results), inboxShare: -0.01 }
  const isSlower = (inboxShare: number, tolerance: number) =>
    compare(before, { ...before, inboxShare }, { isSameMachine: true, tolerance }).some(
      (each) => each.isSlower,
    )
  expect([isSlower(0.01, 1), isSlower(0.03, 1), isSlower(0.03, 2)]).toEqual([false, true, false])
})

test('a check leaves out what was not measured, and milliseconds of another machine', () => {
  const before = summarize(results)
  const compared = compare(before, summarize({ startUp: results.startUp }), { isSameMachine: false })
  expect(compared).toEqual([])
  const here = compare(before, summarize({ startUp: results.startUp }), { isSameMachine: true })
  expect(here.map(({ change }) => change)).toEqual([0, 0])
})

test('the last row of the parts is the sum of the others', () => {
  const { rows } = layersTable(results.parts)
  expect(rows).toEqual([
    ['inbox', '50.0', '25.0 %'],
    ['PostgreSQL driver', '150.0', '75.0 %'],
    ['all of it', '200.0', '100.0 %'],
  ])
})

test('a table is shown in a terminal and on a page', () => {
  const table = { title: 'Parts', head: ['part', 'µs'], rows: [['inbox', '5']] }
  expect(toText(table)).toBe('Parts\npart   µs\ninbox   5')
  expect(toMarkdown(table)).toBe('| part | µs |\n| --- | ---: |\n| inbox | 5 |')
})

test('the page has a place for everything that is measured', () => {
  const measured = measuredParts(results, summarize(results), {
    date: '2026-01-01',
    commit: 'abc',
    machine: '2 × CPU',
    node: '20',
    database: 'PostgreSQL',
    minutes: 18,
  })
  const page = Object.keys(measured)
    .map((name) => `<!-- measured ${name} -->\nold\n<!-- end measured -->`)
    .join('\n')
  const filled = fillPage(`# Page\n${page}\nthe end`, measured)
  expect(filled).not.toContain('old')
  expect(filled).toContain('| Hello | 4000 |')
  expect(fillPage(filled, measured)).toBe(filled)
  expect(() => fillPage('# Page', measured)).toThrow('The page has no place for: run, summary')
  expect(() => fillPage('<!-- measured lost -->\n<!-- end measured -->', {})).toThrow('"lost"')
})

test('the pictures show every peer and every point', () => {
  const bars = wholeJobPicture(results.wholeJob.settings[1])
  for (const label of ['Hello', 'telegraf + pg', 'grammY + Drizzle']) expect(bars).toContain(`>${label}<`)
  expect(bars.match(/<rect /g)).toHaveLength(1 + 2 * 7)
  const curves = growthPicture(results.growth, results.parts.alone.lanes)
  expect(curves.match(/<polyline /g)).toHaveLength(3)
  expect(curves.match(/<circle /g)).toHaveLength(6)
  expect(curves).not.toContain('NaN')
})
