/** A TCP proxy in front of PostgreSQL that reads what the client sends, message by message, and can delay, cut or change it at a named point. */

import type { AddressInfo } from 'node:net'
import { connect, createServer, type Socket } from 'node:net'

/**
 * What the proxy does:
 * - `pass`: nothing but forward;
 * - `cutOnCommit`: forwards COMMIT, and cuts the connection when the server has answered it;
 * - `dropBeforeCommit`: cuts the connection in place of forwarding COMMIT;
 * - `stall`: holds everything in both directions, until the mode changes;
 * - `stallAnswers`: holds what the server says, until the mode changes;
 * - `slice`: forwards every byte by itself.
 */
export type ProxyMode = 'pass' | 'cutOnCommit' | 'dropBeforeCommit' | 'stall' | 'stallAnswers' | 'slice'

/** See the file's purpose. */
export interface TcpProxy extends AsyncDisposable {
  /** The address of the database, by way of the proxy. */
  readonly url: string
  /** The statements that clients have sent so far, as `BEGIN`, or `hello_123` for one that was prepared before. */
  readonly statements: string[]
  /** How many connections are open now. */
  readonly connections: number
  /** How often it has cut a connection at a COMMIT. */
  readonly cuts: number
  setMode(mode: ProxyMode): void
  /** How much later the client hears what the server says, as over a longer way. In `pass` and `cutOnCommit`. @default 0 */
  latencyMs: number
  /** Resolves when a statement that contains `text` has been read, also one that is held. */
  seen(text: string): Promise<void>
  /** Changes messages on their way to the server; a change keeps the length. */
  rewrite: (message: Buffer) => Buffer
}

/** Starts a proxy on a free port in front of the server of `url`. */
export async function startTcpProxy(url: string): Promise<TcpProxy> {
  const target = new URL(url)
  const links = new Set<Link>()
  const statements: string[] = []
  const waiting = new Set<() => void>()
  let mode: ProxyMode = 'pass'
  let cuts = 0
  const proxy: Shared = {
    mode: () => mode,
    latencyMs: 0,
    rewrite: (message) => message,
    countCut() {
      cuts += 1
    },
    note(statement) {
      statements.push(statement)
      for (const check of waiting) check()
    },
  }
  const server = createServer((client) => {
    const upstream = connect({ host: target.hostname, port: Number(target.port || 5432), noDelay: true })
    const link = new Link(client.setNoDelay(), upstream, proxy)
    links.add(link)
    client.once('close', () => links.delete(link))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own = new URL(url)
  own.host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: own.href,
    statements,
    get connections() {
      return links.size
    },
    get cuts() {
      return cuts
    },
    setMode(next) {
      mode = next
      for (const link of links) link.flush()
    },
    seen: (text) =>
      new Promise((resolve) => {
        const check = () => {
          if (!statements.some((statement) => statement.includes(text))) return
          waiting.delete(check)
          resolve()
        }
        waiting.add(check)
        check()
      }),
    get latencyMs() {
      return proxy.latencyMs
    },
    set latencyMs(latencyMs) {
      proxy.latencyMs = latencyMs
    },
    get rewrite() {
      return proxy.rewrite
    },
    set rewrite(change) {
      proxy.rewrite = change
    },
    async [Symbol.asyncDispose]() {
      for (const link of links) link.cut()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

interface Shared {
  mode(): ProxyMode
  latencyMs: number
  rewrite: (message: Buffer) => Buffer
  countCut(): void
  note(statement: string): void
}

/** One client's connection and the one to the server behind it. */
class Link {
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #shared: Shared
  readonly #toServer: Buffer[] = []
  readonly #toClient: Buffer[] = []
  #unread = Buffer.alloc(0)
  #isStarted = false

  constructor(client: Socket, upstream: Socket, shared: Shared) {
    this.#client = client
    this.#upstream = upstream
    this.#shared = shared
    client.on('data', (chunk) => this.#read(chunk))
    upstream.on('data', (chunk) => this.#answer(chunk))
    for (const socket of [client, upstream]) {
      socket.on('error', () => this.cut())
      socket.on('close', () => this.cut())
    }
  }

  cut(): void {
    this.#client.destroy()
    this.#upstream.destroy()
  }

  flush(): void {
    const mode = this.#shared.mode()
    if (mode !== 'stall') for (const message of this.#toServer.splice(0)) this.#upstream.write(message)
    if (mode !== 'stall' && mode !== 'stallAnswers')
      for (const chunk of this.#toClient.splice(0)) this.#client.write(chunk)
  }

  #read(chunk: Buffer): void {
    this.#unread = Buffer.concat([this.#unread, chunk])
    for (;;) {
      // The first message of a connection has no type: PostgreSQL protocol 3.0, StartupMessage.
      const offset = this.#isStarted ? 1 : 0
      if (this.#unread.length < offset + 4) return
      const length = offset + this.#unread.readUInt32BE(offset)
      if (this.#unread.length < length) return
      const message = this.#unread.subarray(0, length)
      this.#unread = this.#unread.subarray(length)
      const statement = this.#isStarted ? statementOf(message) : undefined
      this.#isStarted = true
      if (statement === 'COMMIT' && this.#shared.mode() === 'dropBeforeCommit') {
        this.#shared.countCut()
        this.cut()
        return
      }
      this.#toServer.push(this.#shared.rewrite(message))
      if (statement !== undefined) this.#shared.note(statement)
      this.#forward()
    }
  }

  #forward(): void {
    if (this.#shared.mode() !== 'slice') {
      this.flush()
      return
    }
    for (const message of this.#toServer.splice(0))
      for (const byte of message) this.#upstream.write(Buffer.of(byte))
  }

  #answer(chunk: Buffer): void {
    if (this.#shared.mode() === 'cutOnCommit' && chunk.includes('COMMIT\0')) {
      this.#shared.countCut()
      this.cut()
      return
    }
    if (this.#shared.mode() === 'slice') {
      for (const byte of chunk) this.#client.write(Buffer.of(byte))
      return
    }
    const { latencyMs } = this.#shared
    // Timers of one length end in the order in which they began.
    if (latencyMs > 0) setTimeout(() => this.#pass(chunk), latencyMs)
    else this.#pass(chunk)
  }

  #pass(chunk: Buffer): void {
    this.#toClient.push(chunk)
    this.flush()
  }
}

/** The text of a Query or Parse message, or the name that a Bind message runs. */
function statementOf(message: Buffer): string | undefined {
  const type = String.fromCharCode(message[0] as number)
  const [first = '', second = ''] = message.subarray(5).toString('latin1').split('\0')
  if (type === 'Q') return first
  if (type === 'P') return second
  return type === 'B' && second !== '' ? second : undefined
}
