/** Kills a real bot 20 times under load and then counts: no update is lost, none is done twice, and every chat keeps its order. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createWorld, type Person, startServer } from '@hello/testing'
import fc from 'fast-check'
import { Client } from 'pg'
import { build } from 'tsup'
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { createTestDatabase } from '../src/testing/test-database.js'
import { secretsIn } from './cli.fixture.js'
import { freePort } from './support/free-port.js'

const sourcePath = fileURLToPath(new URL('./kill-loop.child.ts', import.meta.url))
// Beside `src`, where the child finds core's package.json and what core depends on.
const builtPath = fileURLToPath(new URL(`../.kill-loop-${process.pid}`, import.meta.url))
const kills = 20
const chats = 12
const seed = Number(process.env.KILL_LOOP_SEED ?? Math.floor(Math.random() * 2 ** 31))

// From the sources, as one file: a start then takes half a second, not two.
beforeAll(async () => {
  await build({
    entry: { child: sourcePath },
    outDir: builtPath,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    splitting: false,
    external: [/^[a-z@]/],
    config: false,
    silent: true,
  })
  return () => rm(builtPath, { recursive: true })
})

test.for(['polling', 'webhook'] as const)(
  `${kills} times kill -9 under load by %s: 0 lost, 0 doubled, order kept (seed ${seed})`,
  { timeout: 600_000 },
  async (intake) => {
    const lab = await openLab(intake)
    const moments = fc.sample(fc.noBias(fc.integer({ min: 0, max: 200 })), { numRuns: kills, seed })
    let underWay = 0
    for (const [round, momentMs] of moments.entries()) {
      lab.say(60)
      const child = await lab.startBot()
      // Every fifth dies while it starts or recovers, the others at a random moment of their work.
      if (round % 5 === 4) await delay(momentMs * 3)
      else await started(child)
      const load = setInterval(() => lab.say(3), 5)
      await delay(momentMs)
      clearInterval(load)
      child.kill('SIGKILL')
      await once(child, 'exit')
      underWay += await lab.underWay()
    }
    const last = await lab.startBot()
    await started(last)
    await lab.untilQuiet()
    const exited = once(last, 'exit')
    last.kill('SIGTERM')
    expect(await exited, `seed ${seed}`).toEqual([0, null])

    const { lost, doubled, misordered, unanswered, answeredTwice, misanswered } = await lab.count()
    process.stdout.write(
      `kill loop by ${intake}: seed ${seed}, ${kills} kills, on average ${Math.round(underWay / kills)} updates under way at each, ${lab.said()} in all: ${lost} lost, ${doubled} doubled, ${answeredTwice} answers sent twice\n`,
    )
    const counts = { lost, doubled, misordered, unanswered, misanswered }
    const none = { lost: 0, doubled: 0, misordered: 0, unanswered: 0, misanswered: 0 }
    expect(counts, `seed ${seed}`).toEqual(none)
    // Only what was on its way to Telegram when the process died may arrive again.
    expect(answeredTwice, `seed ${seed}`).toBeLessThanOrEqual(kills * chats)
  },
)

/** Until the bot runs. */
async function started(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(() => expect.fail('The bot ended before it had started'))
  await Promise.race([once(child, 'message'), ended])
  ended.catch(() => undefined)
}

async function openLab(intake: 'polling' | 'webhook') {
  const world = createWorld()
  const bot = world.createBot({ username: 'hello_kill_bot' })
  const server = await startServer(world, { defaults: { bot } })
  const database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  const client = new Client({ connectionString: database.url })
  client.on('error', () => undefined)
  await client.connect()
  const children: ChildProcess[] = []
  const written: string[] = []
  onTestFinished(async () => {
    for (const child of children) child.kill('SIGKILL')
    await client.end()
    await server.stop()
    world.close()
    await database.drop()
    expect(written.join(''), 'nothing was logged').toContain('"level"')
    for (const secret of secretsIn(env))
      expect(written.join(''), 'a secret was written').not.toContain(secret)
  })
  const port = intake === 'webhook' ? await freePort() : 0
  const env = {
    ...process.env,
    ENVIRONMENT: 'test',
    BOT_TOKEN: bot.token,
    DATABASE_URL: database.url,
    TELEGRAM_API_ROOT: server.apiRoot,
    LOG_LEVEL: 'info',
    ...(intake === 'webhook' && {
      WEBHOOK_URL: `http://127.0.0.1:${port}/webhook`,
      WEBHOOK_SECRET: 'a-secret-of-the-kill-loop',
      PORT: String(port),
    }),
  }
  const people = Array.from({ length: chats }, (_, index) =>
    world.createPerson({ firstName: `Person ${index}` }),
  )
  const seqs = new Map<Person, number>(people.map((person) => [person, 0]))
  let next = 0
  const say = (messages: number) => {
    for (let count = 0; count < messages; count++) {
      const person = people[next++ % chats] as Person
      const seq = (seqs.get(person) as number) + 1
      seqs.set(person, seq)
      person.sends(String(seq))
    }
  }
  return {
    say,
    said: () => next,
    async startBot() {
      // Set anew by the bot, it delivers at once: Telegram has counted the failures of the dead one, and would wait longer each time.
      if (intake === 'webhook') await world.call(bot, 'deleteWebhook')
      const child = fork(`${builtPath}/child.mjs`, { env, execArgv: [], silent: true })
      children.push(child)
      for (const stream of [child.stdout, child.stderr])
        stream?.setEncoding('utf8').on('data', (text: string) => written.push(text))
      return child
    },
    /** How many updates stand in the inbox unsettled. */
    async underWay() {
      const [table] = await query<{ inbox: string | null }>(`SELECT to_regclass('hello_inbox') AS inbox`)
      if (table?.inbox === null) return 0
      const rows = await query('SELECT FROM hello_inbox WHERE settled_at IS NULL')
      return rows.length
    },
    /** Until every update has left Telegram, is settled, and every answer is sent. */
    async untilQuiet() {
      const deadlineMs = performance.now() + 120_000
      while (performance.now() < deadlineMs) {
        // In this order: an update that leaves Telegram between the two stands in the inbox by then.
        const pending = bot.updates.pending().length
        const [row] = await query<{ open: string }>(
          `SELECT (SELECT count(*) FROM hello_inbox WHERE settled_at IS NULL)
            + (SELECT count(*) FROM hello_outbox WHERE closed_at IS NULL) AS open`,
        )
        if (pending === 0 && row?.open === '0') return
        await delay(50)
      }
      expect.fail(`The bot did not come to rest; seed ${seed}`)
    },
    async count() {
      const effects = await query<{ chat: string; seq: number; update_id: string }>(
        'SELECT chat, seq, update_id FROM effects ORDER BY id',
      )
      const greetings = await query<{ total: string }>('SELECT sum(greetings) AS total FROM people')
      const done = new Set(effects.map(({ update_id }) => update_id))
      const answers = people.map((person) =>
        person
          .transcript()
          .flatMap(({ text }) => /^seen (\d+)$/.exec(text)?.[1] ?? [])
          .map(Number),
      )
      const different = answers.map((numbers) => [...new Set(numbers)])
      return {
        lost: next - done.size,
        doubled: effects.length - done.size + Math.abs(Number(greetings[0]?.total) - effects.length),
        misordered: people.filter((person) =>
          isMisordered(effects.filter(({ chat }) => Number(chat) === person.id).map(({ seq }) => seq)),
        ).length,
        unanswered: next - different.flat().length,
        answeredTwice: answers.flat().length - different.flat().length,
        misanswered: different.filter(isMisordered).length,
      }
    },
  }

  async function query<Row extends object>(text: string): Promise<Row[]> {
    return (await client.query<Row>(text)).rows
  }
}

const isMisordered = (numbers: readonly number[]) =>
  numbers.some((number, index) => number < (numbers[index - 1] ?? 0))
