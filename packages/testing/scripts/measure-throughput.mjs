/** Measures sendMessage over HTTP: node scripts/measure-throughput.mjs [seconds] [connections]. Build first. */
import { fork } from 'node:child_process'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'

if (process.argv[2] === 'server') await serve()
else await measure(Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 32))

async function serve() {
  const { createWorld, startServer } = await import('../dist/index.js')
  const world = createWorld()
  const bot = world.createBot({ username: 'greeter_bot' })
  const alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  const { apiRoot, port } = await startServer(world)
  process.on('message', () => process.send(process.cpuUsage()))
  process.send({ apiRoot, port, token: bot.token, chatId: alice.id })
}

async function measure(seconds, connections) {
  const server = fork(fileURLToPath(import.meta.url), ['server'])
  const next = () => new Promise((resolve) => server.once('message', resolve))
  const { port, token, chatId } = await next()
  const body = JSON.stringify({ chat_id: chatId, text: 'Hello, Alice! This is a message.' })
  const head = `POST /bot${token}/sendMessage HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  await run(port, head + body, 1, connections)
  const before = await ask(server, next)
  const count = await run(port, head + body, seconds, connections)
  const after = await ask(server, next)
  const cpuMicros = (after.user + after.system - before.user - before.system) / count
  console.log(
    `${Math.round(count / seconds)} sendMessage a second (${connections} connections, ${seconds} s); ` +
      `${cpuMicros.toFixed(1)} µs of the server's CPU for each: ${Math.round(1e6 / cpuMicros)} a second on a whole core`,
  )
  server.kill()
}

function ask(server, next) {
  server.send('cpu')
  return next()
}

/** Each connection sends its next call when the last is answered: bare sockets, since a client costs more than the server. */
async function run(port, call, seconds, connections) {
  let count = 0
  const until = performance.now() + seconds * 1000
  const work = () =>
    new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(call))
      socket.on('error', reject).on('close', resolve)
      socket.on('data', (chunk) => {
        if (!chunk.includes('{"ok":true')) return
        count += 1
        if (performance.now() < until) socket.write(call)
        else socket.destroy()
      })
    })
  await Promise.all(Array.from({ length: connections }, work))
  return count
}
