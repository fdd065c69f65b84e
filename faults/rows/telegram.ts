/** Rows 14 to 18, and 20: Telegram answers with errors, with nonsense, with somebody else's poll, or leaves a poll without an answer. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Fault } from '@hello/testing'
import { startCli } from '../harness/bot-process.js'
import { freePort, type Lab, openLab, readiness, until } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const telegramRows: readonly Row[] = [
  {
    number: 14,
    fault: 'getUpdates: 500, 502, HTML, connection cut, no answer',
    quick: 50,
    full: 50,
    run: (run) => failPolls(run, brokenPolls),
  },
  {
    number: 15,
    fault: 'getUpdates: 429 while the bot is stopped',
    quick: 20,
    full: 20,
    run: stopInRetryAfter,
  },
  { number: 16, fault: 'getUpdates: 409, another program polls', quick: 20, full: 20, run: shareTheToken },
  { number: 17, fault: 'the token is refused', quick: 5, full: 5, run: refuseToken },
  {
    number: 18,
    fault: 'getUpdates: other codes of 4xx, and no list',
    quick: 40,
    full: 40,
    run: (run) => failPolls(run, oddPolls),
  },
  { number: 20, fault: 'getMe fails at the start', quick: 10, full: 10, run: failToIntroduce },
]

const refusal = (errorCode: number): Fault => ({ kind: 'error', errorCode, description: 'as ordered' })

const brokenPolls: readonly Fault[] = [
  refusal(500),
  refusal(502),
  { kind: 'html', status: 502 },
  { kind: 'cut', when: 'before' },
  { kind: 'cut', when: 'after' },
]

const oddPolls: readonly Fault[] = [
  ...[400, 402, 403, 404, 406, 418].map(refusal),
  { kind: 'html', status: 200, body: '{"ok":true,"result":{}}' },
  { kind: 'html', status: 200, body: '[]' },
]

/** A trial is one to three polls that fail; then the next one must bring what waits. */
async function failPolls(run: RowRun, faults: readonly Fault[]): Promise<void> {
  const lab = await openLab(run)
  const health = { HEALTH_PORT: String(await freePort()) }
  await lab.start({ LONG_POLL: '1s', ...health })
  for (let trial = 0; trial < run.trials; trial++) {
    // Once in all a poll is not answered: that is noticed after 11 s.
    const isHang = faults === brokenPolls && trial === run.trials - 1
    const fault: Fault = isHang ? { kind: 'hang' } : (faults[trial % faults.length] as Fault)
    const times = 1 + Math.floor(run.random() * (isHang ? 1 : 3))
    for (let count = 0; count < times; count++) lab.server.faults.next('getUpdates', fault)
    lab.say(2)
    await until(() => !lab.server.faults.isArmed, { what: 'the faults were used up' })
    const pollsBefore = lab.calls.polls
    lab.say(2)
    await lab.untilQuiet()
    // One poll that brings it, and one that confirms it.
    const polls = lab.calls.polls - pollsBefore
    run.tally.expect(polls <= 2, `${polls} polls until recovery`)
    run.tally.trial()
  }
  for (const fault of faults) await failUntilUnready(lab, fault, health)
  run.tally.add(await lab.judge())
}

/** Polls fail until the readiness check says so, and it takes that back when they succeed. */
async function failUntilUnready(lab: Lab, fault: Fault, health: NodeJS.ProcessEnv): Promise<void> {
  await untilReadiness(health, '200')
  lab.server.faults.next('getUpdates', { ...fault, times: 1_000 })
  lab.say(1)
  await untilReadiness(health, '503 polling')
  lab.server.faults.clear()
  await lab.untilQuiet()
  await untilReadiness(health, '200')
}

function untilReadiness(health: NodeJS.ProcessEnv, wanted: string): Promise<void> {
  const isSo = async () => (await readiness(health)) === wanted
  return until(isSo, { what: `the readiness check said ${wanted}`, withinMs: 60_000, everyMs: 20 })
}

async function stopInRetryAfter(run: RowRun): Promise<void> {
  const lab = await openLab(run)
  let slowestMs = 0
  for (let trial = 0; trial < run.trials; trial++) {
    const { app } = await lab.start({ LONG_POLL: '1s' })
    lab.server.faults.next('getUpdates', { ...refusal(429), parameters: { retry_after: 60 } } as Fault)
    lab.say(1)
    await until(() => !lab.server.faults.isArmed, { what: 'the 429 was given' })
    // Until its answer has arrived and the wait has begun.
    await delay(30)
    const startedAtMs = performance.now()
    await app.stop()
    const tookMs = performance.now() - startedAtMs
    slowestMs = Math.max(slowestMs, tookMs)
    run.tally.expect(tookMs < 500, `stop took ${Math.round(tookMs)} ms`)
    run.tally.trial()
  }
  await lab.start()
  await lab.untilQuiet()
  run.tally.figures.push(`slowest stop ${Math.round(slowestMs)} ms`)
  run.tally.add(await lab.judge())
}

/** The last three never get the updates, and must end; the others take over when the other program ends. */
async function shareTheToken(run: RowRun): Promise<void> {
  const lab = await openLab(run)
  let slowestMs = 0
  for (let trial = 0; trial < run.trials; trial++) {
    const other = new AbortController()
    const polling = pollAsAnother(lab, other.signal)
    if (trial >= run.trials - 3) {
      const bot = startCli(run, await lab.env({ LONG_POLL: '1s', CONFLICT_DEADLINE: '1s' }))
      const end = await Promise.race([bot.ended, delay(30_000, 'no end')])
      run.tally.expect(end === 1, `exit code ${end} of a bot that never got its updates`)
      other.abort()
      await polling
    } else {
      const health = { HEALTH_PORT: String(await freePort()) }
      const { app } = await lab.start({ LONG_POLL: '1s', ...health })
      await untilReadiness(health, '503 polling')
      other.abort()
      await polling
      const startedAtMs = performance.now()
      lab.say(1)
      await lab.untilQuiet()
      slowestMs = Math.max(slowestMs, performance.now() - startedAtMs)
      await untilReadiness(health, '200')
      await app.stop()
    }
    run.tally.trial()
  }
  run.tally.expect(slowestMs < 60_000, 'takeover after more than 60 s')
  run.tally.figures.push(`slowest takeover ${Math.round(slowestMs)} ms`)
  run.tally.add(await lab.judge())
}

/** A program that polls with the same token, displaces every other poll, and confirms nothing. */
async function pollAsAnother(lab: Lab, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await lab.world.call(lab.bot, 'getUpdates', { timeout: 1 }, { signal }).catch(() => undefined)
    await delay(1)
  }
}

async function refuseToken(run: RowRun): Promise<void> {
  const lab = await openLab(run)
  for (let trial = 0; trial < run.trials; trial++) {
    const secret = `unknown-${trial}-`.padEnd(35, 'x')
    const token = `987654321:${secret}`
    run.addSecret(secret)
    const bot = startCli(run, await lab.env({ BOT_TOKEN: token }))
    const end = await bot.ended
    run.tally.expect(end === 78, `exit code ${end}`)
    run.tally.expect(!bot.output.includes(secret), 'the token is shown')
    const telling = bot.output.split('\n').filter((line) => line.includes('TELEGRAM_TOKEN_REFUSED'))
    run.tally.expect(telling.length === 1, `told in ${telling.length} lines`)
    run.tally.trial()
  }
}

async function failToIntroduce(run: RowRun): Promise<void> {
  const lab = await openLab(run)
  const faults = brokenPolls
  for (let trial = 0; trial < run.trials; trial++) {
    const health = { HEALTH_PORT: String(await freePort()) }
    lab.server.faults.next('getMe', { ...(faults[trial % faults.length] as Fault), times: 1_000 })
    const starting = lab.start(health)
    await untilReadiness(health, '503 started')
    lab.server.faults.clear()
    const { app } = await starting
    lab.say(1)
    await lab.untilQuiet()
    await untilReadiness(health, '200')
    await app.stop()
    run.tally.trial()
  }
  run.tally.add(await lab.judge())
}
