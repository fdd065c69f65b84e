/** Fills a database with events and measures what each answer costs. `npx tsx packages/plugin-analytics/scripts/measure-answers.mts 5000000 365`, with DATABASE_URL of a server that lets databases be made. */
import { createApp } from '@hello/core'
import { startTestBot } from '@hello/core/testing'
import { users } from '@hello/plugin-users'
import pg from 'pg'
import { type AnalyticsReports, analytics } from '../src/index.js'

const [eventCount = 5_000_000, days = 365] = process.argv.slice(2).map(Number)
const peopleCount = 100_000
const postgresUrl = process.env.DATABASE_URL
const print = (line: string) => process.stdout.write(`${line}\n`)

const app = createApp({ plugins: [users(), analytics({ timeZone: 'Europe/Berlin' })] })
await using bot = await startTestBot(app, { ...(postgresUrl && { postgresUrl }) })
void bot

const client = new pg.Client(bot.databaseUrl)
await client.connect()
const beganAtMs = performance.now()
await client.query(
  'INSERT INTO users (id, telegram_id) SELECT i, i FROM generate_series(1, $1::integer) AS i',
  [peopleCount],
)
// Visits of five events: four messages or buttons and a command, a few seconds apart.
await client.query(
  `INSERT INTO analytics_events (type, user_id, data, duration_ms, occurred_at)
   SELECT (ARRAY['command', 'message', 'message', 'callback', 'purchase'])[1 + i % 5],
     1 + floor(pow(abs(hashint4(i / 5) % 1000000) / 1000000.0, 2) * $2)::integer,
     CASE i % 5 WHEN 0 THEN jsonb_build_object('command', (ARRAY['start', 'help', 'buy', 'me'])[1 + (i / 5) % 4])
       WHEN 3 THEN '{"button": "rate"}' WHEN 4 THEN '{"amount": 3}' ELSE '{"kind": "text"}' END,
     2 + abs(hashint4(i)) % 200,
     now() - ($1 - i) * ($3 * interval '1 day' / $1)
   FROM generate_series(1, $1::integer) AS i`,
  [eventCount, peopleCount, days],
)
await client.query('VACUUM ANALYZE')
print(`${eventCount} events of ${days} days written in ${seconds(beganAtMs)} s`)
const rolledAtMs = performance.now()
await app.jobs.run('analytics/roll-up')
await client.query('VACUUM ANALYZE')
print(`rolled up in ${seconds(rolledAtMs)} s`)

const size = async (name: string) => {
  const { rows } = await client.query('SELECT pg_size_pretty(pg_total_relation_size($1)) AS size', [name])
  return `${name} ${rows[0].size}`
}
for (const table of [
  'analytics_events',
  'analytics_user_days',
  'analytics_day_people',
  'analytics_day_counts',
  'analytics_people',
])
  print(await size(table))

const answers = {
  'people by day': (reports) => reports.people({ by: 'day' }),
  'people by week': (reports) => reports.people({ by: 'week' }),
  'people by month': (reports) => reports.people({ by: 'month' }),
  summary: (reports) => reports.summary(),
  'retention by day': (reports) => reports.retention({ by: 'day' }),
  'retention by week': (reports) => reports.retention({ by: 'week' }),
  'events by day': (reports) => reports.events({ by: 'day' }),
  'top commands': (reports) => reports.topCommands(),
  'response times': (reports) => reports.responseTimes(),
  'funnel of 2 steps': (reports) =>
    reports.funnel({ steps: [{ type: 'command', data: { command: 'buy' } }, 'purchase'] }),
} satisfies Record<string, (reports: AnalyticsReports) => Promise<unknown>>
for (const [name, ask] of Object.entries(answers)) {
  const times: number[] = []
  for (let round = 0; round < 9; round++) {
    const askedAtMs = performance.now()
    await app.unit(({ analyticsReports }) => ask(analyticsReports))
    times.push(performance.now() - askedAtMs)
  }
  print(`${name.padEnd(20)} ${medianOf(times).toFixed(1)} ms`)
}

const distinct = `
  SELECT (occurred_at AT TIME ZONE 'Europe/Berlin')::date, count(DISTINCT user_id) FROM analytics_events
  WHERE occurred_at >= now() - interval '30 days' GROUP BY 1`
await timed('single events, b-tree', distinct)
await client.query('DROP INDEX analytics_events_time')
await client.query('CREATE INDEX by_block ON analytics_events USING brin (occurred_at)')
await timed('single events, BRIN', distinct)
await client.query('DROP INDEX by_block')
await client.end()

async function timed(name: string, query: string): Promise<void> {
  const times: number[] = []
  for (let round = 0; round < 5; round++) {
    const askedAtMs = performance.now()
    await client.query(query)
    times.push(performance.now() - askedAtMs)
  }
  print(`${name.padEnd(20)} ${medianOf(times).toFixed(1)} ms`)
}

function seconds(sinceMs: number): string {
  return ((performance.now() - sinceMs) / 1_000).toFixed(1)
}

function medianOf(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] as number
}
