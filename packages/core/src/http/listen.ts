/** Opens a server on its port and closes it without cutting what it is about to answer. */
import type { Server } from 'node:http'
import { ConfigError } from '../errors.js'

/**
 * Opens a server and gives its port.
 *
 * @throws ConfigError CONFIG_PORT_IN_USE: another program has the port. The server is closed.
 */
export function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EADDRINUSE') return reject(error)
      const message = `Port ${port} is taken by another program. Stop it, or set another port.`
      reject(new ConfigError('CONFIG_PORT_IN_USE', message, { cause: error }))
    }
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}

/** Takes no further connection and waits for the answers under way; what is not done after `patienceMs` is cut. */
export function closeServer(server: Server, patienceMs = 5_000): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), patienceMs)
    server.close(() => {
      clearTimeout(impatience)
      resolve()
    })
    server.closeIdleConnections()
  })
}
