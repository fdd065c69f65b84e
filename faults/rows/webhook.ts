/** Rows 24, 25 and 26: what comes to the webhook's door in pieces, as nonsense, too long, too slowly, or without its secret. */
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import fc from 'fast-check'
import { Pool } from 'undici'
import { createWebhookReceiver } from '../../packages/core/src/http/webhook.js'
import { forkBot } from '../harness/bot-process.js'
import { type Lab, messageUpdate, openLab } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const webhookRows: readonly Row[] = [
  {
    number: 24,
    fault: 'webhook body cut in two at every byte',
    quick: 65_000,
    full: 65_000,
    run: cutBodies,
  },
  { number: 25, fault: 'webhook bodies that are none', quick: 10_000, full: 100_000, run: sendNonsense },
  { number: 26, fault: 'secret missing, wrong, doubled or long', quick: 100, full: 100, run: guessTheSecret },
]

const secret = 'the-webhook-secret-of-the-faults'

/** A trial is a place of the cut. Chunked, so that the pieces arrive as pieces whatever the network does. */
async function cutBodies(run: RowRun): Promise<void> {
  let taken: unknown
  const receiver = createWebhookReceiver(
    {
      secret,
      bodyLimitBytes: 1_048_576,
      logger: { error: () => run.tally.breach('error') } as never,
      accept: async (update) => {
        taken = update
      },
      isFull: () => false,
    },
    () => false,
  )
  const server = createServer(receiver)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  run.onEnd(() => new Promise((resolve) => server.close(resolve)))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').setNoDelay()
  run.onEnd(() => socket.destroy())
  for (const length of [217, 65_536]) {
    const body = bodyOf(length)
    const text = JSON.parse(body.toString()).message.text
    for (let cut = 1; cut < body.length; cut++) {
      taken = undefined
      const status = await postInTwo(socket, body, cut)
      run.tally.expect(status === '200', `status ${status}`)
      const { message } = (taken ?? {}) as { message?: { text?: string } }
      run.tally.expect(message?.text === text, 'a text that is not what was sent')
      run.tally.trial()
      if (run.tally.trials % 10_000 === 0) run.say(`${run.tally.trials} cuts`)
    }
  }
}

/** An update of so many bytes, most of them parts of longer characters. */
function bodyOf(length: number): Buffer {
  const person = { id: 7, name: 'Вася' } as Lab['people'][number]
  const bodyWith = (text: string) => Buffer.from(JSON.stringify(messageUpdate({ updateId: 7, person, text })))
  const room = length - bodyWith('').length
  const unit = 'Привет, 👋 мир! '
  const units = unit.repeat(Math.floor(room / Buffer.byteLength(unit)))
  return bodyWith(units + 'x'.repeat(room - Buffer.byteLength(units)))
}

function postInTwo(socket: Socket, body: Buffer, cut: number): Promise<string | undefined> {
  const chunk = (piece: Buffer) => [
    Buffer.from(`${piece.length.toString(16)}\r\n`),
    piece,
    Buffer.from('\r\n'),
  ]
  const head = `POST /webhook HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nx-telegram-bot-api-secret-token: ${secret}\r\ntransfer-encoding: chunked\r\n\r\n`
  const answer = new Promise<string | undefined>((resolve) => {
    socket.once('data', (data: Buffer) => resolve(/^HTTP\/1.1 (\d+)/.exec(data.toString('latin1'))?.[1]))
  })
  const pieces = [...chunk(body.subarray(0, cut)), ...chunk(body.subarray(cut)), Buffer.from('0\r\n\r\n')]
  socket.write(Buffer.concat([Buffer.from(head), ...pieces]))
  return answer
}

async function sendNonsense(run: RowRun): Promise<void> {
  const lab = await openLab(run, { intake: 'webhook', people: 4 })
  const env = await lab.env()
  const bot = forkBot(run, env)
  await bot.started
  const url = new URL(env.WEBHOOK_URL as string)
  const pool = new Pool(url.origin, { connections: 8 })
  run.onEnd(() => pool.destroy())
  const headers = { 'content-type': 'application/json', 'x-telegram-bot-api-secret-token': lab.secret }
  const send = async (body: string | Buffer) => {
    const response = await pool.request({ path: url.pathname, method: 'POST', headers, body })
    await response.body.dump()
    return response.statusCode
  }
  const bodies = sampleBodies(run)
  const sendAll = async (some: readonly (string | Buffer)[]) => {
    let next = 0
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        while (next < some.length) {
          const status = await send(some[next++] as string | Buffer)
          run.tally.expect(status >= 400 && status < 500, `status ${status}`)
          run.tally.trial()
        }
      }),
    )
  }
  await sendAll(bodies.slice(0, 2_000))
  const before = await memoryOf(bot.child)
  await sendAll(bodies.slice(2_000))
  run.tally.expect((await sendHuge(url, headers)) === 413, 'a body of 60 MB is not refused with 413')
  run.tally.expect(await isDropped(url), 'a request that trickles in is not dropped')
  const after = await memoryOf(bot.child)
  const grownMb = (after - before) / 2 ** 20
  run.tally.expect(grownMb < 50, `memory grew by ${Math.round(grownMb)} MB`)
  run.tally.figures.push(`memory ${grownMb < 0 ? '' : '+'}${grownMb.toFixed(1)} MB`)
  // It still does its work.
  lab.say(4)
  await lab.untilQuiet()
  run.tally.expect(bot.child.exitCode === null, 'the process ended')
  run.tally.add(await lab.judge())
}

function sampleBodies(run: RowRun): (string | Buffer)[] {
  const fixed = [
    '',
    'null',
    '[]',
    '"x"',
    '1',
    '{}',
    '{',
    '{"update_id":"7"}',
    '{"update_id":-1}',
    '{"update_id":1.5}',
  ]
  const more = [`{"update_id":${2 ** 53}}`, '{"__proto__":{"update_id":7}}', '[{"update_id":7}]', '\ufeff{}']
  const seed = Math.floor(run.random() * 2 ** 31)
  const numRuns = run.trials - fixed.length - more.length
  const raw = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
  const badUtf8 = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => {
    const start = Buffer.from('{"update_id":7,"message":{"text":"')
    // 0xff stands nowhere in UTF-8.
    return Buffer.concat([start, Buffer.from(bytes), Buffer.of(0xff), Buffer.from('"}}')])
  })
  const anything = fc.oneof(fc.json(), raw, badUtf8, fc.string({ unit: 'binary' }))
  // No update by chance: no random JSON has the key.
  return [...fixed, ...more, ...fc.sample(anything, { numRuns, seed })]
}

async function memoryOf(child: ReturnType<typeof forkBot>['child']): Promise<number> {
  const answer = new Promise<{ rss: number }>((resolve) =>
    child.once('message', (message) => resolve(message as never)),
  )
  child.send('memory')
  return (await answer).rss
}

/** A body of 60 MB. @returns the status */
async function sendHuge(url: URL, headers: Record<string, string>): Promise<number> {
  const piece = Buffer.alloc(1_048_576, 0x20)
  async function* body() {
    for (let count = 0; count < 60; count++) yield piece
  }
  const pool = new Pool(url.origin)
  try {
    const { statusCode, body: answer } = await pool.request({
      path: url.pathname,
      method: 'POST',
      headers,
      body: body() as never,
    })
    await answer.dump()
    return statusCode
  } finally {
    await pool.destroy()
  }
}

/** One byte a second: the server must end it by itself. */
async function isDropped(url: URL): Promise<boolean> {
  const socket = connect(Number(url.port), '127.0.0.1')
  const closed = new Promise<true>((resolve) => socket.once('close', () => resolve(true)))
  socket.on('error', () => undefined)
  socket.write(`POST ${url.pathname} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1000\r\n`)
  const trickle = setInterval(() => socket.write('x'), 1_000)
  const isClosed = await Promise.race([closed, delay(30_000, false)])
  clearInterval(trickle)
  socket.destroy()
  return isClosed
}

async function guessTheSecret(run: RowRun): Promise<void> {
  const lab = await openLab(run, { intake: 'webhook', people: 2 })
  const env = await lab.env({ LOG_LEVEL: 'debug' })
  const { log } = await lab.start(env)
  const url = env.WEBHOOK_URL as string
  const person = lab.people[0] as Lab['people'][number]
  for (let trial = 0; trial < run.trials; trial++) {
    const guess = guessOf(lab.secret, trial)
    const body = JSON.stringify(messageUpdate({ updateId: 900 + trial, person, text: '1' }))
    const headers: [string, string][] = [
      ['content-type', 'application/json'],
      ...guess.map((value) => ['x-telegram-bot-api-secret-token', value] as [string, string]),
    ]
    const response = await fetch(url, { method: 'POST', headers, body })
    run.tally.expect(response.status === 401 || response.status === 403, `status ${response.status}`)
    run.tally.expect(!guess.some((value) => value.length > 8 && log.includes(value)), 'a guess is logged')
    run.tally.trial()
  }
  const [row] = await lab.query<{ count: string }>('SELECT count(*) FROM hello_inbox')
  run.tally.breach('taken in without the secret', Number(row?.count))
  for (const weak of [
    '',
    'undefined',
    'null',
    'short',
    'with blanks in it, 16+',
    'я'.repeat(16),
    'x'.repeat(257),
  ])
    await refusesSecret(run, lab, weak)
}

/** What a guesser may send: one header or none, or two, which makes one value that is no secret. */
function guessOf(right: string, trial: number): string[] {
  const guesses: string[][] = [
    [],
    [''],
    [`${right}x`],
    [right.slice(0, -1)],
    [right.toUpperCase()],
    [right, right],
    ['undefined'],
    ['x'.repeat(8_000)],
    [`guess-number-${trial}`],
    [right.replace(/.$/, String(trial % 10))],
  ]
  return guesses[trial % guesses.length] as string[]
}

async function refusesSecret(run: RowRun, lab: Lab, weak: string): Promise<void> {
  const refused = await lab.start({ WEBHOOK_SECRET: weak }).then(
    () => 'a start',
    (error: { code?: string }) => error.code,
  )
  run.tally.expect(refused === 'CONFIG_WEBHOOK_SECRET', `a weak secret ends in ${refused}`)
}
