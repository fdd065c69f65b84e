/** Sends updates and measures each from being posted to its answer being seen by the Bot API; a process of its own. In flight are updates whose answer is not yet there, whenever the bot confirms them. */
import { Pool } from 'undici'

const clockMs = () => Number(process.hrtime.bigint()) / 1e6

process.on('message', async (message) => {
  if (message.run) process.send({ result: await run(message.run) })
  else if (message.seen) for (const [chatId, atMs] of message.seen) seenAnswer(chatId, atMs)
})
process.on('disconnect', () => process.exit())

const started = new Map()
let latencies = []
let onAnswer = () => undefined

function seenAnswer(chatId, atMs) {
  const startedAtMs = started.get(chatId)
  if (startedAtMs === undefined) return
  started.delete(chatId)
  latencies.push(atMs - startedAtMs)
  onAnswer(atMs)
}

/** Posts `count` updates by webhook, `inFlight` at once, or hands them to the Bot API in batches where there is no webhook. */
async function run({ count, inFlight, people, firstPerson, firstUpdateId, webhookUrl, secret }) {
  latencies = []
  const send =
    webhookUrl === undefined ? sendByPolling() : sendByWebhook(new URL(webhookUrl), secret, inFlight)
  let next = 0
  let lastMs = 0
  const startedMs = clockMs()
  await new Promise((resolve, reject) => {
    const fill = () => {
      const updates = []
      while (started.size < inFlight && next < count) {
        const chatId = firstPerson + (next % people)
        // A person who has not been answered yet waits: the next one goes first.
        if (started.has(chatId)) break
        started.set(chatId, clockMs())
        updates.push(updateOf(firstUpdateId + next++, chatId))
      }
      if (updates.length > 0) send(updates).catch(reject)
    }
    onAnswer = (atMs) => {
      lastMs = Math.max(lastMs, atMs)
      if (latencies.length === count) resolve()
      else fill()
    }
    fill()
  })
  latencies.sort((a, b) => a - b)
  const at = (share) => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))]
  return { seconds: (lastMs - startedMs) / 1000, p50Ms: at(0.5), p99Ms: at(0.99) }
}

function sendByWebhook(url, secret, connections) {
  const pool = new Pool(url.origin, { connections, pipelining: 1 })
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': secret }
  return (updates) =>
    Promise.all(
      updates.map(async (update) => {
        const { statusCode, body } = await pool.request({
          path: url.pathname,
          method: 'POST',
          headers,
          body: JSON.stringify(update),
        })
        await body.dump()
        if (statusCode !== 200) throw new Error(`The bot answered an update with ${statusCode}.`)
      }),
    )
}

const sendByPolling = () => async (updates) => void process.send({ updates })

function updateOf(updateId, personId) {
  const from = {
    id: personId,
    is_bot: false,
    first_name: `Person ${personId}`,
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
