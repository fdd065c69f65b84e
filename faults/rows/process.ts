/** Rows 40 to 43: the process is told to end, told twice, told too early, or finds no room to work in. */

import { openSync } from 'node:fs'
import { createServer } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { type BotProcess, startCli } from '../harness/bot-process.js'
import { type Lab, openLab, until } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const processRows: readonly Row[] = [
  { number: 40, fault: 'SIGTERM under load', quick: 50, full: 200, run: stopUnderLoad },
  { number: 41, fault: 'a second signal while a handler hangs', quick: 20, full: 20, run: stopTwice },
  { number: 42, fault: 'SIGTERM during the start', quick: 15, full: 15, run: stopInStart },
  {
    number: 43,
    fault: 'log on a full disk, port taken, no file handles',
    quick: 15,
    full: 15,
    run: findNoRoom,
  },
]

const stopDeadlineMs = 5_000

/** Every fifth by the command line, the others by the test build, which starts in a third of the time. */
async function stopUnderLoad(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 60 })
  let slowestMs = 0
  for (let trial = 0; trial < run.trials; trial++) {
    const env = { SHUTDOWN_DEADLINE: `${stopDeadlineMs}ms` }
    const bot = trial % 5 === 0 ? startCli(run, await lab.env(env)) : await lab.fork(env)
    await bot.started
    lab.say(60, 'sleep 50')
    await delay(run.random() * 100)
    const startedAtMs = performance.now()
    const end = await bot.stop()
    const tookMs = performance.now() - startedAtMs
    slowestMs = Math.max(slowestMs, tookMs)
    run.tally.expect(end === 0, `exit code ${end}`)
    run.tally.expect(tookMs <= stopDeadlineMs + 1_000, 'an end later than the deadline and a second')
    run.tally.breach('written and not confirmed', await countUnconfirmed(lab))
    run.tally.trial()
    if (trial % 10 === 9) run.say(`${trial + 1} stops`)
  }
  const last = await lab.fork()
  await last.started
  await lab.untilQuiet()
  await last.stop()
  run.tally.figures.push(`slowest stop ${Math.round(slowestMs)} ms`)
  const verdict = await lab.judge()
  run.tally.add(verdict)
  run.tally.breach('SENT2', verdict.sentTwice)
}

/** Updates that stand in the inbox, and that Telegram would deliver again. */
async function countUnconfirmed(lab: Lab): Promise<number> {
  const rows = await lab.query<{ update_id: string }>('SELECT update_id FROM hello_inbox')
  const written = new Set(rows.map(({ update_id }) => Number(update_id)))
  return lab.bot.updates.pending().filter(({ id }) => written.has(id)).length
}

async function stopTwice(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: run.trials + 1 })
  const [other, ...people] = lab.people
  const env = { UPDATE_DEADLINE: '60s', SHUTDOWN_DEADLINE: '60s' }
  for (const person of people) {
    const bot = startCli(run, await lab.env(env))
    await bot.started
    const { updateId } = lab.sayAs(person, 'sleep 50000')
    lab.sayAs(other as Lab['people'][number], 'work')
    await until(() => isTaken(lab, updateId), { what: 'the update was taken' })
    bot.child.kill('SIGTERM')
    // A second signal at once would be the echo of a Ctrl-C through npm.
    await delay(700)
    run.tally.expect(bot.child.exitCode === null, 'it did not wait for its update')
    const startedAtMs = performance.now()
    const end = await bot.stop()
    run.tally.expect(end === 1, `exit code ${end}`)
    run.tally.expect(performance.now() - startedAtMs < 1_000, 'it did not end at once')
    run.tally.trial()
  }
  const last = await lab.fork({ UPDATE_DEADLINE: '300ms' })
  await last.started
  await lab.untilQuiet()
  await last.stop()
  run.tally.add(await lab.judge())
}

async function isTaken(lab: Lab, updateId: number): Promise<boolean> {
  const rows = await lab.query(`SELECT FROM hello_inbox WHERE update_id = $1`, [updateId])
  return rows.length > 0
}

/** While Telegram does not say who the bot is, while a migration runs, and while a plugin starts: five of each. */
async function stopInStart(run: RowRun): Promise<void> {
  const phases = ['getMe', 'migration', 'plugin'] as const
  for (let trial = 0; trial < run.trials; trial++) {
    const phase = phases[trial % phases.length] as (typeof phases)[number]
    const lab = await openLab(run, { people: 1 })
    if (phase === 'getMe') lab.server.faults.next('getMe', { kind: 'hang' })
    const bot = startCli(run, await lab.env({ FAULTS_SLOW: phase }))
    await reaches(phase, bot, lab)
    const startedAtMs = performance.now()
    const end = await bot.stop()
    run.tally.expect(end === 0, `${phase}: exit code ${end}`)
    run.tally.expect(performance.now() - startedAtMs < 8_000, `${phase}: it ended late`)
    run.tally.expect(!bot.output.includes('last has started'), `${phase}: it went on to start`)
    const hasStarted = bot.output.includes('first has started')
    run.tally.expect(
      bot.output.includes('first has stopped') === hasStarted,
      `${phase}: what had started was not stopped`,
    )
    run.tally.expect(hasStarted === (phase === 'plugin'), `${phase}: a plugin started before its time`)
    if (phase === 'migration') run.tally.expect(await isWholeOrNone(lab), 'half a migration')
    run.tally.trial()
  }
}

async function reaches(phase: 'getMe' | 'migration' | 'plugin', bot: BotProcess, lab: Lab): Promise<void> {
  if (phase === 'plugin') return bot.says(/slow is starting/)
  if (phase === 'getMe') return until(() => !lab.server.faults.isArmed, { what: 'getMe was asked' })
  return until(
    async () => {
      const rows = await lab.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(2)%' AND pid <> pg_backend_pid()`,
      )
      return rows.length > 0
    },
    { what: 'the migration ran' },
  )
}

/** A migration and its row in the log are there together, or neither. */
async function isWholeOrNone(lab: Lab): Promise<boolean> {
  const [table] = await lab.query<{ name: string | null }>(`SELECT to_regclass('half_done') AS name`)
  const rows = await lab.query(`SELECT FROM hello_migrations WHERE plugin = 'slow'`)
  return (table?.name !== null) === rows.length > 0
}

async function findNoRoom(run: RowRun): Promise<void> {
  const taken = createServer().listen(0)
  await new Promise((resolve) => taken.once('listening', resolve))
  run.onEnd(() => taken.close())
  const { port } = taken.address() as { port: number }
  for (let trial = 0; trial < run.trials; trial++) {
    const kind = trial % 3
    const lab = await openLab(run, { intake: kind === 1 ? 'webhook' : 'polling', people: 1 })
    const env = await lab.env({ LOG_LEVEL: 'debug' })
    if (kind === 0)
      await expectEnd(run, startCli(run, env, { stdout: openSync('/dev/full', 'w') }), 1, /ENOSPC|no space/)
    else if (kind === 1) {
      const url = `http://127.0.0.1:${port}/webhook`
      await expectEnd(
        run,
        startCli(run, { ...env, PORT: String(port), WEBHOOK_URL: url }),
        78,
        /CONFIG_PORT_IN_USE/,
      )
      run.tally.expect(lab.bot.webhook === undefined, 'the webhook was set all the same')
    } else
      await expectEnd(run, startCli(run, env, { openFiles: 22 }), undefined, /EMFILE|too many open files/i)
    run.tally.trial()
  }
}

/** It ends by itself with this code (any but 0 where none is given), and says why. */
async function expectEnd(
  { tally }: RowRun,
  bot: BotProcess,
  code: number | undefined,
  why: RegExp,
): Promise<void> {
  const end = await Promise.race([bot.ended, delay(15_000, 'no end' as const)])
  tally.expect(
    code === undefined ? typeof end === 'number' && end > 0 : end === code,
    `${why.source}: ended with ${end}`,
  )
  tally.expect(why.test(bot.output), `${why.source}: not told`)
  await bot.kill()
}
