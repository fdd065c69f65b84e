/** Sends updates and measures each from being posted to its answer being seen by the Bot API; a process of its own. A round ends when nothing is left to send. */
import { Pool } from 'undici'
import { InFlight } from './in-flight.mjs'
import { Names, personAt } from './people.mjs'
import { quantile } from './statistics.mjs'

const clockMs = () => Number(process.hrtime.bigint()) / 1e6
const names = new Names()
let onSeen = () => undefined

process.on('message', async (message) => {
  if (message.run) process.send({ result: await run(message.run) })
  else if (message.seen) onSeen(message.seen)
})
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
  await sender.close()
  const latencies = underWay.latenciesMs
  return {
    seconds: (lastMs - startedMs) / 1000,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  }
}

function sendByWebhook(url, secret, connections) {
  const pool = new Pool(url.origin, { connections, pipelining: 1 })
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
  const post = async (update) => {
    const { statusCode, body } = await pool.request({
      path: url.pathname,
      method: 'POST',
      headers,
      body: JSON.stringify(update),
    })
    await body.dump()
    if (statusCode !== 200) throw new Error(`The bot answered an update with ${statusCode}.`)
  }
  return { send: (updates) => Promise.all(updates.map(post)), close: () => pool.close() }
}

function sendByPolling() {
  return { send: async (updates) => void process.send({ updates }), close: async () => undefined }
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
