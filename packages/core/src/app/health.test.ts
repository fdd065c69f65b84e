import { expect, test } from 'vitest'
import type { PollingState } from '../updates/polling.js'
import { Health, type HealthOptions } from './health.js'

const polled: PollingState = { askedAtMs: undefined, answeredAtMs: 0, failures: 0, isConflicted: false }

function runningHealth(options: Partial<HealthOptions> = {}): Health {
  const health = new Health({
    oldestUnsettledAgeMs: async () => undefined,
    polling: () => undefined,
    longPollSeconds: 50,
    unsettledMaxMs: 120_000,
    databaseTimeoutMs: 20,
    ...options,
  })
  return Object.assign(health, { isMigrated: true, isStarted: true })
}

const statusesOf = (report: object) =>
  Object.fromEntries(Object.entries(report).map(([name, { status }]) => [name, status]))

test('is ready when everything is there', async () => {
  expect(await runningHealth().ready()).toEqual({
    started: { status: 'ok' },
    running: { status: 'ok' },
    migrations: { status: 'ok' },
    database: { status: 'ok' },
    updates: { status: 'ok', oldestUnsettledSeconds: 0, mostSeconds: 120 },
  })
})

test('is not ready while it starts or stops, and then does not ask the database', async () => {
  const oldestUnsettledAgeMs = () => {
    throw new TypeError('asked')
  }
  const starting = runningHealth({ oldestUnsettledAgeMs })
  starting.isStarted = false
  starting.isMigrated = false
  expect(statusesOf(await starting.ready())).toEqual({
    started: 'failed',
    running: 'ok',
    migrations: 'failed',
  })
  const stopping = runningHealth({ oldestUnsettledAgeMs })
  stopping.isDraining = true
  expect(statusesOf(await stopping.ready())).toEqual({ started: 'ok', running: 'failed', migrations: 'ok' })
})

test.each([
  ['refuses', () => Promise.reject(new Error('password of postgres://bot:secret@db'))],
  ['says nothing', () => new Promise<never>(() => undefined)],
])('is not ready while the database %s', async (_, oldestUnsettledAgeMs) => {
  const report = await runningHealth({ oldestUnsettledAgeMs }).ready()
  expect(statusesOf(report)).toMatchObject({ running: 'ok', database: 'failed' })
  expect(JSON.stringify(report)).not.toContain('secret')
})

test('is not ready while an update has waited for too long', async () => {
  const after = async (ageMs: number) =>
    (await runningHealth({ oldestUnsettledAgeMs: async () => ageMs }).ready()).updates
  expect(await after(120_000)).toMatchObject({ status: 'ok', oldestUnsettledSeconds: 120 })
  expect(await after(121_000)).toEqual({ status: 'failed', oldestUnsettledSeconds: 121, mostSeconds: 120 })
})

test('however many ask at once, the database is asked once', async () => {
  let asked = 0
  const health = runningHealth({ oldestUnsettledAgeMs: async () => void asked++ as undefined })
  await Promise.all(Array.from({ length: 50 }, () => health.ready()))
  expect(asked).toBe(1)
  await health.ready()
  expect(asked).toBe(2)
})

test('is not ready while another program polls, or while polls fail again and again', async () => {
  const after = async (state: Partial<PollingState>) =>
    (await runningHealth({ polling: () => ({ ...polled, ...state }) }).ready()).polling?.status
  expect(await after({ failures: 2 })).toBe('ok')
  expect(await after({ failures: 3 })).toBe('failed')
  expect(await after({ isConflicted: true })).toBe('failed')
})

test('lives, whatever the database and Telegram do', async () => {
  const health = runningHealth({
    oldestUnsettledAgeMs: () => Promise.reject(new TypeError('no database')),
    polling: () => ({ ...polled, failures: 99, isConflicted: true }),
  })
  expect(await health.live()).toEqual({
    eventLoop: { status: 'ok', lagMs: expect.any(Number) },
    polling: { status: 'ok', pollMs: 0 },
  })
})

test('does not live while a poll is stuck', async () => {
  const live = async (pollMs: number) => {
    const nowMs = () => 1_000_000
    const health = runningHealth({ nowMs, polling: () => ({ ...polled, askedAtMs: 1_000_000 - pollMs }) })
    return (await health.live()).polling
  }
  expect(await live(79_999)).toMatchObject({ status: 'ok' })
  expect(await live(80_000)).toEqual({ status: 'failed', pollMs: 80_000 })
})

test('does not live while a turn of the event loop takes seconds', async () => {
  const live = async (lagMs: number) => {
    const times = [0, lagMs]
    return (await runningHealth({ nowMs: () => times.shift() as number }).live()).eventLoop
  }
  expect(await live(5_000)).toEqual({ status: 'ok', lagMs: 5_000 })
  expect(await live(5_001)).toEqual({ status: 'failed', lagMs: 5_001 })
})
