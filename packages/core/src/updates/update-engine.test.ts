import pg from 'pg'
import { expect, onTestFinished, test } from 'vitest'
import { keepLog, openCoreTables, until } from './core-tables.fixture.js'
import { Inbox, type InboxRow } from './inbox.js'
import { insertRows } from './inbox-table.js'
import { wakeChannel } from './leader-call.js'
import { UpdateEngine } from './update-engine.js'
import type { UpdateHandler } from './update-handler.js'

const botId = 1

interface EngineTestOptions {
  updatesInFlight?: number
  pageSize?: number
  sweepMs?: number
  /** Whether its handler goes on when its term has ended. */
  isStubborn?: boolean
}

/** An engine on a real inbox whose handler waits for `release` where it is told to. */
async function openEngine({ isStubborn = false, ...options }: EngineTestOptions = {}) {
  const tables = await openCoreTables()
  const log = keepLog()
  const inbox = new Inbox(tables.query, botId, log.logger)
  const handled: number[] = []
  const held = new Map<number, () => void>()
  const holding = new Set<number>()
  const create = () => {
    const handler = {
      async handle(row: InboxRow, signal: AbortSignal) {
        const id = row.update.update_id
        if (holding.has(id)) {
          await new Promise<void>((resolve) => {
            held.set(id, resolve)
            if (!isStubborn) signal.addEventListener('abort', () => resolve())
          })
          if (signal.aborted && !isStubborn) return
        }
        handled.push(id)
        await tables.settle(row)
      },
    } as unknown as UpdateHandler
    const engine = new UpdateEngine({
      inbox,
      handler,
      botId,
      updatesInFlight: 10,
      logger: log.logger,
      sweepMs: 3_600_000,
      ...options,
    })
    onTestFinished(() => engine.stop())
    return engine
  }
  return {
    ...tables,
    inbox,
    log,
    handled,
    create,
    engine: create(),
    hold: (id: number) => void holding.add(id),
    async release(id: number) {
      await until(() => held.has(id))
      holding.delete(id)
      held.get(id)?.()
    },
    /** What another instance writes. */
    other: new Inbox(tables.query, botId, log.logger),
  }
}

const say = (update_id: number, chat = 1) => ({ update_id, message: { chat: { id: chat } } })
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index)

test('takes up what is unsettled in order of arrival before the intake opens, page by page', async () => {
  const { engine, inbox, handled } = await openEngine({ pageSize: 7, updatesInFlight: 2 })
  await inbox.write(ids(1, 40).map((id) => say(id)))
  expect(await engine.lead()).toBe(true)
  await engine.accept([say(41)])
  await engine.idle()
  expect(handled).toEqual(ids(1, 41))
})

test('what arrives while it recovers goes behind', async () => {
  const { engine, inbox, handled, hold, release } = await openEngine({ pageSize: 2, updatesInFlight: 1 })
  await inbox.write(ids(1, 30).map((id) => say(id)))
  hold(1)
  const leading = engine.lead()
  // Ten rows for each in flight may wait, so that the recovery pauses behind the first pages.
  await until(() => engine.isFull())
  await engine.accept([say(31)])
  await engine.acceptOne(say(32))
  await release(1)
  expect(await leading).toBe(true)
  await engine.idle()
  expect(handled).toEqual(ids(1, 32))
})

test('however much arrives while it recovers, the recovery goes on', async () => {
  const { engine, inbox, handled, hold, release } = await openEngine({ pageSize: 2, updatesInFlight: 1 })
  await inbox.write(ids(1, 30).map((id) => say(id)))
  hold(1)
  const leading = engine.lead()
  await until(() => engine.isFull())
  // More than may wait in memory: webhooks that were let in together.
  await engine.accept(ids(31, 50).map((id) => say(id)))
  await release(1)
  expect(await leading).toBe(true)
  await engine.idle()
  expect(handled).toEqual(ids(1, 50))
})

test('handles nothing while another instance leads, and keeps what it is given', async () => {
  const { engine, handled, inbox } = await openEngine()
  await engine.accept([say(1)])
  await engine.idle()
  expect(handled).toEqual([])
  expect(await inbox.unsettled('0', 10)).toHaveLength(1)
  await engine.lead()
  await engine.idle()
  expect(handled).toEqual([1])
})

test('a row that another instance wrote before ours goes before ours', async () => {
  const { engine, other, handled } = await openEngine()
  await engine.lead()
  await engine.accept([say(1)])
  await other.write([say(10), say(20, 2)])
  await engine.acceptOne(say(11))
  await other.write([say(12)])
  await engine.accept([say(13), say(14)])
  await engine.idle()
  expect(handled.filter((id) => id !== 20)).toEqual([1, 10, 11, 12, 13, 14])
  expect(handled).toContain(20)
})

test('a number that a duplicate used up costs one look and stops nothing', async () => {
  const { engine, handled, statements } = await openEngine()
  await engine.lead()
  await engine.accept([say(1)])
  await engine.accept([say(1)])
  await engine.accept([say(2)])
  await engine.idle()
  statements.length = 0
  await engine.accept([say(3)])
  await engine.accept([say(4)])
  await engine.idle()
  expect(handled).toEqual([1, 2, 3, 4])
  expect(statements.filter((name) => name === 'hello_inbox_unsettled')).toEqual([])
})

test('the sweep takes up what another instance wrote, and nothing twice that is in hand', async () => {
  const { engine, other, handled, hold, release, statements } = await openEngine({ sweepMs: 5 })
  await engine.lead()
  hold(1)
  await engine.accept([say(1)])
  await other.write([say(2, 2)])
  await until(() => handled.includes(2))
  const count = (statement: string) => statements.filter((name) => name === statement).length
  const [sweeps, reads] = [count('hello_inbox_unsettled'), count('hello_inbox_rows')]
  await until(() => count('hello_inbox_unsettled') > sweeps + 3)
  expect(count('hello_inbox_rows')).toBe(reads)
  await release(1)
  await engine.idle()
  expect(handled).toEqual([2, 1])
})

test('a call of another instance is answered at once, also one that comes while the inbox is read', async () => {
  const { engine, other, handled, statements } = await openEngine()
  await engine.lead()
  await other.write([say(1)])
  engine.wake('new')
  await other.write([say(2, 2)])
  engine.wake('new')
  await other.write([say(3, 3)])
  engine.wake('new')
  await until(() => handled.length === 3)
  expect(statements.filter((name) => name === 'hello_inbox_call')).toEqual([])
})

test('a call for one that is to be handled again finds it below what is known', async () => {
  const { engine, handled, rows } = await openEngine()
  await engine.lead()
  await engine.accept([say(1), say(2)])
  await engine.idle()
  await rows('UPDATE hello_inbox SET settled_at = NULL, outcome = NULL WHERE update_id = 1')
  engine.wake('new')
  await engine.idle()
  expect(handled).toEqual([1, 2])
  engine.wake('again')
  await until(() => handled.length === 3)
  expect(handled).toEqual([1, 2, 1])
})

test('who does not lead calls the leader, once for what comes together, and not for what stands there already', async () => {
  const { engine, statements, url } = await openEngine()
  const leader = new pg.Client({ connectionString: url })
  await leader.connect()
  onTestFinished(() => leader.end())
  const heard: unknown[] = []
  leader.on('notification', ({ payload }) => heard.push(payload))
  await leader.query(`LISTEN ${wakeChannel(botId)}`)
  await Promise.all(ids(1, 40).map((id) => engine.acceptOne(say(id))))
  await until(() => heard.length > 0)
  expect(statements.filter((name) => name === 'hello_inbox_call').length).toBeLessThanOrEqual(2)
  expect(heard[0]).toBe('new')
  const called = statements.filter((name) => name === 'hello_inbox_call').length
  await engine.acceptOne(say(1))
  await engine.lead()
  await engine.acceptOne(say(41))
  expect(statements.filter((name) => name === 'hello_inbox_call')).toHaveLength(called)
})

test('a call that fails is no failure of what was taken in', async () => {
  const { engine, failNext, log, statements } = await openEngine()
  failNext('hello_inbox_call')
  await engine.acceptOne(say(1))
  await until(() => statements.includes('hello_inbox_call'))
  await until(() => log.lines.length > 0)
  expect(log.lines).toEqual(['debug: The leader could not be called; it looks by itself'])
})

test('a number below a row that is seen never comes later: who writes after another waits for its commit', async () => {
  const { engine, handled, url } = await openEngine()
  await engine.lead()
  const slow = new pg.Client({ connectionString: url })
  await slow.connect()
  onTestFinished(() => slow.end())
  await slow.query('BEGIN')
  // The other instance has its number, and its commit has not come.
  const first = say(1, 7)
  await slow.query({ ...insertRows, values: [botId, [1], ['chat:7'], JSON.stringify([first])] })
  const accepting = engine.acceptOne(say(2, 7))
  const isWaiting = async () => {
    const { rowCount } = await slow.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    )
    return rowCount === 1
  }
  await until(isWaiting)
  expect(handled).toEqual([])
  await slow.query('COMMIT')
  await accepting
  await engine.idle()
  expect(handled).toEqual([1, 2])
})

test('a look that fails is made up for, and its rows keep their order', async () => {
  const { engine, other, handled, failNext, log } = await openEngine({ sweepMs: 20 })
  await engine.lead()
  await engine.accept([say(1)])
  await other.write([say(2)])
  failNext('hello_inbox_unsettled')
  await engine.accept([say(3)])
  await engine.accept([say(4)])
  await until(() => handled.length === 4)
  expect(handled).toEqual([1, 2, 3, 4])
  // Where the sweep was first, it is the next one that fails.
  await until(() => log.lines.length > 0)
  expect(log.lines).toContain('warn: The inbox could not be read; it is tried again')
})

test('a recovery that fails leads nothing, and the next one takes up everything in order', async () => {
  const { engine, inbox, handled, failNext, hold, release } = await openEngine({ pageSize: 2 })
  await inbox.write(ids(1, 5).map((id) => say(id)))
  hold(1)
  failNext('hello_inbox_rows')
  await expect(engine.lead()).rejects.toThrow('Connection terminated')
  await engine.accept([say(6)])
  expect(handled).toEqual([])
  const leading = engine.lead()
  await release(1)
  await leading
  await engine.idle()
  expect(handled).toEqual(ids(1, 6))
})

test('is full at ten waiting for each in flight, and ready when there is room or the waiting is given up', async () => {
  const { engine, hold, release } = await openEngine({ updatesInFlight: 1 })
  await engine.lead()
  hold(1)
  await engine.accept(ids(1, 9).map((id) => say(id)))
  expect(engine.isFull()).toBe(false)
  await engine.ready(new AbortController().signal)
  await engine.accept([say(10)])
  expect(engine.isFull()).toBe(true)
  const given = new AbortController()
  const [patient, impatient] = [engine.ready(new AbortController().signal), engine.ready(given.signal)]
  given.abort()
  await impatient
  expect(engine.isFull()).toBe(true)
  await release(1)
  await patient
})

test('who does not lead is full when a hundred for each in flight stand in the inbox', async () => {
  const { engine, other } = await openEngine({ updatesInFlight: 1 })
  await other.write(ids(1, 100).map((id) => say(id)))
  engine.isFull()
  await new Promise(setImmediate)
  expect(engine.isFull()).toBe(false)
  const behind = await openEngine({ updatesInFlight: 1 })
  await behind.other.write(ids(1, 101).map((id) => say(id)))
  await until(() => behind.engine.isFull())
  await behind.engine.lead()
  await until(() => !behind.engine.isFull())
})

test('a stop leaves what waits in the inbox, and the next start handles it in order', async () => {
  const { engine, create, handled, hold, release } = await openEngine({ updatesInFlight: 1 })
  await engine.lead()
  hold(1)
  await engine.accept(ids(1, 8).map((id) => say(id)))
  const stopping = engine.stop()
  await stopping
  await engine.accept([say(9)])
  expect(handled).toEqual([])
  expect(await engine.lead()).toBe(false)
  const next = create()
  hold(1)
  const leading = next.lead()
  await release(1)
  await leading
  await next.idle()
  expect(handled).toEqual(ids(1, 9))
})

test('who leads again waits for what its earlier term left running, and drops what waited', async () => {
  const { engine, handled, hold, release, inbox } = await openEngine({ isStubborn: true })
  await engine.lead()
  hold(1)
  await engine.accept([say(1), say(2), say(3, 2)])
  await until(() => handled.includes(3))
  engine.follow()
  await inbox.write([say(4)])
  const leading = engine.lead()
  await release(1)
  expect(await leading).toBe(true)
  await engine.idle()
  expect(handled).toEqual([3, 1, 2, 4])
})

test('what arrives before the earlier term has ended goes behind what that one has dropped', async () => {
  const { engine, handled, hold, release } = await openEngine({ isStubborn: true })
  await engine.lead()
  hold(1)
  await engine.accept([say(1), say(2)])
  engine.follow()
  const leading = engine.lead()
  // Its number follows the last known one, so that nothing seems to be missing before it.
  await engine.acceptOne(say(3))
  engine.wake('new')
  await release(1)
  expect(await leading).toBe(true)
  await engine.idle()
  expect(handled).toEqual([1, 2, 3])
})

test('a call that comes while the last look of an earlier term is under way keeps nobody from leading', async () => {
  const { engine, other, handled, statements, url } = await openEngine()
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  onTestFinished(() => holder.end())
  await engine.lead()
  await other.write([say(1)])
  await holder.query('BEGIN; LOCK TABLE hello_inbox IN ACCESS EXCLUSIVE MODE')
  statements.length = 0
  engine.wake('new')
  await until(() => statements.includes('hello_inbox_unsettled'))
  engine.follow()
  const leading = engine.lead()
  engine.wake('new')
  await holder.query('COMMIT')
  expect(await leading).toBe(true)
  await engine.idle()
  expect(handled).toEqual([1])
})

test('a term that ends while it recovers opens no intake', async () => {
  const { engine, inbox, hold, handled } = await openEngine({ pageSize: 2, updatesInFlight: 1 })
  await inbox.write(ids(1, 30).map((id) => say(id)))
  hold(1)
  const leading = engine.lead()
  await until(() => engine.isFull())
  engine.follow()
  expect(await leading).toBe(false)
  expect(handled).toEqual([])
})
