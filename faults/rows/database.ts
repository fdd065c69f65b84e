/** Rows 22, 23 and 27 to 31: PostgreSQL is down, restarts, loses connections, stalls, is asked for too much, or finds a deadlock. */
import { setTimeout as delay } from 'node:timers/promises'
import { createJumpingClock } from '@hello/testing'
import { startTcpProxy } from '../../packages/core/test/support/tcp-proxy.js'
import { keepFailures } from '../harness/failure-log.js'
import { freePort, type Lab, messageUpdate, openLab, readiness, until } from '../harness/lab.js'
import { startOwnPostgres } from '../harness/own-postgres.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const databaseRows: readonly Row[] = [
  {
    number: 22,
    fault: 'the database is down, by webhook; a trial is an update',
    quick: 500,
    full: 500,
    scaledDown: 'down for 4 s in place of 60 s',
    run: (run) => takeDatabaseDown(run, 'webhook'),
  },
  {
    number: 23,
    fault: 'the database is down, by polling; a trial is an update',
    quick: 500,
    full: 500,
    scaledDown: 'down for 4 s in place of 60 s',
    run: (run) => takeDatabaseDown(run, 'polling'),
  },
  {
    number: 27,
    fault: 'backends are terminated; a trial is an update',
    quick: 300,
    full: 300,
    scaledDown: 'for 8 s in place of 30 s',
    run: terminateBackends,
  },
  { number: 28, fault: 'PostgreSQL restarts, fast and immediate', quick: 5, full: 5, run: restart },
  {
    number: 29,
    fault: 'the connection to PostgreSQL stalls',
    quick: 20,
    full: 20,
    scaledDown: 'for 1 s in place of 30 s, with time-outs of 0.4 s in place of 18 s',
    run: stall,
  },
  { number: 30, fault: 'units within units on a pool of 3', quick: 200, full: 200, run: nest },
  { number: 31, fault: 'two handlers deadlock', quick: 50, full: 50, run: deadlock },
]

async function takeDatabaseDown(run: RowRun, intake: 'polling' | 'webhook'): Promise<void> {
  const server = await startOwnPostgres(run)
  const clock = createJumpingClock()
  const lab = await openLab(run, { intake, serverUrl: server.url, clock })
  const env = await lab.env({ LONG_POLL: '1s' })
  const { log } = await lab.start(env)
  const share = Math.floor(run.trials / 5)
  lab.say(share, 'work')
  await lab.untilQuiet()
  await server.stop('fast')
  const downMs = run.isQuick ? 4_000 : 60_000
  for (let said = 0; said < 3 * share; said += 10) {
    lab.say(10, 'work')
    await delay((10 * downMs) / (3 * share))
  }
  if (intake === 'webhook') await expectRefusal(run, lab, env.WEBHOOK_URL as string)
  else run.tally.expect(lab.bot.updates.pending().length === 3 * share, 'an update was confirmed')
  await server.start()
  lab.say(run.trials - 4 * share, 'work')
  // Telegram's next tries are due only after a while, and nobody need wait for that.
  const hurry = setInterval(() => clock.advance(1_000), 100)
  await lab.untilQuiet()
  clearInterval(hurry)
  run.tally.expect(!/"level":"fatal"/.test(log), 'fatal')
  run.tally.trial(lab.issued.length)
  run.tally.add(await lab.judge())
}

/** 503 with Retry-After, and Telegram has seen it too. */
async function expectRefusal({ tally }: RowRun, lab: Lab, url: string): Promise<void> {
  const person = lab.people[0] as Lab['people'][number]
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': lab.secret },
    body: JSON.stringify(messageUpdate({ updateId: 1, person, text: '1' })),
  })
  tally.expect(response.status === 503, `status ${response.status} while the database is down`)
  tally.expect(Number(response.headers.get('retry-after')) > 0, 'a 503 without Retry-After')
  tally.expect(/503/.test(lab.bot.webhook?.lastErrorMessage ?? ''), 'Telegram saw no 503')
}

async function terminateBackends(run: RowRun): Promise<void> {
  const lab = await openLab(run)
  await lab.start()
  const forMs = run.isQuick ? 8_000 : 30_000
  const untilMs = performance.now() + forMs
  let terminated = 0
  let said = 0
  while (performance.now() < untilMs) {
    const portion = Math.min(Math.ceil((run.trials * 200) / forMs), run.trials - said)
    said += lab.say(portion, 'work').length
    await delay(run.random() * 200)
    const rows = await lab.query(
      `SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'hello%' ORDER BY random() LIMIT 1) AS one`,
    )
    terminated += rows.length
  }
  lab.say(run.trials - said)
  await lab.untilQuiet()
  run.tally.trial(lab.issued.length)
  run.tally.figures.push(`${terminated} backends terminated`)
  run.tally.add(await lab.judge())
}

async function restart(run: RowRun): Promise<void> {
  const server = await startOwnPostgres(run)
  const lab = await openLab(run, { serverUrl: server.url })
  const health = { HEALTH_PORT: String(await freePort()) }
  await lab.start({ LONG_POLL: '1s', ...health })
  let slowestMs = 0
  for (let trial = 0; trial < run.trials; trial++) {
    const load = setInterval(() => lab.say(2, 'work'), 40)
    await delay(500)
    await server.stop(trial % 2 === 0 ? 'immediate' : 'fast')
    await delay(200)
    await server.start()
    const startedAtMs = performance.now()
    await lab.untilSomethingIsDone()
    const isReady = async () => (await readiness(health)) === '200'
    await until(isReady, { what: 'the readiness check passed', withinMs: 60_000, everyMs: 20 })
    slowestMs = Math.max(slowestMs, performance.now() - startedAtMs)
    clearInterval(load)
    run.tally.trial()
  }
  await lab.untilQuiet()
  run.tally.expect(slowestMs < 10_000, `done and ready only after ${Math.round(slowestMs)} ms`)
  run.tally.figures.push(`slowest recovery ${Math.round(slowestMs)} ms, ${lab.issued.length} updates`)
  run.tally.add(await lab.judge())
}

async function stall(run: RowRun): Promise<void> {
  const lab = await openLab(run)
  const proxy = await startTcpProxy(lab.databaseUrl)
  run.onEnd(() => proxy[Symbol.asyncDispose]())
  const quick = { DATABASE_STATEMENT_TIMEOUT: '300ms', DATABASE_QUERY_TIMEOUT: '400ms' }
  await lab.start({ DATABASE_URL: proxy.url, LONG_POLL: '1s', ...(run.isQuick && quick) })
  let slowestMs = 0
  for (let trial = 0; trial < run.trials; trial++) {
    lab.say(5, 'work')
    await delay(run.random() * 20)
    proxy.setMode('stall')
    lab.say(5, 'work')
    await delay(run.isQuick ? 1_000 : 30_000)
    proxy.setMode('pass')
    const tookMs = await lab.untilSomethingIsDone()
    slowestMs = Math.max(slowestMs, tookMs)
    run.tally.expect(tookMs <= 2_000, 'first done more than 2 s after the end of a stall')
    await lab.untilQuiet()
    run.tally.trial()
  }
  run.tally.figures.push(`slowest recovery ${Math.round(slowestMs)} ms`)
  run.tally.add(await lab.judge())
}

async function nest(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 20 })
  const proxy = await startTcpProxy(lab.databaseUrl)
  run.onEnd(() => proxy[Symbol.asyncDispose]())
  // A server that is some way off: connections are held for longer.
  proxy.latencyMs = 2
  await lab.start({ DATABASE_URL: proxy.url, DATABASE_POOL_SIZE: '3' })
  const startedAtMs = performance.now()
  lab.say(run.trials, 'nested')
  await lab.untilQuiet(30_000)
  run.tally.figures.push(`all done in ${Math.round(performance.now() - startedAtMs)} ms`)
  run.tally.breach('failed', (await lab.failures()).length)
  run.tally.trial(lab.issued.length)
  run.tally.add(await lab.judge())
}

/** A trial is two handlers that take the same two locks in opposite orders. */
async function deadlock(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 2 })
  const name = new URL(lab.databaseUrl).pathname.slice(1)
  // PostgreSQL looks for a deadlock after a second; who may, makes it look sooner.
  await lab.query(`ALTER DATABASE "${name}" SET deadlock_timeout = '50ms'`).catch(() => undefined)
  const ends = keepFailures(run, lab.bot.id)
  await lab.start()
  for (let trial = 0; trial < run.trials; trial++) {
    lab.say(1, 'lock ab')
    lab.say(1, 'lock ba')
    await lab.untilQuiet()
    run.tally.trial()
  }
  const [row] = await lab.query<{ taken: number }>(`SELECT taken FROM locks WHERE name = 'a'`)
  run.tally.expect(row?.taken === 2 * run.trials, 'a lock was not taken once for each update')
  run.tally.expect(ends.retried >= run.trials / 2, 'too few deadlocks came about')
  run.tally.breach('failed', (await lab.failures()).length)
  run.tally.figures.push(`${ends.retried} deadlocks`)
  run.tally.add(await lab.judge())
}
