import { inspect } from 'node:util'
import { Context, Telegram, TelegramError } from 'telegraf'
import type { Update, UserFromGetMe } from 'telegraf/types'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { ConfigError, TelegramRefusal } from '../errors.js'
import { createSecretRedactor } from '../secrets.js'
import { answerJson, answerOk, startLocalServer } from './local-server.fixture.js'
import { type BotTelegram, createTelegram, type TelegramCall, type TelegramOptions } from './transport.js'

const token = '123456:AAbbCCddEEffGGhhIIjjKKllMMnnOOpp_-1'

let server: Awaited<ReturnType<typeof startLocalServer>>
const opened: BotTelegram[] = []

beforeEach(async () => {
  server = await startLocalServer()
})

afterEach(async () => {
  await server[Symbol.asyncDispose]()
  await Promise.all(opened.splice(0).map((telegram) => telegram.disconnect()))
})

function telegramOf(options: Partial<TelegramOptions> = {}): BotTelegram {
  const telegram = createTelegram({
    token,
    apiRoot: server.url,
    redactor: createSecretRedactor(),
    ...options,
  })
  opened.push(telegram)
  return telegram
}

async function errorOf(call: Promise<unknown>): Promise<any> {
  try {
    await call
  } catch (error) {
    return error
  }
  return undefined
}

function expectNoToken(...values: unknown[]) {
  for (const value of values) {
    const shown = inspect(value, { depth: 9, showHidden: true })
    expect(shown + inspect(value, { depth: 9, showHidden: true, customInspect: false })).not.toContain(
      token.slice(7),
    )
    expect(`${JSON.stringify(value)} ${(value as Error).stack}`).not.toContain(token.slice(7))
  }
}

test('posts JSON to the path of the method and gives the result', async () => {
  server.answer((response) => answerJson(response, { ok: true, result: { message_id: 7 } }))
  const message = await telegramOf().sendMessage(42, 'Привет', {
    reply_markup: { inline_keyboard: [[{ text: 'a', url: 'https://x.example' }]] },
  })
  expect(message).toEqual({ message_id: 7 })
  const { path, contentType, body } = server.last()
  expect({ path, contentType }).toEqual({ path: `/bot${token}/sendMessage`, contentType: 'application/json' })
  expect(JSON.parse(body.toString())).toEqual({
    chat_id: 42,
    text: 'Привет',
    reply_markup: { inline_keyboard: [[{ text: 'a', url: 'https://x.example' }]] },
  })
})

test('writes every plain payload as telegraf does', async () => {
  const payloads: Record<string, unknown>[] = [
    {},
    { chat_id: '@channel', text: 'the word null', parse_mode: undefined },
    { chat_id: 1, reply_markup: { remove_keyboard: true, selective: null }, reply_parameters: null },
    { a: [1, 'x'], b: { c: { d: null } }, e: false, f: 0, g: '' },
    { link_preview_options: { url: 'https://x.example' }, media: [{ type: 'photo', media: 'file-id' }] },
    { commands: [{ command: 'start', description: '🚀' }], scope: { type: 'default' } },
    { when: new Date(0) },
  ]
  const [ours, theirs] = [telegramOf(), new Telegram(token, { apiRoot: server.url })]
  for (const payload of payloads) {
    await ours.callApi('sendMessage', payload as never)
    const { path, body } = server.last()
    await theirs.callApi('sendMessage', payload as never)
    expect([path, body.toString()]).toEqual([server.last().path, server.last().body.toString()])
  }
})

test('takes a list with nothing in it, where telegraf throws a TypeError', async () => {
  await telegramOf().callApi('sendMessage', { list: [1, null, undefined] } as never)
  expect(server.last().body.toString()).toBe('{"list":[1,null,null]}')
})

test('keeps a path of the API root, also in the link to a file', async () => {
  for (const apiRoot of [`${server.url}/proxy`, `${server.url}/proxy/`]) {
    const telegram = telegramOf({ apiRoot })
    await telegram.getMe()
    expect(server.last().path).toBe(`/proxy/bot${token}/getMe`)
    const link = await telegram.getFileLink({ file_id: '1', file_unique_id: '1', file_path: 'photos/1.jpg' })
    expect(link.href).toBe(`${server.url}/proxy/file/bot${token}/photos/1.jpg`)
  }
})

test('keeps connections and opens no more than it needs', async () => {
  const telegram = telegramOf()
  for (let call = 0; call < 20; call++) await telegram.getMe()
  // undici gives a connection back a moment after its answer, so that calls one after the other take turns on two.
  expect(server.connections()).toBeLessThanOrEqual(2)
  await Promise.all(Array.from({ length: 10 }, () => telegram.getMe()))
  expect(server.connections()).toBeLessThanOrEqual(12)
})

test('reads an answer whose letters are cut in two on the way', async () => {
  const text = 'Привет, 👋🏽'.repeat(50)
  const bytes = Buffer.from(JSON.stringify({ ok: true, result: text }))
  server.answer(async (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders()
    for (let at = 0; at < bytes.length; at += 7) {
      response.write(bytes.subarray(at, at + 7))
      await new Promise(setImmediate)
    }
    response.end()
  })
  expect(await telegramOf().callApi('getMe', {})).toBe(text)
})

describe('a refusal of Telegram', () => {
  test("is telegraf's TelegramError with code, description and parameters", async () => {
    const refusal = {
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 5',
      parameters: { retry_after: 5 },
    }
    server.answer((response) => answerJson(response, refusal, 429))
    const error = await errorOf(telegramOf().sendMessage(1, 'x'))
    expect(error).toBeInstanceOf(TelegramError)
    expect(error).toMatchObject({
      code: 429,
      description: refusal.description,
      parameters: { retry_after: 5 },
    })
    expect(error.message).toBe('429: Too Many Requests: retry after 5')
    expect(error.on).toEqual({ method: 'sendMessage', payload: { chat_id: 1, text: 'x' } })
    expect(error.stack).toContain('transport.test.ts')
  })
  test('has no parameters where Telegram gave none, and keeps the code of a 5xx that is JSON', async () => {
    server.answer((response) =>
      answerJson(response, { ok: false, error_code: 502, description: 'Bad Gateway' }, 502),
    )
    const error = await errorOf(telegramOf().getMe())
    expect(error).toBeInstanceOf(TelegramError)
    expect([error.code, error.parameters]).toEqual([502, undefined])
  })
  test('never shows the token, even if the server says it', async () => {
    server.answer((response, { path }) =>
      answerJson(response, { ok: false, error_code: 404, description: `Not Found: ${path}` }, 404),
    )
    expectNoToken(await errorOf(telegramOf().getMe()))
  })
})

describe('what is not an answer of the Bot API', () => {
  const bodies: [name: string, status: number, type: string, body: string][] = [
    ['HTML of a proxy', 502, 'text/html', '<html><h1>502 Bad Gateway</h1></html>'],
    ['nothing', 200, '', ''],
    ['broken JSON', 200, 'application/json', '{"ok":true,"result":'],
    ['null', 200, 'application/json', 'null'],
    ['a list', 200, 'application/json', '[]'],
    ['a success without a result', 200, 'application/json', '{"ok":true}'],
    ['a refusal without a code', 400, 'application/json', '{"ok":false,"description":"x"}'],
    ['an echo of the path', 404, 'text/plain', `Cannot POST /bot${token}/getMe`],
  ]
  test.each(bodies)('%s', async (_, status, type, body) => {
    server.answer((response) =>
      response.writeHead(status, type === '' ? {} : { 'content-type': type }).end(body),
    )
    const error = await errorOf(telegramOf().getMe())
    expect(error).toBeInstanceOf(TelegramRefusal)
    expect(error.code).toBe('TELEGRAM_BAD_RESPONSE')
    expect(error.message).toMatch(
      new RegExp(
        `^The answer to getMe is not one of the Bot API: got HTTP ${status}, .* from ${server.url}\\.`,
      ),
    )
    expectNoToken(error)
  })
})

describe('a network that fails', () => {
  test('nobody listens', async () => {
    const telegram = telegramOf()
    await server[Symbol.asyncDispose]()
    const error = await errorOf(telegram.getMe())
    expect(error).toMatchObject({ code: 'TELEGRAM_UNREACHABLE', cause: { code: 'ECONNREFUSED' } })
    expect(error.message).toMatch(/^getMe got no answer from http:\/\/127\.0\.0\.1:\d+: connect ECONNREFUSED/)
    expectNoToken(error)
  })
  test('the connection breaks before and in the middle of the answer', async () => {
    server.answer((response) => response.socket?.destroy())
    const before = await errorOf(telegramOf().getMe())
    server.answer((response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"ok"')
      setImmediate(() => response.socket?.destroy())
    })
    const amid = await errorOf(telegramOf().getMe())
    for (const error of [before, amid]) {
      expect(error).toMatchObject({
        name: 'TelegramRefusal',
        code: 'TELEGRAM_UNREACHABLE',
        cause: { code: 'UND_ERR_SOCKET' },
      })
      expectNoToken(error)
    }
  })
  test('no answer comes in time', async () => {
    server.answer(() => {})
    const error = await errorOf(telegramOf({ timeoutMs: 30 }).getMe())
    expect(error).toMatchObject({ code: 'TELEGRAM_UNREACHABLE', cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } })
    expectNoToken(error)
  })
  test('the answer stops in the middle', async () => {
    server.answer((response) => response.writeHead(200).write('{"ok"'))
    // So long that the beginning has come by then, also on a slow machine.
    const error = await errorOf(telegramOf({ timeoutMs: 1_000 }).getMe())
    expect(error).toMatchObject({ code: 'TELEGRAM_UNREACHABLE', cause: { code: 'UND_ERR_BODY_TIMEOUT' } })
  })
  test('it was disconnected', async () => {
    const telegram = telegramOf()
    await telegram.disconnect()
    expect(await errorOf(telegram.getMe())).toMatchObject({ code: 'TELEGRAM_UNREACHABLE' })
    await telegram.disconnect()
  })
})

describe('getUpdates', () => {
  test('waits its own timeout longer than other calls', async () => {
    let answerPoll = () => {}
    const arrived = new Promise<void>((resolve) =>
      server.answer((response, { path }) => {
        if (!path.endsWith('/getUpdates')) return
        answerPoll = () => answerJson(response, { ok: true, result: [] })
        resolve()
      }),
    )
    const telegram = telegramOf({ timeoutMs: 30 })
    const polling = telegram.callApi('getUpdates', { timeout: 60 })
    await arrived
    expect(await errorOf(telegram.getMe())).toMatchObject({ code: 'TELEGRAM_UNREACHABLE' })
    answerPoll()
    expect(await polling).toEqual([])
  })
  test('ends at once with the reason of its signal', async () => {
    const arrived = new Promise<void>((resolve) => server.answer(() => resolve()))
    const stop = new AbortController()
    const telegram = telegramOf()
    const polling = errorOf(telegram.callApi('getUpdates', { timeout: 50 }, { signal: stop.signal }))
    await arrived
    stop.abort()
    expect(await polling).toBe(stop.signal.reason)
    const before = await errorOf(
      telegram.callApi('getUpdates', {}, { signal: AbortSignal.abort('stopping') }),
    )
    expect(before).toBe('stopping')
    expect(server.seen).toHaveLength(1)
    server.answer(answerOk)
    expect(await telegram.getMe()).toBe(true)
  })
  test('is unreachable when the time of its signal runs out', async () => {
    server.answer(() => {})
    const error = await errorOf(
      telegramOf().callApi('getUpdates', { timeout: 50 }, { signal: AbortSignal.timeout(20) }),
    )
    expect(error).toMatchObject({ code: 'TELEGRAM_UNREACHABLE', cause: { name: 'TimeoutError' } })
  })
  test('leaves no listener on a signal that lives on', async () => {
    const stop = new AbortController()
    const telegram = telegramOf()
    for (let call = 0; call < 3; call++) await telegram.callApi('getMe', {}, { signal: stop.signal })
    let listeners = 0
    stop.signal.removeEventListener = () => {}
    stop.signal.addEventListener = () => void listeners++
    await telegram.callApi('getMe', {}, { signal: stop.signal })
    expect(listeners).toBe(1)
  })
})

test('ends idle connections when it is disconnected', async () => {
  const telegram = telegramOf()
  server.answer((response) => {
    response.socket?.once('close', () => closed())
    answerOk(response)
  })
  let closed = () => {}
  const ended = new Promise<void>((resolve) => {
    closed = resolve
  })
  await telegram.getMe()
  await telegram[Symbol.asyncDispose]()
  await ended
})

test('shows no token in a print of itself or of a context', async () => {
  const telegram = telegramOf()
  const update = {
    update_id: 1,
    message: { message_id: 1, date: 1, chat: { id: 1, type: 'private' }, text: 'x' },
  }
  const context = new Context(update as Update, telegram, { id: 1, username: 'hello' } as UserFromGetMe)
  expect(inspect(telegram)).toBe(`Telegram { apiRoot: '${server.url}/' }`)
  expect(JSON.stringify({ telegram })).toBe(`{"telegram":{"apiRoot":"${server.url}/"}}`)
  expectNoToken(telegram, { telegram }, context)
  expect(Object.keys(telegram)).not.toContain('token')
  expect(telegram.token).toBe(token)
  await context.reply('works')
  expect(server.last().path).toBe(`/bot${token}/sendMessage`)
})

test('tells the redactor of the token', () => {
  const redactor = createSecretRedactor()
  telegramOf({ redactor })
  expect(redactor.redact(`/bot${token}/`)).toBe('/bot[secret]/')
})

test('refuses a token that would change the path', async () => {
  for (const bad of ['', 'x', '123456:a/../b', '1:a?b', ' 1:abc']) {
    const error = await errorOf((async () => telegramOf({ token: bad }))())
    expect(error).toBeInstanceOf(ConfigError)
    expect(error.code).toBe('CONFIG_TOKEN_INVALID')
  }
})

test('never answers by webhook reply', async () => {
  const telegram = telegramOf()
  telegram.webhookReply = true
  expect(telegram.webhookReply).toBe(false)
})

test('works through an object that inherits from it', async () => {
  const derived = Object.create(telegramOf()) as BotTelegram
  expect(await derived.getMe()).toBe(true)
})

test('reports each call, if it is asked to', async () => {
  const calls: TelegramCall[] = []
  const telegram = telegramOf({ onCall: (call) => calls.push(call) })
  await telegram.sendMessage('@channel', 'x')
  server.answer((response) =>
    answerJson(response, { ok: false, error_code: 403, description: 'Forbidden' }, 403),
  )
  await errorOf(telegram.sendMessage(5, 'x'))
  server.answer((response) => response.end('no'))
  await errorOf(telegram.getMe())
  await errorOf(telegram.callApi('getMe', {}, { signal: AbortSignal.abort() }))
  const durationMs = expect.any(Number)
  expect(calls).toEqual([
    { method: 'sendMessage', chatId: '@channel', durationMs, ok: true, errorCode: undefined },
    { method: 'sendMessage', chatId: 5, durationMs, ok: false, errorCode: 403 },
    { method: 'getMe', chatId: undefined, durationMs, ok: false, errorCode: 'TELEGRAM_BAD_RESPONSE' },
    { method: 'getMe', chatId: undefined, durationMs, ok: false, errorCode: 'ABORTED' },
  ])
})

test('two of them live in one process', async () => {
  await using other = await startLocalServer()
  const [one, two] = [
    telegramOf(),
    telegramOf({ token: '654321:other_token_of_thirty_characters', apiRoot: other.url }),
  ]
  await Promise.all([one.getMe(), two.getMe()])
  expect([server.last().path, other.last().path]).toEqual([
    `/bot${token}/getMe`,
    '/bot654321:other_token_of_thirty_characters/getMe',
  ])
})

test("has telegraf's types, and takes the platform's AbortSignal", () => {
  const telegram = telegramOf()
  expectTypeOf(telegram).toExtend<Telegram>()
  const call = () => telegram.callApi('getUpdates', { timeout: 1 }, { signal: new AbortController().signal })
  expectTypeOf(call).returns.resolves.toEqualTypeOf<Update[]>()
})
