/** `node benchmarks/people.mjs`: what people and their events cost as both grow. Prints a table; `--quick` leaves the large size out. The packages must be built. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createApp } from '@hello/core'
import { startTestBot, startTestServer } from '@hello/core/testing'
import { analytics } from '@hello/plugin-analytics'
import { users } from '@hello/plugin-users'
import pg from 'pg'

const { values: options } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const sizes = [
  { people: 1_000, events: 100_000 },
  { people: 1_000_000, events: 5_000_000 },
].slice(0, options.quick ? 1 : 2)
const days = 365

const server = await startTestServer({ databaseUrl: process.env.DATABASE_URL, durable: true })
console.error(server.description)
const rows = new Map()
try {
  for (const size of sizes) {
    const column = `${size.people.toLocaleString('en')} people, ${size.events.toLocaleString('en')} events`
    for await (const [name, figure] of measure(size)) rows.set(name, { ...rows.get(name), [column]: figure })
  }
} finally {
  await server.stop()
}
console.table(Object.fromEntries(rows))

async function* measure(size) {
  const app = createApp({
    plugins: [users(), analytics({ timeZone: 'Europe/Berlin', keepEventsDays: 36_500 })],
  })
  const bot = await startTestBot(app, { postgresUrl: server.url, env: { LOG_LEVEL: 'error' } })
  const client = new pg.Client(bot.databaseUrl)
  await client.connect()
  try {
    yield ['filled, s', await secondsOf(() => fill(client, size))]
    yield ['added up for the first time, s', await secondsOf(() => app.jobs.run('analytics/roll-up'))]
    await client.query('VACUUM ANALYZE')
    yield* tableSizes(client)
    yield* calls(app, size)
    yield* answers(app)
    yield* exporting(bot.databaseUrl)
  } finally {
    await client.end()
    await bot.stop()
  }
}

/** Visits of five events, a few seconds apart: a command, two messages, a button and a purchase. Some people come often. */
async function fill(client, { people, events }) {
  await client.query(
    `INSERT INTO users (id, telegram_id, username, first_name, status)
     SELECT i, i, 'person_' || i, 'Person', 'active' FROM generate_series(1, $1::integer) AS i`,
    [people],
  )
  await client.query(`SELECT setval(pg_get_serial_sequence('users', 'id'), $1)`, [people])
  await client.query(
    `INSERT INTO analytics_events (type, user_id, data, duration_ms, occurred_at)
     SELECT (ARRAY['command', 'message', 'message', 'callback', 'purchase'])[1 + i % 5],
       1 + floor(pow(abs(hashint4(i / 5) % 1000000) / 1000000.0, 2) * $2)::integer,
       CASE i % 5 WHEN 0 THEN jsonb_build_object('command', (ARRAY['start', 'help', 'buy', 'me'])[1 + (i / 5) % 4])
         WHEN 3 THEN '{"button": "rate"}' WHEN 4 THEN '{"amount": 3}' ELSE '{"kind": "text"}' END,
       2 + abs(hashint4(i)) % 200,
       now() - ($1 - i) * ($3 * interval '1 day' / $1)
     FROM generate_series(1, $1::integer) AS i`,
    [events, people, days],
  )
  await client.query('VACUUM ANALYZE')
}

async function* tableSizes(client) {
  const megabytes = async (condition) => {
    const { rows: found } = await client.query(
      `SELECT round(sum(pg_total_relation_size(oid)) / 1e6) AS size FROM pg_class WHERE relkind = 'r' AND ${condition}`,
    )
    return Number(found[0].size)
  }
  yield ['people, MB', await megabytes(`relname = 'users'`)]
  yield ['single events, MB', await megabytes(`relname = 'analytics_events'`)]
  yield ['their sums, MB', await megabytes(`relname LIKE 'analytics_%' AND relname <> 'analytics_events'`)]
}

/** Each in a unit of work of its own, one after the other. */
async function* calls(app, { people }) {
  const person = (id, first_name = 'Person') => ({ id, is_bot: false, first_name, username: `person_${id}` })
  const anybody = (index) => 1 + ((index * 7_919) % people)
  const rounds = 2_000
  const work = {
    'remember: known, ms': (index) => (services) => services.users.remember(person(anybody(index))),
    'remember: another name, ms': (index) => (services) =>
      services.users.remember(person(anybody(index), `Person ${index}`)),
    'remember: new, ms': (index) => (services) => services.users.remember(person(people + 1 + index)),
    'track, ms': (index) => (services) =>
      services.analytics.track('purchase', { amount: 3 }, { userId: anybody(index) }),
    'find by username, ms': (index) => (services) => services.users.find(`@person_${anybody(index)}`),
    'search by the beginning, ms': (index) => (services) => services.users.search(`person_${anybody(index)}`),
  }
  for (const [name, prepare] of Object.entries(work))
    yield [name, await timed(rounds, (index) => app.unit(prepare(index)))]
  const few = {
    'count, ms': (services) => services.users.count(),
    'the first page of /users, ms': (services) => services.users.page({ page: 1, pageSize: 10 }),
    'the last page of /users, ms': (services) => services.users.page({ page: people, pageSize: 10 }),
  }
  for (const [name, ask] of Object.entries(few)) yield [name, await timed(15, () => app.unit(ask))]
}

/** Of the last 30 days. */
async function* answers(app) {
  const buy = { type: 'command', data: { command: 'buy' } }
  const asked = {
    'people by day': (reports) => reports.people({ by: 'day' }),
    'people by week': (reports) => reports.people({ by: 'week' }),
    'people by month': (reports) => reports.people({ by: 'month' }),
    summary: (reports) => reports.summary(),
    'retention by day': (reports) => reports.retention({ by: 'day' }),
    'retention by week': (reports) => reports.retention({ by: 'week' }),
    'events by day': (reports) => reports.events({ by: 'day' }),
    'top commands': (reports) => reports.topCommands(),
    'response times': (reports) => reports.responseTimes(),
    'funnel: /buy, purchase': (reports) => reports.funnel({ steps: [buy, 'purchase'] }),
    'funnel: command, purchase': (reports) => reports.funnel({ steps: ['command', 'purchase'] }),
    'funnel: of two with data': (reports) =>
      reports.funnel({ steps: [buy, { type: 'purchase', data: { amount: 3 } }] }),
  }
  for (const [name, ask] of Object.entries(asked)) {
    const figure = await timed(15, () => app.unit(({ analyticsReports }) => ask(analyticsReports)))
    yield [`${name}, ms`, figure]
  }
}

/** As a process of its own, so that its memory is its own. */
async function* exporting(databaseUrl) {
  const project = fileURLToPath(new URL('../examples/hello-bot', import.meta.url))
  const cli = join(
    dirname(createRequire(join(project, 'package.json')).resolve('@hello/core/package.json')),
    'dist/cli/main.js',
  )
  const tellMemory = `data:text/javascript,process.on('exit',()=>process.stderr.write('maxRSS '+process.resourceUsage().maxRSS))`
  const beganAtMs = performance.now()
  const child = spawn(
    process.execPath,
    [
      '--import',
      tellMemory,
      cli,
      'analytics',
      'export',
      '--from',
      new Date(Date.now() - 400 * 864e5).toISOString().slice(0, 10),
    ],
    {
      cwd: project,
      env: { ...process.env, BOT_TOKEN: `123456:${'A'.repeat(35)}`, DATABASE_URL: databaseUrl },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let [lines, told] = [0, '']
  child.stdout.on('data', (chunk) => {
    for (const byte of chunk) if (byte === 10) lines++
  })
  child.stderr.on('data', (chunk) => {
    told += chunk
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`The export ended with ${code}: ${told}`)
  yield ['export of all: events', lines - 1]
  yield ['export of all, s', ((performance.now() - beganAtMs) / 1_000).toFixed(1)]
  yield ['export of all, most memory, MB', Math.round(Number(/maxRSS (\d+)/.exec(told)[1]) / 1_000)]
}

async function secondsOf(work) {
  const beganAtMs = performance.now()
  await work()
  return ((performance.now() - beganAtMs) / 1_000).toFixed(1)
}

/** The median, and the least, which is nearer to what the work itself takes where a machine has other work too. After a tenth of the rounds to warm up. */
async function timed(rounds, work) {
  const times = []
  const warmUp = Math.ceil(rounds / 10) + 2
  for (let round = 0; round < rounds + warmUp; round++) {
    const beganAtMs = performance.now()
    await work(round)
    if (round >= warmUp) times.push(performance.now() - beganAtMs)
  }
  times.sort((a, b) => a - b)
  return `${times[Math.floor(rounds / 2)].toFixed(2)} (${times[0].toFixed(2)})`
}
