/** HTTP/1.1 straight on sockets, for the two ends of the benchmark: a client and a server for everything would cost the machine more than the bots between them. */
import { connect, createServer } from 'node:net'

/** Cuts what arrives on a connection into messages. Pure. Bodies are text of single bytes (latin1). */
export class MessageReader {
  #rest = ''

  /**
   * @param {Buffer} chunk
   * @returns {{ head: string, body: string }[]} the messages that are whole by now
   */
  push(chunk) {
    this.#rest += chunk.toString('latin1')
    const messages = []
    for (let message = this.#cut(); message !== undefined; message = this.#cut()) messages.push(message)
    return messages
  }

  #cut() {
    const headEnd = this.#rest.indexOf('\r\n\r\n')
    if (headEnd === -1) return undefined
    const head = this.#rest.slice(0, headEnd)
    const found = bodyAt(head, this.#rest, headEnd + 4)
    if (found === undefined) return undefined
    this.#rest = this.#rest.slice(found.end)
    return { head, body: found.body }
  }
}

function bodyAt(head, text, from) {
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return chunksAt(text, from)
  const end = from + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
  return text.length < end ? undefined : { body: text.slice(from, end), end }
}

function chunksAt(text, from) {
  let body = ''
  for (let at = from; ; ) {
    const lineEnd = text.indexOf('\r\n', at)
    if (lineEnd === -1) return undefined
    const start = lineEnd + 2
    const size = Number.parseInt(text.slice(at, lineEnd), 16)
    at = start + size + 2
    if (text.length < at) return undefined
    if (size === 0) return { body, end: at }
    body += text.slice(start, start + size)
  }
}

/** An answer of 200 with JSON, ready to be written. @param {unknown} value */
export function jsonAnswer(value) {
  const body = JSON.stringify(value)
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )
}

/**
 * A server on a free port of this machine.
 *
 * @param {(request: { path: string, body: string }, answer: (bytes: Buffer) => void) => void} handle answers each request
 * before the next one of its connection is read; later only where its client waits for it
 * @returns {Promise<{ origin: string }>}
 */
export function serve(handle) {
  const server = createServer({ noDelay: true }, (socket) => {
    const reader = new MessageReader()
    socket.on('error', () => socket.destroy())
    socket.on('data', (chunk) => {
      for (const { head, body } of reader.push(chunk)) {
        const isLast = /\r\nconnection: *close/i.test(head)
        handle({ path: head.split(' ', 2)[1], body }, (bytes) => {
          if (isLast) socket.end(bytes)
          else socket.write(bytes)
        })
      }
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({ origin: `http://127.0.0.1:${server.address().port}` }))
  })
}

/** Connections to one place that stay open, each with one request at a time; who finds none free waits. */
export class Poster {
  #url
  #head
  #max
  #free = []
  #waiting = []
  #open = new Set()

  /** @param {{ url: URL, headers: Record<string, string>, connections: number }} options */
  constructor({ url, headers, connections }) {
    this.#url = url
    this.#max = connections
    const lines = Object.entries({ host: url.host, ...headers }).map(
      ([name, value]) => `${name}: ${value}\r\n`,
    )
    this.#head = `POST ${url.pathname} HTTP/1.1\r\n${lines.join('')}content-length: `
  }

  /** Posts JSON; resolves with the status of the answer. @param {string} json */
  post(json) {
    return new Promise((resolve, reject) => {
      const request = { bytes: `${this.#head}${Buffer.byteLength(json)}\r\n\r\n${json}`, resolve, reject }
      const connection = this.#free.pop() ?? (this.#open.size < this.#max ? this.#connect() : undefined)
      if (connection === undefined) this.#waiting.push(request)
      else connection.send(request)
    })
  }

  /** Ends the connections. Nothing is on its way any more. */
  close() {
    for (const socket of this.#open) socket.end()
  }

  #connect() {
    const socket = connect({ host: this.#url.hostname, port: Number(this.#url.port), noDelay: true })
    const reader = new MessageReader()
    let current
    const connection = {
      send: (request) => {
        current = request
        socket.write(request.bytes)
      },
    }
    this.#open.add(socket)
    socket.on('data', (chunk) => {
      for (const { head } of reader.push(chunk)) {
        current.resolve(Number(head.slice(9, 12)))
        current = undefined
        const next = this.#waiting.shift()
        if (next === undefined) this.#free.push(connection)
        else connection.send(next)
      }
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#open.delete(socket)
      this.#free = this.#free.filter((free) => free !== connection)
      current?.reject(new Error('The bot closed the connection before it answered.'))
    })
    return connection
  }
}
