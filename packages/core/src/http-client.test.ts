import { getEventListeners } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { HttpCallError } from './errors.js'
import { createHttpClient } from './http-client.js'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server, and a client that is in no unit of work unless one is given. */
async function startServer(answer: Answer, unitSignal: () => AbortSignal | undefined = () => undefined) {
  let asked = 0
  const server = createServer((request, response) => {
    asked += 1
    answer(request, response)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { client, close } = createHttpClient({ unitSignal })
  onTestFinished(close)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { url, http: client, close, count: () => asked, server }
}

async function refusalOf(call: Promise<unknown>): Promise<HttpCallError> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(HttpCallError)
  return error as HttpCallError
}

const silent: Answer = () => undefined

test('asks and sends, and gives the body at once', async () => {
  const { http, url } = await startServer(async (request, response) => {
    const body: Buffer[] = []
    for await (const chunk of request) body.push(chunk as Buffer)
    const { method, url: path, headers } = request
    const sent = Buffer.concat(body).toString()
    response.end(JSON.stringify({ method, path, accept: headers.accept, key: headers['x-key'], sent }))
  })
  expect(await http.get(`${url}/a`, { searchParams: { b: 1 } }).json()).toEqual({
    method: 'GET',
    path: '/a?b=1',
    accept: 'application/json',
    sent: '',
  })
  const api = http.extend({ prefixUrl: url, headers: { 'x-key': 'of-all' } })
  expect(await api.post('things', { json: { name: 'x' }, headers: { accept: 'text/plain' } }).json()).toEqual(
    {
      method: 'POST',
      path: '/things',
      accept: 'text/plain',
      key: 'of-all',
      sent: '{"name":"x"}',
    },
  )
  expect((await http(`${url}/b`, { method: 'put' }).json<{ method: string }>()).method).toBe('PUT')
  for (const method of ['put', 'patch', 'delete'] as const)
    expect(await http[method](url).text()).toContain(method.toUpperCase())
  expect((await http.head(url)).status).toBe(200)
  expect((await http.get(url).arrayBuffer()).byteLength).toBeGreaterThan(0)
})

test('HTTP_STATUS has the answer, and shows neither path nor query', async () => {
  const { http, url } = await startServer((_, response) => response.writeHead(404).end('{"reason":"gone"}'))
  const error = await refusalOf(http.get(`${url}/secret-path?token=secret-value`).json())
  expect(error).toMatchObject({ code: 'HTTP_STATUS', response: { status: 404 } })
  expect(await error.response?.json()).toEqual({ reason: 'gone' })
  expect(error.message).toMatch(/^GET of 127\.0\.0\.1:\d+ was answered with 404 Not Found/)
  expect(`${error.stack}`).not.toMatch(/secret/)
})

test('tries again what may be sent twice, and nothing else', async () => {
  const { http, url, count } = await startServer((_, response) => response.writeHead(503).end())
  const retry = { limit: 2, delay: () => 1 }
  await refusalOf(http.get(url, { retry }))
  expect(count()).toBe(3)
  await refusalOf(http.post(url, { retry }))
  expect(count()).toBe(4)
  await refusalOf(http.patch(url, { retry }))
  expect(count()).toBe(5)
})

test('HTTP_TIMEOUT: no answer in time, or only the beginning of one', async () => {
  const quiet = await startServer(silent)
  const error = await refusalOf(quiet.http.get(`${quiet.url}/secret`, { timeout: 50 }))
  expect(error).toMatchObject({ code: 'HTTP_TIMEOUT', message: expect.stringContaining('after 50 ms') })
  expect(error.message).not.toContain('secret')
  const slow = await startServer((_, response) => response.write('{"begun":'))
  expect(await refusalOf(slow.http.get(slow.url, { timeout: 100 }).json())).toMatchObject({
    code: 'HTTP_TIMEOUT',
  })
})

test('HTTP_UNREACHABLE: nobody there, or gone in the middle', async () => {
  const { http, url, server } = await startServer((_, response) => {
    response.writeHead(200, { 'content-length': 10 })
    response.write('x', () => response.destroy())
  })
  expect(await refusalOf(http.get(url).text())).toMatchObject({ code: 'HTTP_UNREACHABLE' })
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  const error = await refusalOf(http.get(url, { retry: 0 }))
  expect(error).toMatchObject({ code: 'HTTP_UNREACHABLE', message: expect.stringContaining('ECONNREFUSED') })
})

test('a signal that outlives a call does not keep it', async () => {
  const { http, url } = await startServer((_, response) => response.end('done'))
  const { signal } = new AbortController()
  expect(await http.get(url, { signal, timeout: false }).text()).toBe('done')
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

test('a call ends with the unit of work that it was made in, and with a signal of its own', async () => {
  const unit = new AbortController()
  const { http, url } = await startServer(silent, () => unit.signal)
  const inUnit = http.get(url).catch((error: unknown) => error)
  const reason = new DOMException('its deadline', 'AbortError')
  unit.abort(reason)
  expect(await inUnit).toBe(reason)
  const other = await startServer(silent)
  const own = AbortSignal.abort(reason)
  await expect(other.http.get(other.url, { signal: own, timeout: false })).rejects.toBe(reason)
  expect(other.count()).toBe(0)
})

test('the end of the app ends the calls under way, and refuses later ones', async () => {
  const { http, url, close, count } = await startServer(silent)
  const call = refusalOf(http.get(url, { timeout: false }))
  await expect.poll(count).toBe(1)
  close()
  expect(await call).toMatchObject({ code: 'HTTP_UNREACHABLE' })
  expect(await refusalOf(http.get(url))).toMatchObject({ code: 'HTTP_UNREACHABLE' })
  expect(count()).toBe(1)
})

test('what cannot be a call is told as it is', async () => {
  const { http, url } = await startServer((_, response) => response.end('no JSON'))
  await expect(http.get(url).json()).rejects.toBeInstanceOf(SyntaxError)
  const error = await refusalOf(http.get('no address'))
  expect(error.message).toBe('GET of an address that is no URL had no answer: ERR_INVALID_URL.')
})
