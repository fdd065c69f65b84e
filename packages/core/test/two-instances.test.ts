/** Two real instances take webhooks in by turns, and the one that leads is killed again and again: the other leads within 10 s, and nothing is lost, doubled or out of order. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createWorld, type Person, startServer } from '@hello/testing'
import { Client } from 'pg'
import { build } from 'tsup'
import { beforeAll, expect, inject, onTestFinished, test } from 'vitest'
import { closeServer, listen } from '../src/http/listen.js'
import { createTestDatabase } from '../src/testing/test-database.js'
import { freePort } from './support/free-port.js'

const builtPath = fileURLToPath(new URL(`../.two-instances-${process.pid}`, import.meta.url))
const kills = 2
const chats = 10
const mostOpen = 40

beforeAll(async () => {
  await build({
    entry: { child: fileURLToPath(new URL('./kill-loop.child.ts', import.meta.url)) },
    outDir: builtPath,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    splitting: false,
    external: [/^[a-z@]/],
    config: false,
    silent: true,
  })
  return () => rm(builtPath, { recursive: true })
})

test('another instance leads within 10 s of the death of the leader, and keeps every order', async () => {
  const lab = await openLab()
  let leader = await lab.startInstance()
  await lab.untilLed()
  let other = await lab.startInstance()
  const load = lab.keepSaying()
  for (let round = 0; round < kills; round++) {
    const before = await lab.leaderPid()
    await lab.untilHandled(lab.said())
    leader.kill('SIGKILL')
    await once(leader, 'exit')
    await expect.poll(() => lab.leaderPid(), { timeout: 10_000 }).not.toBeOneOf([before, undefined])
    // What the dead one left, and what the other has taken in meanwhile.
    await lab.untilHandled(lab.said())
    leader = other
    other = await lab.startInstance()
  }
  await load.stop()
  await lab.untilQuiet()
  expect(await lab.count()).toEqual({ lost: 0, doubled: 0, misordered: 0, unanswered: 0 })
})

async function openLab() {
  const world = createWorld()
  const bot = world.createBot({ username: 'hello_two_bot' })
  const server = await startServer(world, { defaults: { bot } })
  const database = await createTestDatabase({ serverUrl: inject('postgresUrl') })
  const client = new Client({ connectionString: database.url })
  client.on('error', () => undefined)
  await client.connect()
  const front = await openFront()
  const instances: ChildProcess[] = []
  onTestFinished(async () => {
    for (const instance of instances) instance.kill('SIGKILL')
    await front.close()
    await client.end()
    await server.stop()
    world.close()
    await database.drop()
  })
  const people = Array.from({ length: chats }, (_, index) =>
    world.createPerson({ firstName: `Person ${index}` }),
  )
  const said = new Map<Person, number>(people.map((person) => [person, 0]))
  let next = 0
  const say = () => {
    const person = people[next++ % chats] as Person
    const seq = (said.get(person) as number) + 1
    said.set(person, seq)
    person.sends(String(seq))
  }
  const rows = async <Row extends object>(text: string) => (await client.query<Row>(text)).rows
  const handled = async () =>
    Number((await rows<{ count: string }>('SELECT count(*) FROM effects'))[0]?.count)
  const leaderPid = async () =>
    (
      await rows<{ pid: number }>(
        `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = ${0x68656c6c}
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      )
    )[0]?.pid
  return {
    leaderPid,
    said: () => next,
    /** Everybody goes on talking, with so many updates on their way at most: a slow machine is not drowned. */
    keepSaying() {
      let isOver = false
      const talking = (async () => {
        while (!isOver) {
          for (let open = next - (await handled()); open < mostOpen && !isOver; open++) say()
          await delay(5)
        }
      })()
      return {
        stop() {
          isOver = true
          return talking
        },
      }
    },
    async startInstance() {
      const port = await freePort()
      const env = {
        ...process.env,
        ENVIRONMENT: 'test',
        BOT_TOKEN: bot.token,
        DATABASE_URL: database.url,
        TELEGRAM_API_ROOT: server.apiRoot,
        LOG_LEVEL: 'silent',
        WEBHOOK_URL: front.url,
        WEBHOOK_SECRET: 'a-secret-of-two-instances',
        PORT: String(port),
      }
      const instance = fork(`${builtPath}/child.mjs`, { env, execArgv: [] })
      instances.push(instance)
      await once(instance, 'message')
      front.add(port)
      return instance
    },
    untilLed: () => expect.poll(leaderPid, { timeout: 10_000 }).toBeDefined(),
    untilHandled: (count: number) => expect.poll(handled, { timeout: 20_000 }).toBeGreaterThanOrEqual(count),
    untilQuiet: () =>
      expect
        .poll(
          async () =>
            (
              await rows<{ open: string }>(
                `SELECT (SELECT count(*) FROM hello_inbox WHERE settled_at IS NULL)
                  + (SELECT count(*) FROM hello_outbox WHERE closed_at IS NULL) + ${bot.updates.pending().length} AS open`,
              )
            )[0]?.open,
          { timeout: 30_000 },
        )
        .toBe('0'),
    async count() {
      const effects = await rows<{ chat: string; seq: number; update_id: string }>(
        'SELECT chat, seq, update_id FROM effects ORDER BY id',
      )
      const done = new Set(effects.map(({ update_id }) => update_id))
      const answered = people.flatMap((person) => [
        ...new Set(person.transcript().flatMap(({ text }) => /^seen \d+$/.exec(text)?.[0] ?? [])),
      ])
      return {
        lost: next - done.size,
        doubled: effects.length - done.size,
        misordered: people.filter((person) => {
          const own = effects.filter(({ chat }) => Number(chat) === person.id)
          return own.some(({ seq }, index) => seq < (own[index - 1]?.seq ?? 0))
        }).length,
        unanswered: next - answered.length,
      }
    },
  }
}

/** Gives each request to the next instance, or to another where that one is gone, as a load balancer does. */
async function openFront() {
  const ports: number[] = []
  let turn = 0
  const pass = (incoming: IncomingMessage, body: Buffer, response: ServerResponse, triesLeft: number) => {
    const port = ports[turn++ % ports.length]
    const { method, url: path, headers } = incoming
    const call = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (answer) => {
      answer.resume()
      answer.on('end', () => response.writeHead(answer.statusCode ?? 502).end())
    })
    call.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' && triesLeft > 0) pass(incoming, body, response, triesLeft - 1)
      else response.writeHead(502).end()
    })
    call.end(body)
  }
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => pass(incoming, Buffer.concat(chunks), response, ports.length))
  })
  const port = await listen(server, 0, '127.0.0.1')
  return {
    url: `http://127.0.0.1:${port}/webhook`,
    add: (instancePort: number) => void ports.push(instancePort),
    close: () => closeServer(server, 0),
  }
}
