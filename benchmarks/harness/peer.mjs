/** Starts one peer with the load and the Bot API beside it, and measures a round: three processes and a database. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { usageBetween } from './cpu-watch.mjs'

const secret = 'a-secret-for-the-benchmark'
/** The token of the bot that every peer is. */
export const token = `4242424242:${'A'.repeat(35)}`

/** Forks a file of the benchmark, by its path from this folder. */
export const forkFile = (name, options) => fork(fileURLToPath(new URL(name, import.meta.url)), options)

/** Resolves with the first message that has the key. Rejects when the process ends before. */
export function messageWith(child, key) {
  return new Promise((resolve, reject) => {
    const done = () => {
      child.off('message', onMessage)
      child.off('exit', onExit)
    }
    const onMessage = (message) => {
      if (!(key in message)) return
      done()
      resolve(message)
    }
    const onExit = (code, signal) => {
      done()
      reject(new Error(`${child.spawnargs.at(-1)} ended (${code ?? signal}) before it said "${key}".`))
    }
    child.on('message', onMessage)
    child.once('exit', onExit)
  })
}

/** The same as `promise`, unless the process ends before: nobody would ever answer then. */
function whileAlive(child, promise) {
  return new Promise((resolve, reject) => {
    const onExit = (code, signal) =>
      reject(new Error(`A peer ended (${code ?? signal}) in the middle of a round.`))
    child.once('exit', onExit)
    promise.then(resolve, reject).finally(() => child.off('exit', onExit))
  })
}

/** Ends processes that were forked, in order. */
export async function endAll(children) {
  for (const child of children) {
    if (child.connected) child.disconnect()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

/** A port of this machine that nobody has. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

/** What a bot of the benchmark finds in its environment, whoever wrote it. */
export function environmentOf({ apiRoot, databaseUrl, port, healthPort, further = {} }) {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    ENVIRONMENT: 'production',
    MIGRATE: 'auto',
    LOG_LEVEL: 'info',
    BOT_TOKEN: token,
    TELEGRAM_API_ROOT: apiRoot,
    DATABASE_URL: databaseUrl,
    HEALTH_PORT: String(healthPort),
    // What Telegram would be told. The load goes past the proxy that has the name.
    ...(port && {
      WEBHOOK_URL: 'https://bot.example.com/webhook',
      WEBHOOK_SECRET: secret,
      PORT: String(port),
    }),
    ...further,
  }
}

/**
 * A peer that runs. `round` gives its figures; `updates` is how many it was sent in all.
 *
 * @param {{ name: string, script: string | URL, env?: Record<string, string>, switchesInbox?: boolean }} peer
 * @param {{ databaseUrl: string, isWebhook: boolean, cpuWatch: { read(): object | undefined } }} place
 */
export async function startPeer({ name, script, env, switchesInbox }, { databaseUrl, isWebhook, cpuWatch }) {
  const children = []
  try {
    const load = forkFile('load.mjs')
    children.push(load)
    const { apiRoot } = await messageWith(load, 'apiRoot')
    const port = isWebhook ? await freePort() : undefined
    const bot = fork(script instanceof URL ? fileURLToPath(script) : script, {
      cwd: fileURLToPath(new URL('../peers', import.meta.url)),
      env: environmentOf({ apiRoot, databaseUrl, port, healthPort: await freePort(), further: env }),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    children.unshift(bot)
    await messageWith(bot, 'ready')
    const webhookUrl = port && `http://127.0.0.1:${port}/webhook`
    return createPeer({ name, bot, load, children, webhookUrl, cpuWatch, switchesInbox })
  } catch (error) {
    await endAll(children)
    throw error
  }
}

function createPeer({ name, bot, load, children, webhookUrl, cpuWatch, switchesInbox = false }) {
  let updates = 0
  const ask = (question, key) => {
    const answer = messageWith(bot, key)
    bot.send({ ask: question })
    return answer
  }
  const figures = () => ask('figures', 'cpuMicros')
  const play = async ({ count, inFlight, people }) => {
    const ended = whileAlive(bot, messageWith(load, 'result'))
    load.send({ run: { count, inFlight, people, firstIndex: updates, webhookUrl, secret } })
    updates += count
    return (await ended).result
  }
  const measure = async (size) => {
    const { count } = size
    const [machineBefore, before] = [cpuWatch.read(), await figures()]
    const result = await play(size)
    // Asked when the bot has nothing left to do: what it puts off is part of what an update costs.
    const after = await figures()
    const { foreignShare, ownMicros, databaseMicros } = usageBetween(machineBefore, cpuWatch.read())
    return {
      updatesPerSecond: count / result.seconds,
      cpuMicros: (after.cpuMicros - before.cpuMicros) / count,
      databaseMicros: databaseMicros && databaseMicros / count,
      // Of the load and the Bot API: the same for all, whoever is measured.
      harnessMicros: ownMicros && (ownMicros - after.cpuMicros + before.cpuMicros) / count,
      p50Ms: result.p50Ms,
      p99Ms: result.p99Ms,
      rssMb: after.rssBytes / 2 ** 20,
      foreignShare,
    }
  }
  /** The figures are those without the inbox; `withInboxMicros` is what an update costs the same process with it. */
  const measureBoth = async (size) => {
    const withInbox = await measure(size)
    await ask('inboxOff', 'isInboxOn')
    const without = await measure(size)
    await ask('inboxOn', 'isInboxOn')
    return {
      ...without,
      foreignShare:
        without.foreignShare === undefined
          ? undefined
          : Math.max(without.foreignShare, withInbox.foreignShare),
      withInboxMicros: withInbox.cpuMicros,
    }
  }
  return {
    name,
    get updates() {
      return updates
    },
    round: switchesInbox ? measureBoth : measure,
    /** A round in which the bot is asked where its time goes. @see profiler.mjs */
    async profile(size) {
      await ask('startProfile', 'isProfiling')
      await play(size)
      return (await ask('stopProfile', 'profile')).profile
    },
    stop: () => endAll(children),
  }
}
