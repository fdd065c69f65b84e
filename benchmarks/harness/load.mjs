/** Sends updates, with a Bot API beside it, and measures each from being posted to its answer being seen by the Bot API; a process of its own. A round ends when nothing is left to send. */
import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { InFlight } from './in-flight.mjs'
import { Names, personAt } from './people.mjs'
import { quantile } from './statistics.mjs'
import { Poster } from './wire.mjs'

const clockMs = () => Number(process.hrtime.bigint()) / 1e6
const names = new Names()
let onSeen = () => undefined

// Its own child, so that what was seen takes no way round.
const api = fork(fileURLToPath(new URL('bot-api.mjs', import.meta.url)))
api.on('message', ({ apiRoot, seen }) => {
  if (seen) onSeen(seen)
  else process.send({ apiRoot })
})
process.on('message', async ({ run: size }) => process.send({ result: await run(size) }))
process.on('disconnect', () => process.exit())

/** Posts `count` updates by webhook, `inFlight` at once, or hands them to the Bot API where there is no webhook. */
async function run({ count, inFlight, people, firstIndex, webhookUrl, secret }) {
  const underWay = new InFlight()
  const sender = webhookUrl ? sendByWebhook(new URL(webhookUrl), secret, inFlight) : sendByPolling()
  let next = 0
  let lastMs = 0
  const startedMs = clockMs()
  await new Promise((resolve, reject) => {
    const fill = () => {
      const updates = []
      while (underWay.size < inFlight && next < count) {
        const index = firstIndex + next
        const personId = personAt(index, people)
        // Somebody who has not been answered yet waits, and so do those behind.
        if (underWay.has(personId)) break
        next++
        underWay.post(personId, clockMs())
        updates.push(updateOf(index, personId))
      }
      if (updates.length > 0) sender.send(updates).catch(reject)
    }
    onSeen = (answers) => {
      for (const [chatId, atMs] of answers) {
        underWay.answer(chatId, atMs)
        lastMs = Math.max(lastMs, atMs)
      }
      if (underWay.unasked > 0) reject(new Error(`The bot answered ${underWay.unasked} times too often.`))
      else if (underWay.latenciesMs.length === count) resolve()
      else fill()
    }
    fill()
  })
  sender.close()
  const latencies = underWay.latenciesMs
  return {
    seconds: (lastMs - startedMs) / 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  }
}

function sendByWebhook(url, secret, connections) {
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
  const poster = new Poster({ url, headers, connections })
  const post = async (update) => {
    const status = await poster.post(JSON.stringify(update))
    if (status !== 200) throw new Error(`The bot answered an update with ${status}.`)
  }
  return { send: (updates) => Promise.all(updates.map(post)), close: () => poster.close() }
}

function sendByPolling() {
  return { send: async (updates) => void api.send({ updates }), close: () => undefined }
}

function updateOf(index, personId) {
  const updateId = 1_000_000 + index
  const from = {
    id: personId,
    is_bot: false,
    first_name: names.at(index, personId),
    username: `person_${personId}`,
    language_code: 'en',
  }
  return {
    update_id: updateId,
    message: {
      message_id: updateId,
      date: 1_700_000_000,
      chat: { id: personId, type: 'private', first_name: from.first_name, username: from.username },
      from,
      text: '/start',
      entities: [{ offset: 0, length: 6, type: 'bot_command' }],
    },
  }
}
