/** How calls arrive and answers leave: paths, tokens, bodies, the envelope, faults. */
import { request } from 'node:http'
import { expect, test } from 'vitest'
import { createWorld, startServer } from '../src/index.js'
import { createApi } from './api.js'

async function startStage() {
  const world = createWorld()
  const bot = world.createBot({ username: 'greeter_bot', firstName: 'Greeter' })
  const alice = world.createPerson({ firstName: 'Alice' })
  alice.sends('hi')
  const server = await startServer(world)
  const base = `${server.apiRoot}/bot${bot.token}`
  return { world, bot, alice, server, base, api: createApi(server, bot), [Symbol.asyncDispose]: server.stop }
}

const read = async (response: Response) => ({
  status: response.status,
  ...((await response.json()) as object),
})

test('takes query, urlencoded, multipart and JSON, and method names in any case', async () => {
  await using stage = await startStage()
  const { base, alice } = stage
  const text = 'Привет & <co>'
  const values = { chat_id: String(alice.id), text }
  const form = new FormData()
  for (const [name, value] of Object.entries(values)) form.set(name, value)
  const answers = [
    await fetch(`${base}/SENDMESSAGE?${new URLSearchParams(values)}`),
    await fetch(`${base}/sendmessage`, { method: 'POST', body: new URLSearchParams(values) }),
    await fetch(`${base}/sendMessage`, { method: 'POST', body: form }),
    await fetch(`${base}/sendMessage`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: JSON.stringify({ chat_id: alice.id, text }),
    }),
  ]
  // Query and body are one.
  answers.push(
    await fetch(`${base}/sendMessage?chat_id=${alice.id}`, {
      method: 'POST',
      body: new URLSearchParams({ text }),
    }),
  )
  for (const answer of answers) {
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(await read(answer)).toMatchObject({
      status: 200,
      ok: true,
      result: { text, chat: { id: alice.id } },
    })
  }
})

test.each([
  ['an unknown token', '/bot123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/getMe', 401, 'Unauthorized'],
  ['a malformed token', '/botnonsense/getMe', 404, 'Not Found'],
  ['no token', '/bot/getMe', 404, 'Not Found'],
  ['a broken escape', '/bot%zz/getMe', 404, 'Not Found'],
])('refuses %s', async (_, path, status, description) => {
  await using stage = await startStage()
  const answer = await read(await fetch(stage.server.apiRoot + path))
  expect(answer).toEqual({ status, ok: false, error_code: status, description })
})

test('refuses an unknown method as Telegram does, and names one that is not modelled', async () => {
  await using stage = await startStage()
  const { api, world, bot } = stage
  expect(await api('doMagic')).toMatchObject({ status: 404, error_code: 404, description: 'Not Found' })
  expect(await api('constructor')).toMatchObject({ status: 404 })
  const description = 'Not Implemented: method sendRichMessage is known to Telegram but not modelled here'
  expect(await api('sendrichmessage')).toMatchObject({ status: 501, error_code: 501, description })
  await expect(world.call(bot, 'sendRichMessage')).rejects.toThrow(description)
})

test('refuses bodies that it cannot read', async () => {
  await using stage = await startStage()
  const post = async (contentType: string, body: string) =>
    read(
      await fetch(`${stage.base}/sendMessage`, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
      }),
    )
  expect(await post('application/json', '{')).toMatchObject({ status: 400 })
  expect(await post('application/json', '[1]')).toMatchObject({ status: 400 })
  expect(await post('multipart/form-data; boundary=x', 'nothing')).toMatchObject({ status: 400 })
  expect(await post('text/plain', 'x')).toMatchObject({ description: 'Bad Request: message text is empty' })
  expect(await read(await fetch(`${stage.base}/getMe`, { method: 'PUT' }))).toMatchObject({ status: 405 })
})

test('refuses a body beyond 52 MB', async () => {
  await using stage = await startStage()
  const status = await new Promise((resolve, reject) => {
    const sending = request(`${stage.base}/sendDocument`, { method: 'POST' }, (response) => {
      resolve(response.statusCode)
      sending.destroy()
    })
    sending.on('error', reject)
    const chunk = Buffer.alloc(1024 * 1024)
    for (let count = 0; count < 53; count += 1) sending.write(chunk)
  })
  expect(status).toBe(413)
})

test('two worlds share nothing', async () => {
  await using one = await startStage()
  await using other = await startStage()
  expect(await read(await fetch(`${other.server.apiRoot}/bot${one.bot.token}/getMe`))).toMatchObject({
    status: 401,
  })
})

test('stop cuts a waiting poll and may be called twice', async () => {
  const stage = await startStage()
  const waiting = stage.api('getUpdates', { offset: stage.bot.updates.lastId + 1, timeout: 50 })
  const ended = expect(waiting).rejects.toThrow()
  await stage.api('getMe')
  await Promise.all([stage.server.stop(), stage.server.stop()])
  await ended
})

test('faults befall the next calls of a method, in order, and then it works again', async () => {
  await using stage = await startStage()
  const { server, api, alice } = stage
  const send = (text: string) => api('sendMessage', { chat_id: alice.id, text })
  server.faults.next('sendMessage', {
    kind: 'error',
    errorCode: 429,
    description: 'Too Many Requests: retry after 3',
    parameters: { retry_after: 3 },
    times: 3,
  })
  const limited = await fetch(`${stage.base}/sendMessage`)
  expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3'])
  server.faults.next('sendmessage', { kind: 'html', status: 502 })
  server.faults.next('sendMessage', { kind: 'cut', when: 'before' })
  server.faults.next('sendMessage', { kind: 'cut', when: 'after' })
  for (const text of ['1', '2']) {
    expect(await send(text)).toMatchObject({ status: 429, error_code: 429, parameters: { retry_after: 3 } })
  }
  expect(await api('getMe')).toMatchObject({ ok: true })
  await expect(send('3')).rejects.toThrow(/JSON/)
  await expect(send('4')).rejects.toThrow('fetch failed')
  await expect(send('5')).rejects.toThrow('fetch failed')
  expect(await send('6')).toMatchObject({ ok: true })
  expect(alice.transcript().map(({ text }) => text)).toEqual(['hi', '5', '6'])

  server.faults.next('sendMessage', { kind: 'hang' })
  const abort = new AbortController()
  const hanging = api('sendMessage', { chat_id: alice.id, text: '7' }, abort.signal)
  const ended = expect(hanging).rejects.toThrow('aborted')
  await api('getMe')
  abort.abort()
  await ended
  server.faults.next('getMe', { kind: 'hang' })
  server.faults.clear()
  expect(await api('getMe')).toMatchObject({ ok: true })
})

test('FAULT_INVALID: a fault for no method, or for no call', async () => {
  await using stage = await startStage()
  const invalid = expect.objectContaining({ code: 'FAULT_INVALID' })
  expect(() => stage.server.faults.next('sendMesage', { kind: 'hang' })).toThrow(invalid)
  expect(() => stage.server.faults.next('sendMessage', { kind: 'hang', times: 0 })).toThrow(invalid)
})
