/** What figures of a database are worth a word, and which are not. */
import { expect, test } from 'vitest'
import type { DatabaseStats, IndexStats, TableStats } from './database-stats.js'
import { adviseOn } from './stats-advice.js'

const table: TableStats = {
  table: 'users',
  tableBytes: 8192,
  indexBytes: 16384,
  liveRows: 20_000,
  deadRows: 0,
  changedRows: 0,
  sequentialScans: 0,
  indexScans: 0,
  lastVacuum: null,
  lastAnalyze: '2026-01-01T00:00:00Z',
}
const index: IndexStats = {
  index: 'users_name',
  table: 'users',
  bytes: 5_000_000,
  scans: 10,
  isConstraint: false,
  isValid: true,
}
const whole: DatabaseStats = {
  database: 'mybot_db',
  serverVersion: '15.4',
  bytes: 100_000_000,
  connections: 6,
  connectionLimit: 13,
  cacheHitRatio: 0.99,
  countedSince: '2026-01-01T00:00:00Z',
  countedDays: 30,
  autovacuum: true,
  oldestTransactionSeconds: 2,
  tables: [table],
  indexes: [index],
}

const advice = (change: Partial<DatabaseStats>) => adviseOn({ ...whole, ...change })
const ofTable = (change: Partial<TableStats>) => advice({ tables: [{ ...table, ...change }] })
const ofIndex = (change: Partial<IndexStats>, days: number | null = 30) =>
  advice({ indexes: [{ ...index, ...change }], countedDays: days })

test('nothing, where all is well', () => {
  expect(advice({})).toEqual([])
  expect(advice({ connectionLimit: null, cacheHitRatio: null, oldestTransactionSeconds: null })).toEqual([])
})

test.each([
  [ofTable({ deadRows: 9_000 }), /^users has 9000 dead rows/, /^VACUUM \(ANALYZE\) users;/],
  [ofTable({ changedRows: 5_000 }), /5000 rows that were written since the last ANALYZE/, 'ANALYZE users;'],
  [ofTable({ lastAnalyze: null, changedRows: 501 }), /\(never\)/, 'ANALYZE users;'],
  [ofTable({ sequentialScans: 500, indexScans: 20 }), /was read whole 500 times/, /index in a migration/],
  [
    ofIndex({ scans: 0 }),
    /users_name on users \(4\.8 MB\) was never read/,
    /DROP INDEX CONCURRENTLY users_name/,
  ],
  [ofIndex({ isValid: false }), /is not valid/, 'REINDEX INDEX CONCURRENTLY users_name;'],
  [advice({ autovacuum: false }), /autovacuum is off/, /autovacuum = on/],
  [advice({ oldestTransactionSeconds: 3_600 }), /open for 60 minutes/, /pg_terminate_backend/],
  [advice({ connections: 11 }), /^11 of 13 connections/, /--connections/],
  [advice({ cacheHitRatio: 0.5 }), /^Only 50 %/, /shared_buffers/],
])('one thing: %j', (found, finding, action) => {
  expect(found).toEqual([{ finding: expect.stringMatching(finding), action: expect.stringMatching(action) }])
})

test('not of an index that keeps a promise, is small, or whose figures are young', () => {
  for (const found of [
    ofIndex({ scans: 0, isConstraint: true }),
    ofIndex({ scans: 0, bytes: 8192 }),
    ofIndex({ scans: 0 }, 2),
  ])
    expect(found).toEqual([])
})

test('not of a few dead rows, which the server clears away by itself', () => {
  expect(ofTable({ deadRows: 900, liveRows: 100 })).toEqual([])
  expect(ofTable({ deadRows: 3_000 })).toEqual([])
})
