/** Rows 6 to 10 and 21: the handler is at fault. */
import { setTimeout as delay } from 'node:timers/promises'
import { startCli } from '../harness/bot-process.js'
import { keepFailures } from '../harness/failure-log.js'
import { type Lab, openLab, until } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const handlerRows: readonly Row[] = [
  { number: 6, fault: 'handler throws', quick: 50, full: 50, run: throwInBatches },
  { number: 7, fault: 'handler swallows a database error', quick: 20, full: 100, run: swallowErrors },
  { number: 8, fault: 'handler hangs beyond its deadline', quick: 20, full: 20, run: hang },
  { number: 9, fault: 'floating promise rejects', quick: 20, full: 20, run: floatPromises },
  { number: 10, fault: 'floating query after the commit', quick: 20, full: 20, run: queryLate },
  { number: 21, fault: 'handler error by webhook', quick: 100, full: 100, run: throwByWebhook },
]

/** One of five in a batch throws; a trial is a batch. */
async function throwInBatches(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 5 })
  await lab.start()
  const thrown = new Set<number>()
  for (let trial = 0; trial < run.trials; trial++) {
    for (const [index, person] of lab.people.entries()) {
      const isBad = index === trial % lab.people.length
      const { updateId } = lab.sayAs(person, isBad ? 'throw' : 'work')
      if (isBad) thrown.add(updateId)
    }
    await lab.untilQuiet()
    run.tally.trial()
  }
  await assertFailed(run, lab, thrown)
  run.tally.add(await lab.judge())
}

async function swallowErrors(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 5 })
  const { failed } = keepFailures(run, lab.bot.id)
  await lab.start()
  const swallowed = new Set<number>()
  for (let trial = 0; trial < run.trials; trial++) {
    for (const { updateId } of lab.say(1, 'swallow')) swallowed.add(updateId)
    lab.say(1, 'work')
    await lab.untilQuiet()
    run.tally.trial()
  }
  await assertFailed(run, lab, swallowed)
  const named = failed.filter(({ code }) => code === 'UNIT_ROLLED_BACK').length
  run.tally.expect(named === run.trials, 'a failure that is not UNIT_ROLLED_BACK')
  run.tally.add(await lab.judge())
}

/** All at once, each for ten times its deadline; what is said behind them must not wait for that. */
async function hang(run: RowRun): Promise<void> {
  // Long enough for who does hang for nothing on a busy machine.
  const deadlineMs = 1_000
  const lab = await openLab(run, { people: run.trials })
  const { failed } = keepFailures(run, lab.bot.id)
  await lab.start({ UPDATE_DEADLINE: `${deadlineMs}ms`, UPDATES_IN_FLIGHT: String(run.trials) })
  const startedAtMs = performance.now()
  const hung = new Set(lab.say(run.trials, `sleep ${10 * deadlineMs}`).map(({ updateId }) => updateId))
  lab.say(run.trials)
  await lab.untilQuiet()
  const freedMs = performance.now() - startedAtMs
  run.tally.expect(freedMs < 9 * deadlineMs, `slots freed only after ${Math.round(freedMs)} ms`)
  // Now the hung handlers wake up and write.
  await delay(11 * deadlineMs - freedMs)
  await lab.untilQuiet()
  await assertFailed(run, lab, hung)
  run.tally.expect(
    failed.every(({ code }) => code === 'UNIT_DEADLINE'),
    'a failure that is not UNIT_DEADLINE',
  )
  run.tally.trial(hung.size)
  run.tally.add(await lab.judge())
}

async function floatPromises(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 3 })
  for (let trial = 0; trial < run.trials; trial++) {
    const bot = startCli(run, await lab.env())
    await bot.started
    lab.say(1, 'float')
    const end = await bot.ended
    run.tally.expect(end === 1, `exit code ${end}`)
    run.tally.expect(bot.output.includes('floating, as ordered'), 'the rejection is not told')
    const log = bot.output.split('\n').find((line) => line.includes('nobody awaited it; the bot stops'))
    run.tally.expect(log?.includes('numbered') === true, 'the plugin is not named')
    run.tally.trial()
  }
  const last = startCli(run, await lab.env())
  await last.started
  await lab.untilQuiet()
  await last.stop()
  run.tally.add(await lab.judge())
}

async function queryLate(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 5 })
  const { notes } = await lab.start()
  lab.say(run.trials, 'late')
  await until(() => notes.length === run.trials, { what: 'every late query had its answer' })
  await lab.untilQuiet()
  const refused = notes.filter((note) => note === 'late query UNIT_CLOSED').length
  run.tally.breach('a late query ran', run.trials - refused)
  run.tally.trial(notes.length)
  run.tally.add(await lab.judge())
}

async function throwByWebhook(run: RowRun): Promise<void> {
  const lab = await openLab(run, { intake: 'webhook', people: 20 })
  let rejections = 0
  const count = () => {
    rejections += 1
  }
  process.on('unhandledRejection', count)
  run.onEnd(() => process.off('unhandledRejection', count))
  await lab.start()
  const thrown = new Set(lab.say(run.trials, 'throw').map(({ updateId }) => updateId))
  await lab.untilQuiet()
  await assertFailed(run, lab, thrown)
  run.tally.expect(lab.bot.webhook?.lastErrorMessage === undefined, 'an answer that is not 200')
  run.tally.breach('unhandled rejection', rejections)
  run.tally.trial(thrown.size)
  run.tally.add(await lab.judge())
}

/** Exactly these are recorded as failed, with plugin and error. */
async function assertFailed({ tally }: RowRun, lab: Lab, ids: ReadonlySet<number>): Promise<void> {
  const failures = await lab.failures()
  tally.breach(
    'a failure without its row',
    ids.size - failures.filter(({ updateId }) => ids.has(updateId)).length,
  )
  tally.breach('a row of failure for nothing', failures.filter(({ updateId }) => !ids.has(updateId)).length)
  tally.breach('a failure without its plugin', failures.filter(({ plugin }) => plugin !== 'numbered').length)
  tally.breach('a failure without its error', failures.filter(({ error }) => !error).length)
}
