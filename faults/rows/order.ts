/** Rows 11, 12, 13 and 46: updates come twice, in a crowd, behind a slow one, or beside one that cannot be stored. */
import { setTimeout as delay } from 'node:timers/promises'
import { forkBot } from '../harness/bot-process.js'
import { type Lab, messageUpdate, openLab, until } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const orderRows: readonly Row[] = [
  {
    number: 11,
    fault: 'one update 20 times in parallel, at two processes',
    quick: 20,
    full: 1_000,
    run: deliverOften,
  },
  {
    number: 12,
    fault: '20 updates of a chat in a batch, the first slower; a trial is a chat',
    quick: 1_000,
    full: 1_000,
    run: crowd,
  },
  {
    number: 13,
    fault: 'one chat is slow for 60 s',
    quick: 400,
    full: 1_200,
    scaledDown: 'slow for 20 s',
    run: oneSlowChat,
  },
  {
    number: 46,
    fault: 'an update that cannot be stored in a batch of 100',
    quick: 20,
    full: 100,
    run: oddBatches,
  },
]

async function deliverOften(run: RowRun): Promise<void> {
  const lab = await openLab(run, { intake: 'webhook', people: 5 })
  const envs = [await lab.env(), await lab.env()]
  for (const env of envs) await forkBot(run, env).started
  // A bot may write to those alone who have written to it.
  lab.say(lab.people.length)
  await lab.untilQuiet()
  // From here on we deliver, not the local Telegram.
  await lab.world.call(lab.bot, 'deleteWebhook')
  for (let trial = 0; trial < run.trials; trial++) {
    const person = lab.people[trial % lab.people.length] as (typeof lab.people)[number]
    const seq = 2 + Math.floor(trial / lab.people.length)
    const updateId = lab.bot.updates.takeId()
    const body = JSON.stringify(messageUpdate({ updateId, person, text: `${seq} work` }))
    lab.note({ updateId, chat: person.id, seq })
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, copy) => post(envs[copy % 2]?.WEBHOOK_URL as string, lab.secret, body)),
    )
    run.tally.breach('an answer that is not 200', answers.filter((status) => status !== 200).length)
    run.tally.trial()
  }
  await lab.untilQuiet()
  run.tally.add(await lab.judge())
}

async function post(url: string, secret: string, body: string): Promise<number> {
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
  const response = await fetch(url, { method: 'POST', headers, body })
  await response.arrayBuffer()
  return response.status
}

async function crowd(run: RowRun): Promise<void> {
  const perChat = 20
  const lab = await openLab(run, { people: run.trials })
  await lab.start({ LOG_LEVEL: 'warn' })
  for (const person of lab.people) {
    lab.sayAs(person, 'sleep 25')
    for (let count = 1; count < perChat; count++) lab.sayAs(person)
  }
  await lab.untilQuiet()
  run.tally.trial(lab.people.length)
  run.tally.add(await lab.judge())
}

/** Beside it the same with a bot of which no chat is slow: what both have in common comes from the machine. */
async function oneSlowChat(run: RowRun): Promise<void> {
  const slowMs = run.isQuick ? 20_000 : 60_000
  const env = { UPDATE_DEADLINE: `${slowMs + 30_000}ms`, SHUTDOWN_DEADLINE: '1s' }
  const [lab, control] = [await openLab(run), await openLab(run)]
  for (const each of [lab, control]) await each.start(env)
  lab.sayAs(lab.people[0] as Lab['people'][number], `sleep ${slowMs}`)
  const [p99Ms = 0, controlMs = 0] = await Promise.all(
    [lab, control].map((each) => measureOthers(run, each, slowMs)),
  )
  run.tally.expect(
    p99Ms < 200 || p99Ms < 1.5 * controlMs,
    `p99 of others of ${Math.round(p99Ms)} ms, and ${Math.round(controlMs)} ms without a slow chat`,
  )
  run.tally.figures.push(
    `p99 of others ${Math.round(p99Ms)} ms, without a slow chat ${Math.round(controlMs)} ms`,
  )
  run.tally.trial(run.trials)
  for (const each of [lab, control]) {
    await each.untilQuiet()
    run.tally.add(await each.judge())
  }
}

/** All but the first write in turn. @returns the 99th percentile of what they waited for their answers, in milliseconds */
async function measureOthers(run: RowRun, lab: Lab, forMs: number): Promise<number> {
  const others = lab.people.slice(1)
  const saidAtMs = new Map<string, number>()
  for (let count = 0; count < run.trials; count++) {
    const person = others[count % others.length] as Lab['people'][number]
    const { seq } = lab.sayAs(person)
    saidAtMs.set(`${person.id} saved ${seq}`, performance.now())
    await delay(forMs / run.trials)
  }
  const delaysMs = () =>
    lab.calls.all.flatMap(({ chatId, text, atMs }) => {
      const fromMs = saidAtMs.get(`${chatId} ${text}`)
      return fromMs === undefined ? [] : [atMs - fromMs]
    })
  await until(() => delaysMs().length === run.trials, { what: 'others had their answers', withinMs: 60_000 })
  return delaysMs().sort((a, b) => a - b)[Math.floor(run.trials * 0.99)] ?? Number.POSITIVE_INFINITY
}

async function oddBatches(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 20 })
  await lab.start({ LOG_LEVEL: 'warn' })
  for (let trial = 0; trial < run.trials; trial++) {
    const place = Math.floor(run.random() * 100)
    for (let index = 0; index < 100; index++) {
      const person = lab.people[index % lab.people.length] as (typeof lab.people)[number]
      if (index === place) deliverOdd(lab, person, trial)
      else lab.sayAs(person)
    }
    await lab.untilQuiet()
    run.tally.trial()
  }
  const verdict = await lab.judge()
  run.tally.add(verdict)
  run.tally.figures.push(`${(await lab.failures()).length} kept as failed rows`)
}

function deliverOdd(lab: Lab, person: Lab['people'][number], trial: number): void {
  const odd: readonly [verb: string, extra: object][] = [
    ['half \ud83d an emoji', {}],
    ['a NUL \u0000 here', {}],
    ['x'.repeat(1_000_000), {}],
    ['with', { caption: '\udc00', reply_to_message: { text: '\u0000\ud800' } }],
    ['deep', { reply_to_message: nested(1_000) }],
  ]
  lab.deliverAs(person, ...(odd[trial % odd.length] as (typeof odd)[number]))
}

function nested(depth: number): object {
  let value: object = {}
  for (let level = 0; level < depth; level++) value = { reply_to_message: value }
  return value
}
