import crypto from 'node:crypto'
import { Agent, type AgentOptions, type IncomingHttpHeaders, request } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { connect, createServer } from 'node:net'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import type { Logger } from '../logger.js'
import { createHttpServer } from './http-server.js'
import { closeServer, listen } from './listen.js'
import type { WebhookOptions } from './webhook.js'

const secret = 'a-secret-of-16-and-more'

async function openWebhook(options: Partial<WebhookOptions> = {}) {
  const accepted: unknown[] = []
  const lines: string[] = []
  const keep = (...args: unknown[]) => void lines.push(String(args.at(-1)))
  const logger = { error: keep, warn: keep, debug: keep } as unknown as Logger
  const server = createHttpServer({
    logger,
    webhook: {
      path: '/webhook',
      secret,
      bodyLimitBytes: 1_048_576,
      accept: async (update) => void accepted.push(update),
      isFull: () => false,
      ...options,
    },
  })
  const port = await listen(server, 0, '127.0.0.1')
  onTestFinished(() => closeServer(server))
  return { server, port, accepted, lines, post: (body: unknown, how?: Post) => post(port, body, how) }
}

interface Post {
  method?: string
  path?: string
  headers?: Record<string, string | string[]>
  agent?: Agent
}

interface Answer {
  status: number | undefined
  headers: IncomingHttpHeaders
}

function post(
  port: number,
  body: unknown,
  { method = 'POST', path = '/webhook', headers, agent }: Post = {},
): Promise<Answer> {
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const given = headers ?? { 'x-telegram-bot-api-secret-token': secret, 'content-type': 'application/json' }
    const call = request({ host: '127.0.0.1', port, method, path, headers: given, agent }, (response) => {
      response.resume()
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers }))
    })
    call.on('error', reject)
    call.end(bytes)
  })
}

const update = { update_id: 1, message: { text: 'Привет, мир! 👋🏽', chat: { id: 1 } } }

test('takes an update, and answers 200 only when it is written', async () => {
  let commit = () => {}
  const written = new Promise<void>((resolve) => {
    commit = resolve
  })
  const { post } = await openWebhook({ accept: () => written })
  let status: number | undefined
  const answering = post(update).then((answer) => {
    status = answer.status
  })
  await new Promise(setImmediate)
  expect(status).toBeUndefined()
  commit()
  await answering
  expect(status).toBe(200)
})

test('answers to its exact path, to POST and to JSON alone', async () => {
  const { post, accepted } = await openWebhook()
  const jsonHeaders = {
    'x-telegram-bot-api-secret-token': secret,
    'content-type': 'application/json; charset=utf-8',
  }
  expect((await post(update, { headers: jsonHeaders })).status).toBe(200)
  for (const path of ['/', '/webhook/', '/webhook?a=1', '/WEBHOOK', '/webhook/x'])
    expect((await post(update, { path })).status).toBe(404)
  for (const method of ['GET', 'PUT', 'DELETE']) expect((await post('', { method })).status).toBe(405)
  for (const type of [
    'text/plain',
    'application/jsonp',
    'application/json-patch+json',
    'multipart/form-data',
  ])
    expect((await post(update, { headers: { ...jsonHeaders, 'content-type': type } })).status).toBe(415)
  expect((await post(update, { headers: { 'x-telegram-bot-api-secret-token': secret } })).status).toBe(415)
  expect(accepted).toHaveLength(1)
})

test('refuses a secret that is missing, wrong, given twice, longer or shorter, and logs none of it', async () => {
  const { post, accepted, lines } = await openWebhook()
  const wrong = [
    '',
    'wrong',
    `${secret}x`,
    secret.slice(1),
    secret.toUpperCase(),
    'x'.repeat(5_000),
    [secret, secret],
    ['x', secret],
  ]
  const type = { 'content-type': 'application/json' }
  expect((await post(update, { headers: type })).status).toBe(401)
  for (const given of wrong) {
    const answer = await post(update, { headers: { ...type, 'x-telegram-bot-api-secret-token': given } })
    expect(answer.status).toBe(401)
    expect(answer.headers.connection).toBe('close')
  }
  expect([accepted, lines]).toEqual([[], []])
})

test('whatever its length and wherever it differs, a secret is compared once, in constant time, as a digest of one length', async () => {
  const { timingSafeEqual } = crypto
  const compared: [string, string][] = []
  const exchange = (compare: typeof timingSafeEqual) => {
    crypto.timingSafeEqual = compare
    syncBuiltinESMExports()
  }
  exchange((a, b) => {
    compared.push([a, b].map((bytes) => Buffer.from(bytes as Buffer).toString('hex')) as [string, string])
    return timingSafeEqual(a, b)
  })
  onTestFinished(() => exchange(timingSafeEqual))
  const { post } = await openWebhook()
  const given = ['x', secret.slice(1), `${secret}x`, `x${secret.slice(1)}`, 'x'.repeat(5_000), secret]
  const statuses: unknown[] = []
  for (const one of given) {
    const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': one }
    statuses.push((await post(update, { headers })).status)
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 200])
  const digest = (text: string) => crypto.createHash('sha256').update(text).digest('hex')
  expect(compared).toEqual(given.map((one) => [digest(one), digest(secret)]))
})

test('a body comes whole through every cut', async () => {
  const { port, accepted } = await openWebhook()
  const body = Buffer.from(JSON.stringify(update))
  const head = `POST /webhook HTTP/1.1\r\nhost: x\r\nx-telegram-bot-api-secret-token: ${secret}\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`
  const chunk = (part: Buffer) =>
    Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')])
  const socket = connect(port, '127.0.0.1')
  let answers = ''
  socket.on('data', (data) => {
    answers += data
  })
  for (let cut = 1; cut < body.length; cut++)
    socket.write(
      Buffer.concat([
        Buffer.from(head),
        chunk(body.subarray(0, cut)),
        chunk(body.subarray(cut)),
        Buffer.from('0\r\n\r\n'),
      ]),
    )
  // And one byte at a time.
  socket.write(
    Buffer.concat([
      Buffer.from(head),
      ...Array.from(body, (byte) => chunk(Buffer.of(byte))),
      Buffer.from('0\r\n\r\n'),
    ]),
  )
  await expect.poll(() => accepted.length).toBe(body.length)
  expect(accepted.every((given) => JSON.stringify(given) === JSON.stringify(update))).toBe(true)
  await expect.poll(() => answers.match(/HTTP\/1\.1 200/g)?.length).toBe(body.length)
  socket.destroy()
})

test('takes a body up to its limit, refuses a longer one with 413 and holds none of it', async () => {
  const { post, accepted } = await openWebhook()
  const ofSize = (bytes: number) => {
    const empty = JSON.stringify({ update_id: 1, text: '' })
    return JSON.stringify({ update_id: 1, text: 'x'.repeat(bytes - empty.length) })
  }
  expect((await post(ofSize(1_048_576))).status).toBe(200)
  expect((await post(ofSize(1_048_577))).status).toBe(413)
  expect((await post(Buffer.alloc(20_000_000, 'x'))).status).toBe(413)
  expect(accepted).toHaveLength(1)
})

test('refuses what is no update with 400', async () => {
  const { post, accepted } = await openWebhook()
  const bodies: unknown[] = [null, [], '"x"', 1, {}, '', '{', '{"update_id":1', '[{"update_id":1}]']
  for (const update_id of [null, '1', -1, 1.5, 2 ** 53]) bodies.push({ update_id })
  for (const body of bodies) expect((await post(body === null ? 'null' : body)).status).toBe(400)
  const badUtf8 = Buffer.concat([
    Buffer.from('{"update_id":1,"text":"'),
    Buffer.of(0xff, 0xfe),
    Buffer.from('"}'),
  ])
  expect((await post(badUtf8)).status).toBe(400)
  expect(accepted).toEqual([])
})

test('no body crashes it', async () => {
  const { post } = await openWebhook()
  const agent = new Agent({ keepAlive: true } satisfies AgentOptions)
  onTestFinished(() => agent.destroy())
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.json(),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
        fc.string(),
      ),
      async (body) => {
        expect([200, 400]).toContain((await post(body as string, { agent })).status)
      },
    ),
    { numRuns: 300 },
  )
})

test('answers 503 with Retry-After when it cannot be written, and when too much waits', async () => {
  let isFull = false
  const { post, lines } = await openWebhook({
    accept: async () => Promise.reject(new Error('no database')),
    isFull: () => isFull,
  })
  const failed = await post(update)
  expect([failed.status, failed.headers['retry-after']]).toEqual([503, '5'])
  expect(lines).toEqual(['An update could not be written to the inbox; Telegram sends it again'])
  isFull = true
  const full = await post(update)
  expect([full.status, full.headers['retry-after']]).toEqual([503, '5'])
  expect(lines).toHaveLength(1)
})

test('keeps the connection of what it takes, and closes that of what it refuses', async () => {
  const { post, server } = await openWebhook()
  let connections = 0
  server.on('connection', () => connections++)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  for (let count = 0; count < 3; count++)
    expect((await post(update, { agent })).headers.connection).toBe('keep-alive')
  expect(connections).toBe(1)
  expect((await post({}, { agent })).headers.connection).toBe('close')
  await post(update, { agent })
  expect(connections).toBe(2)
})

test('gives up slow senders, and says nothing of those that go', async () => {
  const { server, port, lines } = await openWebhook()
  expect([server.headersTimeout, server.requestTimeout]).toEqual([10_000, 10_000])
  const socket = connect(port, '127.0.0.1')
  const taken = new Promise((resolve) => server.once('request', resolve))
  socket.write(
    `POST /webhook HTTP/1.1\r\nhost: x\r\nx-telegram-bot-api-secret-token: ${secret}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
  )
  await taken
  const gone = new Promise((resolve) => server.once('close', resolve))
  socket.destroy()
  await closeServer(server)
  await gone
  expect(lines).toEqual([])
})

test('a close waits for the answer under way and then for no other request', async () => {
  const commits: (() => void)[] = []
  const { post, server } = await openWebhook({
    accept: () => new Promise((resolve) => commits.push(resolve)),
  })
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  const answering = post(update, { agent })
  await expect.poll(() => commits.length).toBe(1)
  const closing = closeServer(server)
  commits[0]?.()
  expect((await answering).headers.connection).toBe('close')
  await closing
})

test('a close cuts what takes too long', async () => {
  const { post, server } = await openWebhook({ accept: () => new Promise(() => undefined) })
  const answering = post(update).catch((error: NodeJS.ErrnoException) => error.code)
  await new Promise((resolve) => server.once('request', resolve))
  await closeServer(server, 1)
  expect(await answering).toBe('ECONNRESET')
})

test('CONFIG_PORT_IN_USE names the port that another program has', async () => {
  const other = createServer()
  const port = await listen(other as never, 0)
  const { server } = await openWebhook()
  await closeServer(server)
  await expect(listen(server, port)).rejects.toMatchObject({
    code: 'CONFIG_PORT_IN_USE',
    message: `Port ${port} is taken by another program. Stop it, or set another port.`,
  })
  await new Promise((resolve) => other.close(resolve))
  expect(await listen(server, port)).toBe(port)
})
