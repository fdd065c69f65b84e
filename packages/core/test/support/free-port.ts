/** A free port for what has to be named before it is opened, or is opened again: one that the system gives nobody by itself, so that no other test gets it in between. */
import { randomInt } from 'node:crypto'
import { createServer } from 'node:http'
import { closeServer, listen } from '../../src/http/listen.js'

// Below what Linux (32 768), macOS and Windows (49 152) give to whoever asks for any port.
const [lowest, highest] = [20_000, 32_000]

/** See the file's purpose. */
export async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer()
    const port = await listen(server, randomInt(lowest, highest)).catch(() => undefined)
    if (port === undefined) continue
    await closeServer(server)
    return port
  }
}
