/** What the benchmark's own ends read and write on their sockets. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { jsonAnswer, MessageReader, Poster, serve } from './wire.mjs'

const bytesOf = (text: string) => Buffer.from(text, 'latin1')

test('messages are cut where they end, however they arrive', () => {
  const text =
    'POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello' +
    'GET /b HTTP/1.1\r\nhost: x\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n' +
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'
  const bodies = ['hello', '', 'abcde', '']
  expect(new MessageReader().push(bytesOf(text)).map(({ body }) => body)).toEqual(bodies)
  const reader = new MessageReader()
  const singly = [...text].flatMap((byte) => reader.push(bytesOf(byte)))
  expect(singly.map(({ body }) => body)).toEqual(bodies)
  expect(singly.map(({ head }) => head.split('\r\n')[0])).toEqual([
    'POST /a HTTP/1.1',
    'GET /b HTTP/1.1',
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200 OK',
  ])
})

test('a client of HTTP is answered by the server', async () => {
  const { origin } = await serve(({ path, body }, answer) => answer(jsonAnswer({ path, body })))
  for (const connection of ['keep-alive', 'close']) {
    const answered = await fetch(`${origin}/bot/getMe`, {
      method: 'POST',
      body: '{"a":1}',
      headers: { connection },
    })
    expect(await answered.json()).toEqual({ path: '/bot/getMe', body: '{"a":1}' })
  }
})

test('a server of HTTP is posted to on a few connections that stay open', async () => {
  const connections = new Set<unknown>()
  const received: unknown[] = []
  const server = createServer(async (request, response) => {
    connections.add(request.socket)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    received.push([request.headers['x-secret'], JSON.parse(Buffer.concat(chunks).toString())])
    response.writeHead(request.url === '/webhook' ? 200 : 404).end()
  })
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const url = new URL(`http://127.0.0.1:${port}/webhook`)
  const poster = new Poster({ url, headers: { 'x-secret': 'abc' }, connections: 2 })
  const texts = ['Привет', 'two', 'three', 'four', 'five']
  expect(await Promise.all(texts.map((text) => poster.post(JSON.stringify({ text }))))).toEqual(
    texts.map(() => 200),
  )
  expect(received.map((one) => (one as [string, { text: string }])[1].text).sort()).toEqual(texts.toSorted())
  expect(received.every((one) => (one as [string])[0] === 'abc')).toBe(true)
  expect(connections.size).toBe(2)
  poster.close()
})

test('a bot that hangs up fails the post', async () => {
  const server = createServer((request) => request.socket.destroy())
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook`)
  await expect(new Poster({ url, headers: {}, connections: 1 }).post('{}')).rejects.toThrow(
    'closed the connection',
  )
})
