/** From the start of a process to the first answer at the Bot API, and what the process takes when it idles. The update waits at Telegram already, and the database is there. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { usageBetween } from '../harness/cpu-watch.mjs'
import { environmentOf, forkFile, freePort, messageWith } from '../harness/peer.mjs'
import { measureRounds } from '../harness/rounds.mjs'
import { summaryOf } from './whole-job.mjs'

const fromHere = (path) => fileURLToPath(new URL(path, import.meta.url))

const starters = [
  {
    name: 'hello',
    label: 'Hello (`hello start`)',
    isHello: true,
    script: fromHere('../node_modules/@hello/core/dist/cli/main.js'),
    args: ['start', '--cwd', fromHere('../peers')],
  },
  {
    name: 'telegraf-sequelize',
    label: 'telegraf + Sequelize',
    isHello: false,
    script: fromHere('../peers/telegraf-sequelize.mjs'),
  },
  {
    name: 'grammy-kysely',
    label: 'grammY + Kysely',
    isHello: false,
    script: fromHere('../peers/grammy-kysely.mjs'),
  },
]

/** How long nothing happens before the memory is read. */
const idleMs = 3_000

/** @returns {Promise<{ name: string, label: string, medians: { firstAnswerMs: number, idleRssMb: number }, spreads: object }[]>} */
export async function measureStartUp({ isQuick, databases, cpuWatch, mayRepeat, say }) {
  const running = []
  let starts = 0
  try {
    for (const starter of starters) {
      running.push({ ...starter, database: await databases.create({ isBare: !starter.isHello }) })
    }
    const measure = (starter) => startOnce(starter, { update: startCommand(++starts), isQuick, cpuWatch })
    // The first start of each makes tables and fills the disk's cache.
    for (const starter of running) await measure(starter)
    const figures = await measureRounds(running, {
      rounds: isQuick ? 2 : 5,
      measure,
      mayRepeat,
      onRound: (text) => say(`start, ${text}`),
    })
    return starters.map(({ name, label }) => ({ name, label, ...summaryOf(figures.get(name)) }))
  } finally {
    for (const { database } of running) await database.drop()
  }
}

async function startOnce({ script, args = [], database }, { update, isQuick, cpuWatch }) {
  const api = forkFile('bot-api.mjs')
  let bot
  try {
    const { apiRoot } = await messageWith(api, 'apiRoot')
    api.send({ updates: [update] })
    const env = environmentOf({ apiRoot, databaseUrl: database.url, healthPort: await freePort() })
    const before = cpuWatch.read()
    const startedAtMs = Number(process.hrtime.bigint()) / 1e6
    bot = fork(script, args, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const answered = messageWith(api, 'seen')
    const failed = once(bot, 'exit').then(([code]) => {
      throw new Error(`${script} ended with ${code} before it answered.`)
    })
    failed.catch(() => undefined)
    const { seen } = await Promise.race([answered, failed])
    const { foreignShare } = usageBetween(before, cpuWatch.read())
    await delay(isQuick ? idleMs / 3 : idleMs)
    return { firstAnswerMs: seen[0][1] - startedAtMs, idleRssMb: rssMbOf(bot.pid), foreignShare }
  } finally {
    if (bot?.exitCode === null) {
      bot.kill('SIGTERM')
      await once(bot, 'exit')
    }
    api.disconnect()
    await once(api, 'exit')
  }
}

/** Where there is no /proc, nothing is known. */
function rssMbOf(pid) {
  if (process.platform !== 'linux') return undefined
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return Number(kilobytes) / 1024
}

function startCommand(number) {
  const from = {
    id: 7_000_000_000,
    is_bot: false,
    first_name: 'Alice',
    username: 'alice',
    language_code: 'en',
  }
  const message = {
    message_id: number,
    date: 1_700_000_000,
    chat: { id: from.id, type: 'private', first_name: 'Alice', username: 'alice' },
    from,
    text: '/start',
    entities: [{ offset: 0, length: 6, type: 'bot_command' }],
  }
  return { update_id: 1_000 + number, message }
}
