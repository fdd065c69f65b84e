/** Rows 32 to 35: Telegram takes no more for now, never again, elsewhere, or without telling. */
import { keepFailures } from '../harness/failure-log.js'
import { type Lab, openLab } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const sendingRows: readonly Row[] = [
  {
    number: 32,
    fault: 'sendMessage: 429 beyond 30/s and 1/s a chat; a trial is a message',
    quick: 1_000,
    full: 1_000,
    waits: true,
    run: floodTelegram,
  },
  {
    number: 33,
    fault: 'blocked, deactivated, kicked, chat not found',
    quick: 50,
    full: 50,
    run: writeToTheGone,
  },
  { number: 34, fault: 'a group has become a supergroup', quick: 20, full: 20, run: writeToTheMoved },
  { number: 35, fault: 'the answer to sendMessage is lost', quick: 100, full: 100, run: loseAnswers },
]

async function floodTelegram(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 250, hasRateLimits: true })
  await lab.start({ LOG_LEVEL: 'warn' })
  const startedAtMs = performance.now()
  lab.say(run.trials)
  await lab.untilQuiet()
  run.tally.trial(lab.issued.length)
  const verdict = await lab.judge()
  run.tally.add(verdict)
  run.tally.breach('SENT2', verdict.sentTwice)
  const refused = lab.calls.all.filter(({ errorCode }) => errorCode === 429)
  run.tally.breach('sent before retry_after', tooEarly(lab))
  run.tally.expect(refused.length > 0, 'Telegram never refused')
  const seconds = Math.round((performance.now() - startedAtMs) / 1_000)
  run.tally.figures.push(`${refused.length} refusals, ${seconds} s`)
}

/** How many calls for a chat came before the time that a 429 for it had named. */
function tooEarly({ calls }: Lab): number {
  const notBeforeMs = new Map<string | undefined, number>()
  let early = 0
  for (const { chatId, atMs, retryAfter } of calls.all) {
    // Timers of Node may fire a millisecond early, and Telegram's clock is not ours.
    if (atMs < (notBeforeMs.get(chatId) ?? 0) - 20) early += 1
    if (retryAfter !== undefined) notBeforeMs.set(chatId, atMs + 1_000 * retryAfter)
  }
  return early
}

async function writeToTheGone(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: run.trials })
  await lab.start()
  for (const [index, person] of lab.people.entries()) {
    // Its answer finds the person gone.
    if (index % 4 === 0) {
      lab.sayAs(person, 'sleep 30')
      person.blocks(lab.bot)
    } else if (index % 4 === 1) {
      lab.sayAs(person, 'sleep 30')
      person.deactivates()
    } else if (index % 4 === 2) {
      const group = lab.world.createGroup({ title: `Group ${index}`, owner: person, bots: [lab.bot] })
      lab.sayAs(person, 'sleep 30', group)
      person.removes(lab.bot, group)
    } else {
      // Nobody has ever written to the bot from this chat.
      lab.deliverAs(person, 'sleep 30')
    }
  }
  await lab.untilQuiet()
  const rows = await lab.query<{ outcome: string }>('SELECT outcome FROM hello_outbox')
  run.tally.breach(
    'a message that is not closed as refused',
    run.trials - rows.filter(({ outcome }) => outcome === 'refused').length,
  )
  const sends = lab.calls.all.filter(({ method }) => method === 'sendMessage')
  run.tally.breach('sent again', Math.max(0, sends.length - run.trials))
  run.tally.breach(
    'told to nobody',
    run.trials - (await lab.query('SELECT FROM refusals WHERE is_unreachable')).length,
  )
  run.tally.trial(sends.filter(({ errorCode }) => errorCode === 403 || errorCode === 400).length)
  // That nobody was told is the point.
  run.tally.add({ ...(await lab.judge()), unsent: 0 })
}

async function writeToTheMoved(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: run.trials })
  await lab.start()
  for (const person of lab.people) {
    const group = lab.world.createGroup({ title: `Group of ${person.name}`, owner: person, bots: [lab.bot] })
    lab.sayAs(person, 'sleep 30', group)
    lab.sayAs(person, '', group)
    const moved = lab.world.migrate(group)
    await lab.untilQuiet()
    const arrived = lab.calls.all.filter(
      ({ chatId, errorCode }) => chatId === String(moved.id) && errorCode === undefined,
    )
    run.tally.expect(arrived.length === 2, `${arrived.length} of 2 messages arrived in the supergroup`)
    run.tally.expect(arrived[0]?.text === 'saved 1', 'the order was lost')
    run.tally.trial()
  }
  const verdict = await lab.judge()
  run.tally.add({ ...verdict, unsent: 0 })
}

/** Half of them may arrive twice, half of them may not arrive. */
async function loseAnswers(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: run.trials })
  const { failed } = keepFailures(run, lab.bot.id)
  await lab.start()
  for (const [index, person] of lab.people.entries()) {
    const isOnce = index % 2 === 1
    // Even Telegram itself does not always get to act before the connection is cut.
    const when = index % 4 < 2 ? 'after' : 'before'
    lab.server.faults.next('sendMessage', { kind: 'cut', when, chatId: person.id })
    lab.sayAs(person, isOnce ? 'once' : '')
    await lab.untilQuiet()
    const arrived = lab.calls.all.filter(({ chatId }) => chatId === String(person.id)).length
    const wanted = (when === 'after' ? 1 : 0) + (isOnce ? 0 : 1)
    run.tally.expect(
      arrived === wanted,
      `${arrived} messages in place of ${wanted}${isOnce ? ', at most once' : ''}`,
    )
    run.tally.trial()
  }
  const unknown = await lab.query(`SELECT FROM hello_outbox WHERE outcome = 'unknown'`)
  run.tally.expect(
    unknown.length === Math.floor(run.trials / 2),
    'a lost answer that is not marked as unknown',
  )
  run.tally.breach('failed', failed.length)
  run.tally.add({ ...(await lab.judge()), unsent: 0 })
}
