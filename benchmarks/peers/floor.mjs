/** The floor: node:http, undici and pg with pipelined, named statements; no framework, no inbox, no outbox. */
import { createServer } from 'node:http'
import pg from 'pg'
import { Pool } from 'undici'
import { environment, greetingOf, ready } from './environment.mjs'

const pool = new pg.Pool({ connectionString: environment.databaseUrl, max: 5, pipeline: true })
const api = new Pool(environment.apiRoot, { connections: 100 })
const call = async (method, payload, signal) => {
  const { body } = await api.request({
    path: `/bot${environment.token}/${method}`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(payload),
    headersTimeout: 0,
    signal,
  })
  return (await body.json()).result
}

async function handle({ message }) {
  if (message?.text !== '/start') return
  const { from, chat } = message
  const client = await pool.connect()
  let user
  let isNew = false
  try {
    const begun = client.query('BEGIN')
    const found = client.query({
      name: 'find',
      text: 'SELECT * FROM users WHERE telegram_id = $1',
      values: [from.id],
    })
    ;[
      ,
      {
        rows: [user],
      },
    ] = await Promise.all([begun, found])
    if (!user || user.username !== from.username || user.first_name !== from.first_name) {
      isNew = !user
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
  } finally {
    client.release()
  }
  await call('sendMessage', { chat_id: chat.id, text: greetingOf(user, isNew) })
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
    const chunks = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', async () => {
      await handle(JSON.parse(Buffer.concat(chunks)))
      response.end()
    })
  }).listen(environment.webhookPort, '127.0.0.1', ready)
}
