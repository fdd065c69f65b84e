/** The floor: node:http, undici and pg with pipelined, named statements; no framework, no inbox, no outbox. */
import { createServer } from 'node:http'
import pg from 'pg'
import { Pool } from 'undici'
import { environment, greetingOf, ready } from './environment.mjs'

const pool = new pg.Pool({ connectionString: environment.databaseUrl, max: 5, pipeline: true })
const api = new Pool(environment.apiRoot, { connections: 100 })
const call = async (method, payload) => {
  const { body } = await api.request({
    path: `/bot${environment.token}/${method}`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
    headersTimeout: 0,
  })
  return (await body.json()).result
}

const isSame = (user, from) =>
  user.username === (from.username ?? null) &&
  user.first_name === from.first_name &&
  user.last_name === (from.last_name ?? null) &&
  user.language_code === (from.language_code ?? null)

async function store(client, from) {
  const begun = client.query('BEGIN')
  const found = client.query({
    name: 'find',
    text: 'SELECT * FROM users WHERE telegram_id = $1',
    values: [from.id],
  })
  let user = (await Promise.all([begun, found]))[1].rows[0]
  const isNew = !user
  if (isNew || !isSame(user, from)) {
    ;({
      rows: [user],
    } = await client.query({
      name: 'save',
      text: `INSERT INTO users (telegram_id, username, first_name, last_name, language_code) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (telegram_id) DO UPDATE SET username = $2, first_name = $3, last_name = $4, language_code = $5, updated_at = now() RETURNING *`,
      values: [from.id, from.username, from.first_name, from.last_name, from.language_code],
    }))
  }
  const tracked = client.query({
    name: 'track',
    text: 'INSERT INTO analytics_events (type, user_id, data) VALUES ($1, $2, $3)',
    values: ['greeted', user.id, JSON.stringify({ returning: !isNew })],
  })
  await Promise.all([tracked, client.query('COMMIT')])
  return { user, isNew }
}

async function handle({ message }) {
  if (message?.text !== '/start') return
  const client = await pool.connect()
  let stored
  try {
    stored = await store(client, message.from)
  } finally {
    // A transaction that was not ended goes with its connection.
    client.release(stored === undefined)
  }
  await call('sendMessage', { chat_id: message.chat.id, text: greetingOf(stored.user, stored.isNew) })
}

if (environment.webhookPort === undefined) {
  let offset = 0
  const loop = async () => {
    for (;;) {
      const updates = await call('getUpdates', { offset, timeout: 50, limit: 100 })
      if (updates.length > 0) offset = updates.at(-1).update_id + 1
      await Promise.all(updates.map(handle))
    }
  }
  void loop()
  ready()
} else {
  createServer((request, response) => {
    if (request.headers['x-telegram-bot-api-secret-token'] !== environment.secret) {
      response.writeHead(401).end()
      return
    }
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      await handle(JSON.parse(Buffer.concat(chunks)))
      response.end()
    })
  }).listen(environment.webhookPort, '127.0.0.1', ready)
}
