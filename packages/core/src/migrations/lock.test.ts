/** The lock on a real server, with a clock that the test holds, and poolers as the lock sees them. */
import type pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { connectClient, withClient } from '../database/client.js'
import { createTestDatabase, type TestDatabase } from '../testing/test-database.js'
import { acquireMigrationLock, type LockClock, type LockHolder, refusePooler } from './lock.js'

let database: TestDatabase
beforeAll(async () => {
  database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
})
afterAll(() => database.drop())

const connect = (applicationName: string) => connectClient(database.url, { applicationName })
const withConnection = <T>(name: string, work: (client: pg.Client) => Promise<T>) =>
  withClient(database.url, { applicationName: name }, work)

/** Time passes only while someone waits; `onWait` is told each time. */
function heldClock(
  onWait: (times: number) => Promise<void> | void = () => {},
): LockClock & { waits: number[] } {
  const waits: number[] = []
  return {
    waits,
    nowMs: () => waits.reduce((sum, ms) => sum + ms, 0),
    async wait(ms) {
      waits.push(ms)
      await onWait(waits.length)
    },
  }
}

test('is had at once where nobody holds it, and again after it was given back', async () => {
  await withConnection('one', async (client) => {
    const clock = heldClock()
    const lock = await acquireMigrationLock(client, { clock })
    await lock.release()
    await withConnection('two', async (other) => {
      await (await acquireMigrationLock(other, { clock })).release()
    })
    expect(clock.waits).toEqual([])
  })
})

test('waits for the holder, and says once who that is', async () => {
  const holder = await connect('the holder')
  const held = await acquireMigrationLock(holder)
  const told: (LockHolder | undefined)[] = []
  const clock = heldClock((times) => (times === 3 ? held.release() : undefined))
  await withConnection('waiting', async (client) => {
    const lock = await acquireMigrationLock(client, { clock, onWait: (who) => told.push(who) })
    expect(clock.waits).toHaveLength(3)
    expect(told).toEqual([{ pid: held.pid, applicationName: 'the holder', since: expect.any(Date) }])
    await lock.release()
  })
  await holder.end()
})

test('is free when the connection of its holder is gone', async () => {
  const holder = await connect('dies')
  await acquireMigrationLock(holder)
  const clock = heldClock((times) => (times === 1 ? holder.end() : undefined))
  await withConnection('waiting', async (client) => {
    await (await acquireMigrationLock(client, { clock })).release()
  })
})

test('MIGRATION_LOCKED names pid, application and since when', async () => {
  const holder = await connect('the holder')
  const held = await acquireMigrationLock(holder)
  const clock = heldClock()
  await withConnection('waiting', async (client) => {
    const error = await acquireMigrationLock(client, { clock, deadlineMs: 250 }).catch(
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'MIGRATION_LOCKED' })
    expect((error as Error).message).toMatch(
      new RegExp(
        `within 250 ms, held by pid ${held.pid} \\(application "the holder", connected since \\d{4}-\\d\\d-\\d\\dT`,
      ),
    )
  })
  expect(clock.waits).toEqual([100, 100, 50])
  await holder.end()
})

test('a direct connection is no pooler, and opens no second connection', async () => {
  await withConnection('direct', async (client) => {
    await refusePooler(client, () => expect.unreachable('opened a second connection'))
  })
})

/** A connection whose queries run on these backends, one after the other; the last one stays. */
function pooled(...pids: number[]): pg.Client & { ended: boolean } {
  const client = {
    processID: 77,
    ended: false,
    async query() {
      const pid = pids.length > 1 ? pids.shift() : pids[0]
      return { rows: [{ pid, locked: true }] }
    },
    async end() {
      client.ended = true
    },
  }
  return client as unknown as pg.Client & { ended: boolean }
}

test('MIGRATION_POOLER: two queries of one connection on two backends', async () => {
  const unreachable = () => expect.unreachable('opened a second connection')
  await expect(refusePooler(pooled(1, 2), unreachable)).rejects.toMatchObject({ code: 'MIGRATION_POOLER' })
  await expect(acquireMigrationLock(pooled(1, 2))).rejects.toMatchObject({ code: 'MIGRATION_POOLER' })
})

test('MIGRATION_POOLER: two connections on one backend, or the first moved by the second', async () => {
  const second = pooled(1)
  await expect(refusePooler(pooled(1), async () => second)).rejects.toMatchObject({
    code: 'MIGRATION_POOLER',
    message: expect.stringContaining('pooler in session mode'),
  })
  expect(second.ended).toBe(true)
  await expect(refusePooler(pooled(1, 1, 2), async () => pooled(3))).rejects.toMatchObject({
    code: 'MIGRATION_POOLER',
  })
})

test('a pooler in session mode gives each connection a backend of its own, and is let through', async () => {
  await refusePooler(pooled(1), async () => pooled(2))
})
