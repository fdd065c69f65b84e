/** Starts one peer with the Bot API and the load beside it, and measures a round: three processes and a database. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

const file = (name) => new URL(name, import.meta.url)
const secret = 'a-secret-for-the-benchmark'
const token = `4242424242:${'A'.repeat(35)}`

/** Resolves with the first message that has the key. */
const messageWith = (child, key) =>
  new Promise((resolve, reject) => {
    const onMessage = (message) => {
      if (!(key in message)) return
      child.off('message', onMessage)
      resolve(message)
    }
    child.on('message', onMessage)
    child.once('exit', (code) =>
      reject(new Error(`${child.spawnfile} ended with ${code} before it said "${key}".`)),
    )
  })

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}

/** A peer that runs. `round` gives its figures. */
export async function startPeer({ script, env = {} }, databaseUrl, { isWebhook }) {
  const api = fork(file('bot-api.mjs'))
  const { apiRoot } = await messageWith(api, 'apiRoot')
  const load = fork(file('load.mjs'))
  api.on('message', ({ seen }) => seen && load.send({ seen }))
  load.on('message', ({ updates }) => updates && api.send({ updates }))
  const webhookUrl = isWebhook ? `http://127.0.0.1:${await freePort()}/webhook` : undefined
  const bot = fork(new URL(`../peers/${script}`, import.meta.url), {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      ENVIRONMENT: 'development',
      LOG_LEVEL: 'info',
      BOT_TOKEN: token,
      TELEGRAM_API_ROOT: apiRoot,
      DATABASE_URL: databaseUrl,
      ...(webhookUrl && {
        WEBHOOK_URL: webhookUrl,
        WEBHOOK_SECRET: secret,
        PORT: new URL(webhookUrl).port,
        HEALTH_PORT: String(await freePort()),
      }),
      ...env,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  await messageWith(bot, 'ready')
  const children = [api, load, bot]
  let nextUpdateId = 1_000_000
  const figures = async () => {
    bot.send({})
    return messageWith(bot, 'cpuMicros')
  }
  return {
    pids: children.map(({ pid }) => pid),
    async round({ count, inFlight, people, firstPerson }) {
      const before = await figures()
      load.send({
        run: { count, inFlight, people, firstPerson, firstUpdateId: nextUpdateId, webhookUrl, secret },
      })
      nextUpdateId += count
      const { result } = await messageWith(load, 'result')
      const after = await figures()
      return {
        updatesPerSecond: count / result.seconds,
        cpuMicros: (after.cpuMicros - before.cpuMicros) / count,
        p50Ms: result.p50Ms,
        p99Ms: result.p99Ms,
        rssMb: after.rssBytes / 2 ** 20,
      }
    },
    async stop() {
      for (const child of children) {
        if (child.connected) child.disconnect()
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      }
    },
  }
}
