/** What an update costs as a bot grows: more people, more events, more plugins. CPU time of the bot, and of bot and database together. */
import { withClient } from '../harness/database.mjs'
import { startPeer } from '../harness/peer.mjs'
import { firstPerson } from '../harness/people.mjs'
import { measureRounds } from '../harness/rounds.mjs'
import { selectPeers } from '../peers/peers.mjs'
import { summaryOf } from './whole-job.mjs'

const inFlight = 32

/** The curves, each with its points. A quick run has the ends of the first. */
export const curves = (isQuick) => [
  {
    name: 'users',
    label: 'people',
    points: (isQuick ? [1e3, 1e6] : [1e3, 1e4, 1e5, 1e6]).map((users) => ({
      at: users,
      users,
      events: 0,
      plugins: 0,
    })),
  },
  ...(isQuick
    ? []
    : [
        {
          name: 'events',
          label: 'events',
          points: [1e5, 1e6, 5e6].map((events) => ({ at: events, users: 1e3, events, plugins: 0 })),
        },
        {
          name: 'plugins',
          label: 'plugins beside the greeting and the two it needs',
          points: [1, 10, 50].map((plugins) => ({ at: plugins, users: 1e3, events: 0, plugins })),
        },
      ]),
]

/** @returns {Promise<{ name: string, label: string, points: { at: number, medians: object, spreads: object, disturbed: number }[] }[]>} */
export async function measureGrowth({ isQuick, rounds, databases, cpuWatch, mayRepeat, say }) {
  const results = []
  for (const { name, label, points } of curves(isQuick)) {
    const measured = await measureCurve(name, points, {
      isQuick,
      rounds,
      databases,
      cpuWatch,
      mayRepeat,
      say,
    })
    results.push({ name, label, points: measured })
  }
  return results
}

async function measureCurve(curve, points, { isQuick, rounds, databases, cpuWatch, mayRepeat, say }) {
  const count = isQuick ? 1_000 : 3_000
  const running = []
  try {
    for (const point of points) {
      running.push(await startPoint(point, { databases, cpuWatch, say: (text) => say(`${curve}: ${text}`) }))
    }
    const size = (subject) => ({ count, inFlight, people: subject.point.users })
    // All are filled before any is warmed: what the server puts off after a fill meets no round.
    for (const subject of running) await subject.started.round({ ...size(subject), count: 2_000 })
    const figures = await measureRounds(running, {
      rounds,
      mayRepeat,
      measure: (subject) => subject.started.round(size(subject)),
      onRound: (text) => say(`${curve}, ${text}`),
    })
    return running.map(({ name, point }) => ({ at: point.at, ...summaryOf(figures.get(name)) }))
  } finally {
    for (const { started } of running) await started.stop()
    for (const { database } of running) await database.drop()
  }
}

async function startPoint(point, { databases, cpuWatch, say }) {
  const [hello] = selectPeers(['hello'])
  const database = await databases.create({ isBare: false })
  const peer = { ...hello, env: { NEIGHBOURS: String(point.plugins) } }
  const started = await startPeer(peer, { databaseUrl: database.url, isWebhook: true, cpuWatch })
  try {
    await withClient(database.url, (client) => fill(client, point))
  } catch (error) {
    await started.stop()
    throw error
  }
  say(`${point.at} there`)
  return { name: String(point.at), point, started, database }
}

/** People as the load sends them, so that nothing of them has to be written; events of a year. */
async function fill(client, { users, events }) {
  await withoutIndexes(client, 'users', () =>
    client.query(
      `INSERT INTO users (telegram_id, username, first_name, language_code)
       SELECT person, 'person_' || person, 'Person ' || person, 'en' FROM generate_series($1::bigint, $1::bigint + $2 - 1) AS person`,
      [firstPerson, users],
    ),
  )
  await withoutIndexes(client, 'analytics_events', () =>
    client.query(
      `INSERT INTO analytics_events (type, user_id, data, occurred_at)
       SELECT 'greeted', 1 + number % $1::int, '{"returning": true}', now() - interval '1 year' * random()
       FROM generate_series(1, $2::int) AS number`,
      [users, events],
    ),
  )
  await client.query('VACUUM ANALYZE users')
  await client.query('VACUUM ANALYZE analytics_events')
  await client.query('CHECKPOINT').catch(() => undefined)
}

/** Fills a table and makes its indexes anew: several times faster than row by row. */
async function withoutIndexes(client, table, fillTable) {
  const { rows } = await client.query(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [table],
  )
  await client.query('BEGIN')
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`)
  await fillTable()
  for (const { definition } of rows) await client.query(definition)
  await client.query('COMMIT')
}
