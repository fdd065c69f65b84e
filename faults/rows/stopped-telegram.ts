/** Row 19: Telegram is there and silent. A process that is stopped takes connections, by its kernel, and answers none. */
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from '@hello/core'
import { createTestDatabase } from '@hello/core/testing'
import pg from 'pg'
import { numberedBot } from '../bot/numbered-bot.js'
import { type Issued, judge } from '../harness/judge.js'
import { freePort, readiness, until } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'
import { type OtherTelegram, startTelegrams } from '../harness/telegram-process.js'

/** See the file's purpose. */
export const stoppedTelegramRows: readonly Row[] = [
  {
    number: 19,
    fault: 'Telegram is stopped (SIGSTOP): it takes connections and answers none; a trial is a bot',
    quick: 10,
    full: 10,
    waits: true,
    scaledDown: 'long poll of 1 s in place of 50 s, stopped for some 40 s in place of 5 min',
    run: stopTelegram,
  },
]

async function stopTelegram(run: RowRun): Promise<void> {
  const pollSeconds = run.isQuick ? 1 : 50
  const telegram = await startTelegrams(run, run.trials)
  const bots = await Promise.all(telegram.telegrams.map((one) => startBot(run, one, pollSeconds)))
  const issued = [await telegram.say(), await telegram.say()]
  await untilAllSaid(bots, issued.length)
  telegram.freeze()
  const stoppedAtMs = performance.now()
  // Those that were under way when it stopped.
  const noticed = Promise.all(bots.map(({ pollFailed }) => pollFailed))
  // It says so of the third poll in a row that fails.
  for (const { health } of bots) {
    const isTold = async () => (await readiness(health)) === '503 polling'
    await until(isTold, {
      what: 'the readiness check said so',
      withinMs: 3 * (pollSeconds + 20) * 1_000,
      everyMs: 100,
    })
  }
  if (!run.isQuick) await delay(300_000 - (performance.now() - stoppedAtMs))
  telegram.thaw()
  const thawedAtMs = performance.now()
  issued.push(await telegram.say())
  await untilAllSaid(bots, issued.length)
  const recoveryS = (performance.now() - thawedAtMs) / 1_000
  const noticedS = (Math.max(...(await noticed)) - stoppedAtMs) / 1_000
  // The end of the poll, ten seconds of grace, and ten for what else runs on the machine.
  const allowedS = pollSeconds + 20
  run.tally.expect(noticedS <= allowedS, `noticed after ${noticedS.toFixed(1)} s`)
  // The longest back-off after so few polls, and one poll.
  run.tally.expect(recoveryS <= 20, `handled again only ${recoveryS.toFixed(1)} s after its end`)
  run.tally.figures.push(
    `noticed after ${noticedS.toFixed(1)} s of ${allowedS} s, well ${recoveryS.toFixed(1)} s after its end`,
  )
  const heard = await telegram.hear()
  for (const [index, bot] of bots.entries()) {
    const ofBot = issued.map((round) => round[index] as Issued)
    run.tally.add(await bot.judge(ofBot, heard[index] as readonly string[]))
    run.tally.trial()
  }
}

async function startBot(run: RowRun, { apiRoot, token }: OtherTelegram, pollSeconds: number) {
  const database = await createTestDatabase({ serverUrl: run.postgresUrl })
  const client = new pg.Pool({ connectionString: database.url, max: 1 })
  const app = createApp({ plugins: [numberedBot()()] })
  run.onEnd(async () => {
    await app.stop().catch(() => undefined)
    await client.end()
    await database.drop().catch(() => undefined)
  })
  let tellFailed: (atMs: number) => void = () => undefined
  const pollFailed = new Promise<number>((resolve) => {
    tellFailed = resolve
  })
  const health = { HEALTH_PORT: String(await freePort()) }
  const write = (line: string) => {
    run.keepOutput(line)
    if (line.includes('Polling failed')) tellFailed(performance.now())
  }
  const env = {
    ENVIRONMENT: 'test',
    BOT_TOKEN: token,
    DATABASE_URL: database.url,
    TELEGRAM_API_ROOT: apiRoot,
    LONG_POLL: `${pollSeconds}s`,
    ...health,
  }
  await app.start({ env, logDestination: { write } })
  const read = async <R extends object>(text: string) => (await client.query<R>(text)).rows
  return {
    health,
    pollFailed,
    openRows: async () =>
      (await read('SELECT FROM hello_inbox WHERE settled_at IS NULL')).length +
      (await read('SELECT FROM hello_outbox WHERE closed_at IS NULL')).length,
    effects: async () => (await read('SELECT FROM effects')).length,
    async judge(issued: readonly Issued[], heard: readonly string[]) {
      const effects = await read<Record<'update_id' | 'chat' | 'seq', string>>(
        'SELECT * FROM effects ORDER BY id',
      )
      const halves = await read<{ update_id: string }>('SELECT update_id FROM halves')
      const failed = await read<{ update_id: string }>(
        `SELECT update_id FROM hello_inbox WHERE outcome = 'failed'`,
      )
      return judge({
        issued,
        effects: effects.map((row) => ({
          updateId: Number(row.update_id),
          chat: Number(row.chat),
          seq: Number(row.seq),
        })),
        halves: halves.map(({ update_id }) => Number(update_id)),
        failed: failed.map(({ update_id }) => Number(update_id)),
        replies: new Map([[issued[0]?.chat ?? 0, heard.map((text) => Number(/\d+/.exec(text)?.[0]))]]),
      })
    },
  }
}

/** Until each bot has done so many updates, and sent what they gave it to send. */
async function untilAllSaid(
  bots: readonly Awaited<ReturnType<typeof startBot>>[],
  count: number,
): Promise<void> {
  for (const bot of bots) {
    const isDone = async () => (await bot.effects()) === count && (await bot.openRows()) === 0
    await until(isDone, { what: `${count} updates were handled`, withinMs: 120_000, everyMs: 50 })
  }
}
