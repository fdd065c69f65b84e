/** Rows 1, 2, 3 and 45: the process dies at any moment, and somebody goes on. */
import { setTimeout as delay } from 'node:timers/promises'
import type { BotProcess } from '../harness/bot-process.js'
import { type Lab, openLab } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const killRows: readonly Row[] = [
  {
    number: 1,
    fault: 'kill -9 during polling load',
    quick: 20,
    full: 300,
    run: (run) => killLoop(run, 'polling'),
  },
  {
    number: 2,
    fault: 'kill -9 during webhook load',
    quick: 20,
    full: 300,
    run: (run) => killLoop(run, 'webhook'),
  },
  { number: 3, fault: 'kill -9 at each named point', quick: 50, full: 50, run: dieAtEachPoint },
  {
    number: 45,
    fault: 'two instances take webhooks, the leader is killed',
    quick: 20,
    full: 100,
    scaledDown: 'overlap of 0.5 s in place of 30 s',
    run: killTheLeader,
  },
]

/** Random kills under load; each a trial. */
export async function killLoop(run: RowRun, intake: 'polling' | 'webhook'): Promise<void> {
  const lab = await openLab(run, { intake })
  await loadAndKill(run, lab, (env) => lab.fork(env))
  const last = await lab.fork()
  await last.started
  await lab.untilQuiet()
  run.tally.expect((await last.stop()) === 0, 'exit code of the last stop')
  run.tally.add(await lab.judge())
}

/** Starts a bot, loads it, and kills it at a random moment, for every trial. */
export async function loadAndKill(
  run: RowRun,
  lab: Lab,
  start: (env: NodeJS.ProcessEnv) => Promise<BotProcess>,
): Promise<void> {
  let underWay = 0
  for (let trial = 0; trial < run.trials; trial++) {
    const momentMs = Math.floor(run.random() * 200)
    lab.say(60, 'work')
    const bot = await start({})
    // Every fifth dies while it starts or recovers, the others at a random moment of their work.
    if (trial % 5 === 4) await delay(momentMs * 3)
    else await bot.started
    const load = setInterval(() => lab.say(3, 'work'), 5)
    await delay(momentMs)
    clearInterval(load)
    await bot.kill()
    underWay += await lab.openRows().catch(() => 0)
    run.tally.trial()
    if (trial % 10 === 9) run.say(`${trial + 1} kills, ${lab.issued.length} updates`)
  }
  run.tally.figures.push(
    `${lab.issued.length} updates, ${Math.round(underWay / run.trials)} rows open at a kill`,
  )
}

const failpoints = ['after-inbox-row', 'before-begin', 'before-commit', 'after-commit', 'after-send']

async function dieAtEachPoint(run: RowRun): Promise<void> {
  const perPoint = Math.ceil(run.trials / failpoints.length)
  for (const failpoint of failpoints) {
    const lab = await openLab(run, { people: 2 })
    for (let trial = 0; trial < perPoint; trial++) {
      const bot = await lab.fork({ FAILPOINT: failpoint })
      await bot.started
      lab.say(1)
      const end = await bot.ended
      run.tally.expect(end === 'SIGKILL', `${failpoint}: the process ended with ${end}`)
      run.tally.trial()
    }
    const last = await lab.fork()
    await last.started
    await lab.untilQuiet()
    await last.stop()
    const verdict = await lab.judge()
    run.tally.add(verdict)
    if (failpoint !== 'after-send') run.tally.breach(`${failpoint}: SENT2`, verdict.sentTwice)
    run.say(`${failpoint}: ${perPoint} deaths, ${verdict.sentTwice} sent twice`)
  }
}

async function killTheLeader(run: RowRun): Promise<void> {
  const lab = await openLab(run, { intake: 'webhook' })
  const overlapMs = run.isQuick ? 500 : 30_000
  let leader = await lab.fork()
  await leader.started
  let slowestMs = 0
  for (let trial = 0; trial < run.trials; trial++) {
    const endLoad = lab.keepSaying(2, { verb: 'work', everyMs: 40, most: 40 })
    // Telegram delivers to the newer one, and the older one leads: each update crosses over.
    const successor = await lab.fork()
    await successor.started
    await delay(overlapMs)
    await leader.kill()
    const tookMs = await lab.untilSomethingIsDone()
    slowestMs = Math.max(slowestMs, tookMs)
    run.tally.expect(tookMs <= 10_000, 'takeover after more than 10 s')
    endLoad()
    leader = successor
    run.tally.trial()
    if (trial % 5 === 4) run.say(`${trial + 1} leaders killed, slowest takeover ${Math.round(slowestMs)} ms`)
  }
  await lab.untilQuiet()
  await leader.stop()
  run.tally.breach('unsettled', await lab.openRows())
  run.tally.add(await lab.judge())
  run.tally.figures.push(`slowest takeover ${Math.round(slowestMs)} ms`)
}
