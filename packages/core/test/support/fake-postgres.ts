/** A server that speaks as much of PostgreSQL's protocol as a refused connection needs: a wrong password, a right that lacks, an old version. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** What it answers. */
export type FakeAnswer =
  | {
      readonly kind: 'refuses'
      readonly sqlState: string
      readonly text: string
      readonly asksPassword?: boolean
    }
  | { readonly kind: 'has version'; readonly versionNum: number }

/** Gives its port; it is closed after the test. */
export async function startFakePostgres(answer: FakeAnswer): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    let heard = 0
    socket.on('data', () => {
      heard += 1
      const reply = replyTo(answer, heard)
      if (answer.kind === 'refuses' && reply.at(0) === 0x45) socket.end(reply)
      else socket.write(reply)
    })
  })
  const port = await portOf(server)
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return port
}

/** Lets a server listen on a free port of this machine, and gives it. */
export async function portOf(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return (server.address() as AddressInfo).port
}

// https://www.postgresql.org/docs/current/protocol-message-formats.html
function replyTo(answer: FakeAnswer, heard: number): Buffer {
  const ready = message('Z', Buffer.from('I'))
  if (answer.kind === 'refuses') {
    if (answer.asksPassword && heard === 1) return message('R', int32(3))
    const fields = `SFATAL\0VFATAL\0C${answer.sqlState}\0M${answer.text}\0\0`
    return message('E', Buffer.from(fields))
  }
  if (heard === 1) return Buffer.concat([message('R', int32(0)), ready])
  const value = Buffer.from(String(answer.versionNum))
  const column = Buffer.concat([
    Buffer.from('version\0'),
    int32(0),
    int16(0),
    int32(23),
    int16(4),
    int32(-1),
    int16(0),
  ])
  return Buffer.concat([
    message('T', Buffer.concat([int16(1), column])),
    message('D', Buffer.concat([int16(1), int32(value.length), value])),
    message('C', Buffer.from('SELECT 1\0')),
    ready,
  ])
}

const message = (type: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(type), int32(body.length + 4), body])

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeInt32BE(value)
  return buffer
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2)
  buffer.writeInt16BE(value)
  return buffer
}
