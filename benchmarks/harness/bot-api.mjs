/** A Bot API that costs next to nothing: it answers what a bot needs, and tells its parent which chats it has seen an answer for, and when. Runs as a process of its own. */
import { createServer } from 'node:http'

const me = { id: 4242424242, is_bot: true, first_name: 'Bench', username: 'bench_bot' }
const ok = (result) => Buffer.from(JSON.stringify({ ok: true, result }))
const answers = {
  getme: ok(me),
  setwebhook: ok(true),
  deletewebhook: ok(true),
  getwebhookinfo: ok({ url: '', has_custom_certificate: false, pending_update_count: 0 }),
  sendmessage: ok({
    message_id: 1,
    date: 1,
    chat: { id: 1, type: 'private', first_name: 'A' },
    from: me,
    text: 'Hello',
  }),
  setmycommands: ok(true),
  getmycommands: ok([]),
}

let seen = []
const tellLater = () => {
  process.send({ seen })
  seen = []
}

/** Updates that wait for getUpdates, oldest first, and the poll that waits for them. */
let queue = []
let waiting
const batchOf = () => queue.slice(0, 100)
const release = () => {
  if (waiting === undefined || queue.length === 0) return
  const { response, timer } = waiting
  waiting = undefined
  clearTimeout(timer)
  reply(response, ok(batchOf()))
}

process.on('message', ({ updates }) => {
  queue.push(...updates)
  release()
})

function reply(response, body) {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
  response.end(body)
}

function answer(method, body, response) {
  if (method === 'sendmessage') {
    if (seen.length === 0) setImmediate(tellLater)
    // Fractions of a millisecond of a clock that all processes of the machine share.
    seen.push([Number(JSON.parse(body).chat_id), Number(process.hrtime.bigint()) / 1e6])
    return reply(response, answers.sendmessage)
  }
  if (method === 'getupdates') return poll(body === '' ? {} : JSON.parse(body), response)
  reply(response, answers[method] ?? ok(true))
}

function poll({ offset = 0, timeout = 0 }, response) {
  if (offset > 0) queue = queue.filter(({ update_id }) => update_id >= offset)
  if (queue.length > 0 || timeout === 0) return reply(response, ok(batchOf()))
  const timer = setTimeout(() => {
    waiting = undefined
    reply(response, ok([]))
  }, timeout * 1000)
  waiting = { response, timer }
}

const server = createServer((request, response) => {
  const method = request.url.slice(request.url.lastIndexOf('/') + 1).toLowerCase()
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => answer(method, Buffer.concat(chunks).toString(), response))
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send({ apiRoot: `http://127.0.0.1:${server.address().port}` }))
process.on('disconnect', () => process.exit())
