import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { keepLog, openCoreTables, until } from './core-tables.fixture.js'
import { pruneSettled } from './inbox-table.js'
import { Pruner, type PrunerOptions } from './pruner.js'

const kept = { settledKeptHours: 48, failedKeptHours: 720 }

/** A pruner on a real inbox, with rows that were settled so many hours ago (`undefined`: never). */
async function openPruner(options: Partial<PrunerOptions> = {}) {
  const tables = await openCoreTables()
  const log = keepLog()
  let batches = 0
  const pruner = new Pruner({
    statements: [pruneSettled(1, kept)],
    query: async (query) => {
      batches++
      return tables.query(query)
    },
    logger: log.logger,
    everyMs: 3_600_000,
    pauseMs: 0,
    ...options,
  })
  onTestFinished(() => pruner.stop())
  const insert = (id: number, hours: number | undefined, outcome: string | undefined, bot = 1) =>
    tables.query({
      text: `INSERT INTO hello_inbox (bot_id, update_id, lane, payload, settled_at, outcome)
             VALUES ($1, $2, 'chat:1', '{}', now() - make_interval(hours => $3::int), $4)`,
      values: [bot, id, hours, outcome],
    })
  return {
    ...tables,
    log,
    pruner,
    insert,
    batches: () => batches,
    left: async () =>
      (await tables.rows('SELECT update_id FROM hello_inbox ORDER BY seq')).map((row) =>
        Number(row.update_id),
      ),
  }
}

test('removes what was settled long ago, and keeps what failed, what is not settled, and what is of another bot', async () => {
  const { pruner, insert, left } = await openPruner()
  await insert(1, 49, 'done')
  await insert(2, 47, 'done')
  await insert(3, 49, 'dropped')
  await insert(4, 719, 'failed')
  await insert(5, 721, 'failed')
  await insert(6, undefined, undefined)
  await insert(7, 49, 'done', 2)
  pruner.start()
  await expect.poll(left).toEqual([2, 4, 6, 7])
  await pruner.stop()
  expect(await left()).toEqual([2, 4, 6, 7])
})

test('goes batch by batch until nothing is left, and again after a while', async () => {
  const { pruner, insert, left, batches } = await openPruner({ batchSize: 10, everyMs: 5 })
  for (let id = 1; id <= 35; id++) await insert(id, 100, 'done')
  pruner.start()
  await until(async () => (await left()).length === 0)
  expect(batches()).toBeGreaterThanOrEqual(4)
  await insert(36, 100, 'done')
  await until(async () => (await left()).length === 0)
})

test('a stop ends it behind the batch under way, and it may start again', async () => {
  const { pruner, insert, left } = await openPruner({ batchSize: 5, pauseMs: 3_600_000 })
  for (let id = 1; id <= 12; id++) await insert(id, 100, 'done')
  pruner.start()
  await until(async () => (await left()).length === 7)
  await pruner.stop()
  pruner.start()
  pruner.start()
  await until(async () => (await left()).length === 2)
  await pruner.stop()
  expect(await left()).toEqual([11, 12])
})

test('passes over a row that somebody holds, and waits for nobody', async () => {
  const { pruner, insert, left, url } = await openPruner()
  await insert(1, 100, 'done')
  await insert(2, 100, 'done')
  const holder = await openHolder(url)
  await holder.query('BEGIN; SELECT FROM hello_inbox WHERE update_id = 1 FOR UPDATE')
  pruner.start()
  await expect.poll(left).toEqual([1])
})

test('a round that fails is made up for by the next', async () => {
  const { pruner, insert, left, failNext, log } = await openPruner({ everyMs: 5 })
  await insert(1, 100, 'done')
  failNext('DELETE')
  pruner.start()
  await until(async () => (await left()).length === 0)
  expect(log.lines).toEqual(['warn: Old rows could not be removed; the next round removes them'])
})

test('finds the rows by their index, however many are kept', async () => {
  const { rows } = await openPruner()
  await rows(
    `INSERT INTO hello_inbox (bot_id, update_id, lane, payload, settled_at, outcome)
     SELECT 1, id, 'chat:1', '{}', now() - make_interval(secs => id), 'done' FROM generate_series(1, 20000) AS id`,
  )
  await rows('ANALYZE hello_inbox')
  const { text, values } = pruneSettled(1, { settledKeptHours: 5, failedKeptHours: 720 })
  const plan = await rows(
    `EXPLAIN ${[...values, 500].reduce<string>((sql, value, index) => sql.replaceAll(`$${index + 1}`, String(value)), text)}`,
  )
  const lines = plan.map((row) => row['QUERY PLAN']).join('\n')
  expect(lines).toContain('hello_inbox_settled_at')
  expect(lines).not.toContain('Seq Scan')
})

async function openHolder(url: string) {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  onTestFinished(() => client.end())
  return client
}
