/** Finds a port for the routes of plugins in development: the usual one, else a free one, so that another program on it keeps nobody from a first chat. */
import { createServer } from 'node:net'

/**
 * @param usual tried first, on this machine alone
 * @returns the usual port, or a free one where it is taken
 */
export async function findHttpPort(usual: number): Promise<number> {
  return (await tryPort(usual)) ?? (await tryPort(0)) ?? usual
}

/** The port that was open for a moment; `undefined` where it cannot be opened. */
function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined))
    })
  })
}
