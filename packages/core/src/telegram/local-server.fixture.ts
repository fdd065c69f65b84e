/** A small HTTP server for the tests of the transport: it keeps what it was sent and answers as the test says. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One request as it arrived. */
export interface SeenRequest {
  path: string
  contentType: string
  body: Buffer
}

/** How a request is answered. @default HTTP 200 with `{"ok":true,"result":true}` */
export type Reply = (response: ServerResponse, request: SeenRequest) => void

/** Listens on a free port of this machine until it is disposed of. */
export async function startLocalServer(reply: Reply = answerOk) {
  const seen: SeenRequest[] = []
  const server = createServer(async (request, response) => {
    const entry = {
      path: request.url ?? '',
      contentType: request.headers['content-type'] ?? '',
      body: await read(request),
    }
    seen.push(entry)
    current.reply(response, entry)
  })
  const current = { reply }
  let connections = 0
  server.on('connection', () => connections++)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    last: () => seen.at(-1) as SeenRequest,
    connections: () => connections,
    answer(next: Reply) {
      current.reply = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Answers as the Bot API does when all is well. */
export function answerOk(response: ServerResponse): void {
  answerJson(response, { ok: true, result: true })
}

/** Answers with JSON. */
export function answerJson(response: ServerResponse, data: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(data))
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of request) chunks.push(chunk)
  } catch {
    // The caller went away.
  }
  return Buffer.concat(chunks)
}
