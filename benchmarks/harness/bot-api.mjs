/** A Bot API that costs next to nothing: it answers what a bot needs, and tells its parent which chats it has seen an answer for, and when. Runs as a process of its own. */
import { jsonAnswer, serve } from './wire.mjs'

const me = { id: 4242424242, is_bot: true, first_name: 'Bench', username: 'bench_bot' }
const ok = (result) => jsonAnswer({ ok: true, result })
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
  const { reply, timer } = waiting
  waiting = undefined
  clearTimeout(timer)
  reply(ok(batchOf()))
}

process.on('message', ({ updates }) => {
  queue.push(...updates)
  release()
})

function answer(method, body, reply) {
  if (method === 'sendmessage') {
    if (seen.length === 0) setImmediate(tellLater)
    // Fractions of a millisecond of a clock that all processes of the machine share.
    seen.push([Number(JSON.parse(body).chat_id), Number(process.hrtime.bigint()) / 1e6])
    return reply(answers.sendmessage)
  }
  if (method === 'getupdates') return poll(body === '' ? {} : JSON.parse(body), reply)
  reply(answers[method] ?? ok(true))
}

function poll({ offset = 0, timeout = 0 }, reply) {
  if (offset > 0) queue = queue.filter(({ update_id }) => update_id >= offset)
  if (queue.length > 0 || timeout === 0) return reply(ok(batchOf()))
  const timer = setTimeout(() => {
    waiting = undefined
    reply(ok([]))
  }, timeout * 1000)
  waiting = { reply, timer }
}

const { origin } = await serve(({ path, body }, reply) =>
  answer(path.slice(path.lastIndexOf('/') + 1).toLowerCase(), body, reply),
)
process.send({ apiRoot: origin })
process.on('disconnect', () => process.exit())
