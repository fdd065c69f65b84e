/** Jobs on a real database, in a time that the test holds. */
import { expect, onTestFinished, test } from 'vitest'
import { openDatabase } from '../../test/support/unit-database.js'
import { type ErrorReport, ErrorReports } from '../error-reports.js'
import type { Job } from '../plugin/job.js'
import { cron, daily, every, once, type Schedule } from '../plugin/schedule.js'
import { type DatabaseSession, UnitSession } from '../telegram/session.js'
import { keepLog, openCoreTables, until } from '../updates/core-tables.fixture.js'
import { Jobs } from './jobs.js'

/** A time that goes on when the test says so. */
class HeldClock {
  #nowMs = Date.parse('2026-11-21T12:00:00Z')
  readonly #waiting = new Set<{ untilMs: number; resolve: () => void }>()

  now = () => new Date(this.#nowMs)

  wait = (ms: number, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve()
      const one = { untilMs: this.#nowMs + ms, resolve }
      this.#waiting.add(one)
      signal.addEventListener('abort', () => this.#wake(one), { once: true })
    })

  /** While nobody waits. */
  set(text: string): void {
    this.#nowMs = Date.parse(text)
  }

  /** Goes on by so long, from one moment that is waited for to the next, and each time until everybody waits again. */
  async pass(ms: number, waiters = 1): Promise<void> {
    const endMs = this.#nowMs + ms
    for (;;) {
      await until(() => this.#waiting.size === waiters)
      const dueMs = Math.min(...[...this.#waiting].map(({ untilMs }) => untilMs))
      if (dueMs > endMs) break
      this.#nowMs = dueMs
      for (const one of this.#waiting) if (one.untilMs <= dueMs) this.#wake(one)
    }
    this.#nowMs = endMs
  }

  #wake(one: { untilMs: number; resolve: () => void }): void {
    this.#waiting.delete(one)
    one.resolve()
  }
}

interface Run {
  session: DatabaseSession
  scheduledFor: Date
  signal: AbortSignal
}
type RunOf = (run: Run) => unknown

/** One app's jobs; several may be opened on the tables of one. */
function openJobs(
  url: string,
  jobs: Record<string, { schedule: Schedule; run: RunOf; retries?: number }>,
  clock = new HeldClock(),
) {
  const database = openDatabase(url, { models: [] })
  const log = keepLog()
  const reports: ErrorReport[] = []
  const behaviour = {
    jobs: Object.fromEntries(
      Object.entries(jobs).map(([name, { run, ...job }]) => {
        const written: Job<never> = {
          ...job,
          run: ({ services, ...rest }) =>
            run({ ...rest, session: (services as { session: DatabaseSession }).session }) as never,
        }
        return [name, written]
      }),
    ),
  } as never
  const running = new Jobs({
    owners: [{ name: 'shop', options: undefined, behaviour }],
    botId: 7,
    database,
    logger: log.logger,
    clock,
    servicesOf: (_, unit) => ({ session: new UnitSession(unit, database.sequelize) }),
    onStored: () => undefined,
    redact: (text) => text.replaceAll('hunter2', '[secret]'),
    reports: new ErrorReports((report) => void reports.push(report), log.logger),
  })
  onTestFinished(async () => {
    await running.stop()
    await database.close()
  })
  return { jobs: running, clock, log, reports }
}

const openTables = async () => {
  const tables = await openCoreTables()
  await tables.query({ text: 'CREATE TABLE effects (slot timestamptz)' })
  const effects = async () =>
    (await tables.rows('SELECT slot FROM effects ORDER BY slot')).map(({ slot }) =>
      (slot as Date).toISOString().slice(11, 16),
    )
  return { ...tables, effects }
}

const note: RunOf = ({ session, scheduledFor }) =>
  session.sql`INSERT INTO effects VALUES (${scheduledFor})`.then(() => undefined)

test('runs at its times', async () => {
  const { url, effects } = await openTables()
  const { jobs, clock } = openJobs(url, { tidy: { schedule: every('15m'), run: note } })
  jobs.lead()
  await clock.pass(50 * 60_000)
  expect(await effects()).toEqual(['12:15', '12:30', '12:45'])
})

test('one instance after the other runs it, and each time once', async () => {
  const { url, effects } = await openTables()
  const clock = new HeldClock()
  const job = { tidy: { schedule: every('15m'), run: note } }
  const first = openJobs(url, job, clock)
  const second = openJobs(url, job, clock)
  first.jobs.lead()
  await clock.pass(20 * 60_000)
  first.jobs.follow()
  second.jobs.lead()
  await clock.pass(20 * 60_000)
  expect(await effects()).toEqual(['12:15', '12:30'])
})

test('two that both lead for a moment run it once', async () => {
  const { url, effects } = await openTables()
  const clock = new HeldClock()
  const job = { tidy: { schedule: every('15m'), run: note } }
  const both = [openJobs(url, job, clock), openJobs(url, job, clock)]
  for (const { jobs } of both) jobs.lead()
  await clock.pass(40 * 60_000, 2)
  await until(async () => (await effects()).length >= 2)
  for (const { jobs } of both) await jobs.stop()
  expect(await effects()).toEqual(['12:15', '12:30'])
})

test('a failed run keeps nothing, is recorded without secrets, and is tried again', async () => {
  const { url, effects, rows } = await openTables()
  let tries = 0
  const run: RunOf = async (given) => {
    await note(given)
    tries += 1
    if (tries === 1) throw new Error('no paper, hunter2')
  }
  const { jobs, clock, log, reports } = openJobs(url, { print: { schedule: every('1h'), run } })
  jobs.lead()
  await clock.pass(3_600_000)
  await until(async () => (await jobs.list())[0]?.lastOutcome === 'failed')
  expect(await effects()).toEqual([])
  const [row] = await rows('SELECT last_error, attempts FROM hello_jobs')
  expect(row).toMatchObject({ last_error: expect.stringContaining('no paper, [secret]'), attempts: 1 })
  expect(log.lines).toContain('error: A job failed; nothing of its run was kept')
  const report = { kind: 'job', reference: 'shop/print', plugin: 'shop', job: 'print', isRetried: true }
  const scheduledFor = new Date('2026-11-21T13:00:00Z')
  expect(reports).toMatchObject([{ ...report, scheduledFor, error: { message: 'no paper, hunter2' } }])
  await clock.pass(60_000)
  await until(async () => (await jobs.list())[0]?.lastOutcome === 'done')
  expect(await effects()).toEqual(['13:00'])
  expect((await jobs.list())[0]?.nextRunAt).toEqual(new Date('2026-11-21T14:00:00Z'))
})

test('a run that fails each time is given up until its next time', async () => {
  const { url } = await openTables()
  let tries = 0
  const run = () => {
    tries += 1
    throw new Error('never')
  }
  const { jobs, clock, reports } = openJobs(url, { tidy: { schedule: every('1h'), run, retries: 2 } })
  jobs.lead()
  await clock.pass(3_600_000 + 10 * 60_000)
  expect(tries).toBe(3)
  await until(() => reports.length === 3)
  expect(reports.map((report) => report.kind === 'job' && report.isRetried)).toEqual([true, true, false])
  await until(async () => (await jobs.list())[0]?.nextRunAt?.toISOString() === '2026-11-21T14:00:00.000Z')
})

test('a job that writes nothing is marked as well', async () => {
  const { url } = await openTables()
  let runs = 0
  const { jobs } = openJobs(url, { ping: { schedule: once(), run: () => void runs++ } })
  jobs.lead()
  await until(async () => (await jobs.list())[0]?.lastOutcome === 'done')
  jobs.follow()
  jobs.lead()
  await jobs.stop()
  expect(runs).toBe(1)
  expect((await jobs.list())[0]?.nextRunAt).toBeUndefined()
})

test('once is once for the database, however often the app starts', async () => {
  const { url, effects } = await openTables()
  for (let start = 0; start < 2; start++) {
    const { jobs } = openJobs(url, { fill: { schedule: once(), run: note } })
    jobs.lead()
    await until(async () => (await jobs.list())[0]?.lastOutcome === 'done')
    await jobs.stop()
  }
  expect(await effects()).toEqual(['12:00'])
})

test('“again” commits and goes on, so that long work stands in small transactions', async () => {
  const { url, effects } = await openTables()
  let left = 3
  const run: RunOf = async (given) => {
    await note(given)
    left -= 1
    return left > 0 ? 'again' : undefined
  }
  const { jobs, clock } = openJobs(url, { fill: { schedule: every('1h'), run } })
  jobs.lead()
  await clock.pass(3_600_000 + 60_000)
  await until(async () => (await effects()).length === 3)
  expect(await effects()).toEqual(['13:00', '13:00', '13:00'])
  await until(async () => (await jobs.list())[0]?.nextRunAt?.toISOString() === '2026-11-21T14:00:00.000Z')
})

test('a time of the calendar that is long past is left out; an interval is caught up', async () => {
  const { url, effects } = await openTables()
  const job = {
    greet: { schedule: daily('12:10'), run: note },
    tidy: { schedule: every('15m'), run: note },
  }
  const clock = new HeldClock()
  const before = openJobs(url, job, clock)
  before.jobs.lead()
  await until(async () => (await before.jobs.list()).every(({ nextRunAt }) => nextRunAt !== undefined))
  await before.jobs.stop()
  const later = new HeldClock()
  later.set('2026-11-21T17:00:00Z')
  const after = openJobs(url, job, later)
  after.jobs.lead()
  await until(async () => (await after.jobs.list()).every(({ lastOutcome }) => lastOutcome !== undefined))
  expect((await after.jobs.list()).map(({ lastOutcome }) => lastOutcome)).toEqual(['skipped', 'done'])
  expect(await effects()).toEqual(['12:15'])
  expect((await after.jobs.list())[0]?.nextRunAt).toEqual(new Date('2026-11-22T12:10:00Z'))
})

test('another schedule counts from now on', async () => {
  const { url } = await openTables()
  const first = openJobs(url, { tidy: { schedule: every('15m'), run: note } })
  first.jobs.lead()
  await until(async () => (await first.jobs.list())[0]?.nextRunAt !== undefined)
  await first.jobs.stop()
  const second = openJobs(url, { tidy: { schedule: cron('0 18 * * *'), run: note } })
  second.jobs.lead()
  await until(
    async () => (await second.jobs.list())[0]?.nextRunAt?.toISOString() === '2026-11-21T18:00:00.000Z',
  )
})

test('a stop asks what runs to end, and waits for it', async () => {
  const { url, effects } = await openTables()
  let began = false
  const run: RunOf = async (given) => {
    began = true
    await new Promise((resolve) => given.signal.addEventListener('abort', resolve))
    await note(given)
  }
  const { jobs } = openJobs(url, { long: { schedule: once(), run } })
  jobs.lead()
  await until(() => began)
  await jobs.stop()
  expect(await effects()).toEqual(['12:00'])
})

test('run() runs it now and leaves its schedule; what is running is not run beside itself', async () => {
  const { url, effects } = await openTables()
  let release = () => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  let hasWritten = false
  const run: RunOf = async (given) => {
    await note(given)
    hasWritten = true
    await held
  }
  const clock = new HeldClock()
  const job = { tidy: { schedule: daily('18:00'), run } }
  const [here, there] = [openJobs(url, job, clock), openJobs(url, job, clock)]
  const running = here.jobs.run('shop/tidy')
  await until(() => hasWritten)
  await expect(here.jobs.run('shop/tidy')).rejects.toMatchObject({ code: 'JOB_RUNNING' })
  await expect(there.jobs.run('shop/tidy')).rejects.toMatchObject({ code: 'JOB_RUNNING' })
  release()
  await running
  expect(await effects()).toHaveLength(1)
  expect((await here.jobs.list())[0]).toMatchObject({
    lastOutcome: 'done',
    nextRunAt: new Date('2026-11-21T18:00:00Z'),
  })
})

test('JOB_UNKNOWN: tells which there are', async () => {
  const { url } = await openTables()
  const { jobs } = openJobs(url, { tidy: { schedule: every('1h'), run: note } })
  await expect(jobs.run('shop/untidy')).rejects.toMatchObject({
    code: 'JOB_UNKNOWN',
    message: expect.stringContaining('Known: shop/tidy'),
  })
})

test('run() throws what the job throws', async () => {
  const { url } = await openTables()
  const run = () => {
    throw new RangeError('too much')
  }
  const { jobs, reports } = openJobs(url, { tidy: { schedule: every('1h'), run } })
  await expect(jobs.run('shop/tidy')).rejects.toThrow(RangeError)
  expect(reports).toEqual([])
})
