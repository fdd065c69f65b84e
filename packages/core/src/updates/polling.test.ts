import { expect, onTestFinished, test } from 'vitest'
import { createSecretRedactor } from '../secrets.js'
import { answerJson, type Reply, startLocalServer } from '../telegram/local-server.fixture.js'
import { createTelegram } from '../telegram/transport.js'
import { traceChannels } from '../trace.js'
import { keepLog, until } from './core-tables.fixture.js'
import { Poller, type PollerOptions } from './polling.js'

const token = '7000000001:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'

/** A poller against a server that answers from a script, and holds every further poll open. */
async function openPoller(
  script: readonly Reply[],
  { knows = gives({ id: 7000000001 }), ...options }: Partial<PollerOptions> & { knows?: Reply } = {},
) {
  const left = [...script]
  let open = 0
  let mostOpen = 0
  const server = await startLocalServer((response, request) => {
    open++
    mostOpen = Math.max(mostOpen, open)
    response.once('close', () => {
      open--
    })
    if (request.path.endsWith('/getMe')) return knows(response, request)
    const isFarewell = JSON.parse(String(request.body)).timeout === 0
    if (isFarewell) return answerJson(response, { ok: true, result: [] })
    left.shift()?.(response, request)
  })
  const telegram = createTelegram({ token, apiRoot: server.url, redactor: createSecretRedactor() })
  const accepted: unknown[] = []
  const fatal: string[] = []
  const log = keepLog()
  const poller = new Poller({
    telegram,
    allowedUpdates: ['callback_query', 'message'],
    longPollSeconds: 50,
    conflictDeadlineMs: 300_000,
    botId: 7000000001,
    logger: log.logger,
    accept: async (updates) => void accepted.push(...updates),
    ready: async () => undefined,
    onFatal: (error) => void fatal.push(error.code),
    ...options,
  })
  onTestFinished(async () => {
    await poller.stop()
    await server[Symbol.asyncDispose]()
    await telegram.disconnect()
  })
  return {
    poller,
    server,
    accepted,
    fatal,
    log,
    calls: () => server.seen.map(({ body }) => JSON.parse(String(body))),
    mostOpen: () => mostOpen,
    /** Until so many polls have been asked for. */
    asked: (count: number) => until(() => server.seen.length >= count),
  }
}

const gives =
  (...result: unknown[]): Reply =>
  (response) =>
    answerJson(response, { ok: true, result })
const refuses =
  (error_code: number, parameters?: object, description = 'No'): Reply =>
  (response) =>
    answerJson(response, { ok: false, error_code, description, parameters }, error_code)
const update = (update_id: number) => ({ update_id, message: {} })

test('asks with the kinds it is to get, and confirms only what was accepted, once', async () => {
  const commits: (() => void)[] = []
  const { poller, calls, asked, server } = await openPoller([gives(update(5), update(6)), gives(update(7))], {
    accept: () => new Promise((resolve) => commits.push(resolve)),
  })
  poller.start()
  await until(() => commits.length === 1)
  expect(server.seen).toHaveLength(1)
  commits[0]?.()
  await until(() => commits.length === 2)
  expect(server.seen).toHaveLength(2)
  commits[1]?.()
  await asked(3)
  expect(calls()[0]).toEqual({ timeout: 50, limit: 100, allowed_updates: ['callback_query', 'message'] })
  expect(calls().map(({ offset }) => offset)).toEqual([undefined, 7, 8])
})

test('takes ids that have jumped back', async () => {
  const { poller, calls, accepted, asked } = await openPoller([
    gives(update(900)),
    gives(),
    gives(update(3)),
    gives(),
  ])
  poller.start()
  await asked(5)
  expect(calls().map(({ offset }) => offset)).toEqual([undefined, 901, undefined, 4, undefined])
  expect(accepted).toEqual([update(900), update(3)])
})

test('what could not be written is not confirmed and comes again', async () => {
  let failures = 1
  const accepted: unknown[] = []
  const { poller, calls, asked } = await openPoller([gives(update(1)), gives(update(1))], {
    accept: async (updates) => {
      if (failures-- > 0) throw new Error('Connection terminated')
      accepted.push(...updates)
    },
  })
  poller.start()
  await asked(3)
  expect(calls().map(({ offset }) => offset)).toEqual([undefined, undefined, 2])
  expect(accepted).toEqual([update(1)])
})

test('what is no update confirms nothing, and alone it does not make a hot loop', async () => {
  const malformed = [
    null,
    [],
    'x',
    { update_id: '9' },
    { update_id: -5 },
    { update_id: 1.5 },
    { update_id: 2 ** 53 },
  ]
  const { poller, calls, asked, log } = await openPoller([
    gives(...malformed, update(2)),
    gives(...malformed),
  ])
  poller.start()
  await asked(3)
  expect(calls().map(({ offset }) => offset)).toEqual([undefined, 3, undefined])
  expect(log.lines).toEqual(['warn: Polling failed; it is tried again'])
})

test.each<[string, Reply]>([
  ['500', refuses(500)],
  ['502 as HTML', (response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>502</h1>')],
  ['a connection that is reset', (response) => response.socket?.resetAndDestroy()],
  [
    'an answer that is cut',
    (response) => response.writeHead(200, { 'content-length': 50 }).write('{"ok":') && response.destroy(),
  ],
  ['a list that is none', (response) => answerJson(response, { ok: true, result: {} })],
  ['400', refuses(400)],
  ['403', refuses(403)],
  ['429', refuses(429, { retry_after: 0.05 })],
])('after %s it backs off and goes on', async (_, reply) => {
  const { poller, accepted, asked, fatal, log } = await openPoller([reply, gives(update(1))])
  poller.start()
  await asked(3)
  expect(accepted).toEqual([update(1)])
  expect(fatal).toEqual([])
  expect(log.lines).toEqual(['warn: Polling failed; it is tried again'])
})

test.each([401, 404])('after %i it ends when the bot is not known at all, and says so once', async (code) => {
  const { poller, fatal, server } = await openPoller([refuses(code)], { knows: refuses(401) })
  poller.start()
  await until(() => fatal.length > 0)
  await poller.stop()
  expect(fatal).toEqual(['TELEGRAM_TOKEN_REFUSED'])
  expect(server.seen.map(({ path }) => path.split('/').at(-1))).toEqual(['getUpdates', 'getMe'])
})

test.each([401, 404])('after %i of getUpdates alone it goes on', async (code) => {
  const { poller, fatal, accepted } = await openPoller([refuses(code), gives(update(1))])
  poller.start()
  await until(() => accepted.length > 0)
  expect(fatal).toEqual([])
})

test('a 401 while Telegram cannot be asked again is tried again', async () => {
  const { poller, fatal, accepted } = await openPoller([refuses(401), gives(update(1))], {
    knows: (response) => response.socket?.resetAndDestroy(),
  })
  poller.start()
  await until(() => accepted.length > 0)
  expect(fatal).toEqual([])
})

test('after 409 of another program it goes on, and takes over when that one has ended', async () => {
  const { poller, fatal, accepted, log } = await openPoller([refuses(409), refuses(409), gives(update(1))])
  poller.start()
  await until(() => poller.state.isConflicted)
  await until(() => accepted.length > 0)
  expect(poller.state).toMatchObject({ isConflicted: false, answeredAtMs: expect.any(Number) })
  expect(fatal).toEqual([])
  expect(log.lines[0]).toBe(
    'warn: Another program takes the updates of this bot, so Telegram refuses the poll; it is tried again',
  )
})

test.each([
  ['Conflict: terminated by other getUpdates request', 'another program polls with its token'],
  ["Conflict: can't use getUpdates method while webhook is active", 'a webhook was set while this bot polls'],
])('a 409 that lasts ends it: %s', async (description, reason) => {
  const told: Error[] = []
  const { poller, server } = await openPoller(Array(9).fill(refuses(409, undefined, description)), {
    conflictDeadlineMs: 300,
    onFatal: (error) => void told.push(error),
  })
  poller.start()
  await until(() => told.length > 0)
  expect(told).toMatchObject([{ code: 'TELEGRAM_CONFLICT', message: expect.stringContaining(reason) }])
  const asked = server.seen.length
  await poller.stop()
  expect(server.seen).toHaveLength(asked)
})

test('a 409 that lasted once does not count when it comes again', async () => {
  const { poller, accepted, fatal, asked } = await openPoller(
    [refuses(409), gives(update(1)), refuses(409), gives(update(2))],
    { conflictDeadlineMs: 250 },
  )
  poller.start()
  await asked(5)
  expect(accepted).toHaveLength(2)
  expect(fatal).toEqual([])
})

test('tells who listens of polls that fail', async () => {
  const heard: unknown[] = []
  const listen = (event: unknown) => void heard.push(event)
  traceChannels.pollingFailed.subscribe(listen)
  onTestFinished(() => void traceChannels.pollingFailed.unsubscribe(listen))
  const { poller, asked } = await openPoller([refuses(500), refuses(502), gives(update(1))])
  poller.start()
  await asked(4)
  expect(heard).toMatchObject([
    { botId: 7000000001, failures: 1, error: { code: 500 } },
    { botId: 7000000001, failures: 2, error: { code: 502 } },
  ])
})

test('a listener of the end that throws ends nothing else', async () => {
  const { poller, log } = await openPoller([refuses(401)], {
    knows: refuses(401),
    onFatal: () => {
      throw new Error('listener')
    },
  })
  poller.start()
  await until(() => log.lines.length > 0)
  expect(log.lines).toEqual(['error: What was to be done about it failed'])
})

test('waits as long as a 429 says, and a stop does not wait with it', async () => {
  const { poller, asked, log, server } = await openPoller([refuses(429, { retry_after: 3_000 })])
  poller.start()
  await asked(1)
  await until(() => log.lines.length > 0)
  // With the 3 000 s of the refusal the test would not end.
  await poller.stop()
  expect(server.seen).toHaveLength(1)
})

test('notices a poll that is never answered', async () => {
  const hangs: Reply = () => undefined
  // On a machine that has stood still, an answer may come too late as well: it is given again.
  const script = [hangs, ...Array<Reply>(1_000).fill(gives(update(1)))]
  const { poller, accepted, log } = await openPoller(script, { longPollSeconds: 0.02, graceMs: 30 })
  poller.start()
  await until(() => accepted.length > 0)
  expect(accepted[0]).toEqual(update(1))
  expect(log.lines[0]).toBe('warn: Polling failed; it is tried again')
})

test('a stop ends the poll at once and confirms what was written', async () => {
  const { poller, calls, asked, mostOpen } = await openPoller([gives(update(1))])
  poller.start()
  await asked(2)
  // The poll under way would last for 50 s.
  await Promise.all([poller.stop(), poller.stop()])
  // The second poll had confirmed it, but its answer never came.
  expect(calls().map(({ offset, timeout }) => [offset, timeout])).toEqual([
    [undefined, 50],
    [2, 50],
    [2, 0],
  ])
  expect(calls()[2].allowed_updates).toEqual(['callback_query', 'message'])
  expect(mostOpen()).toBeLessThanOrEqual(2)
})

test('a stop waits 2 s at most for the last confirmation', async () => {
  const { poller, asked, server } = await openPoller([gives(update(1))])
  poller.start()
  await asked(2)
  server.answer(() => undefined)
  const beganMs = performance.now()
  await poller.stop()
  const tookMs = performance.now() - beganMs
  expect(tookMs).toBeGreaterThan(1_900)
  // Any other call is given up after 30 s.
  expect(tookMs).toBeLessThan(15_000)
})

test('one that never started, or has nothing to confirm, makes no call when it stops', async () => {
  const { poller, server } = await openPoller([])
  await poller.stop()
  expect(server.seen).toHaveLength(0)
  const idle = await openPoller([])
  idle.poller.start()
  await idle.asked(1)
  await idle.poller.stop()
  expect(idle.server.seen).toHaveLength(1)
  expect(idle.mostOpen()).toBe(1)
})

test('does not poll while there is no room', async () => {
  let makeRoom = () => {}
  const { poller, server, asked } = await openPoller([], {
    ready: (signal) =>
      new Promise((resolve) => {
        makeRoom = resolve
        signal.addEventListener('abort', () => resolve())
      }),
  })
  poller.start()
  await new Promise(setImmediate)
  expect(server.seen).toHaveLength(0)
  makeRoom()
  await asked(1)
})
