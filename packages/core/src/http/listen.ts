/** Opens a server on its port and closes it without cutting what it is about to answer. */
import type { Server } from 'node:http'
import { ConfigError } from '../errors.js'

/**
 * Opens a server and gives its port.
 *
 * @param host an address of this machine; absent: all, of IPv4 and IPv6
 * @throws ConfigError CONFIG_PORT_IN_USE: another program has the port. CONFIG_PORT: this user may not open it.
 * CONFIG_HOST: the address is none of this machine. The server is closed.
 */
export function listen(server: Server, port: number, host?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(explain(error, port, host))
    server.once('error', refuse)
    server.listen(port, host, () => {
      server.off('error', refuse)
      resolve(portOf(server) ?? port)
    })
  })
}

/** Where an open server can be asked from this machine, such as `http://127.0.0.1:8080`; undefined while it is closed. */
export function urlOf(server: Server): string | undefined {
  const address = server.address()
  if (typeof address !== 'object' || address === null) return undefined
  const own: Record<string, string> = { '::': '127.0.0.1', '0.0.0.0': '127.0.0.1' }
  const host = own[address.address] ?? address.address
  return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`
}

const idleLookMs = 50

/** Takes no further connection and waits for the answers under way; what is not done after `patienceMs` is cut. */
export function closeServer(server: Server, patienceMs = 5_000): Promise<void> {
  return new Promise((resolve) => {
    const impatience = setTimeout(() => server.closeAllConnections(), patienceMs)
    // A connection that has had its answer would be kept for another request.
    const idling = setInterval(() => server.closeIdleConnections(), idleLookMs)
    server.close(() => {
      clearTimeout(impatience)
      clearInterval(idling)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function portOf(server: Server): number | undefined {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : undefined
}

function explain(cause: NodeJS.ErrnoException, port: number, host: string | undefined): Error {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new ConfigError(
        'CONFIG_PORT_IN_USE',
        `Port ${port} is taken by another program. Stop it, or set another port.`,
        { cause },
      )
    case 'EACCES':
      return new ConfigError(
        'CONFIG_PORT',
        `Port ${port} may not be opened by this user. Choose one above 1023.`,
        { cause },
      )
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOTFOUND':
      return new ConfigError(
        'CONFIG_HOST',
        `The address ${host} is none of this machine, so port ${port} cannot be opened on it. Set HOST or HEALTH_HOST to one of its own, or leave it out.`,
        { cause },
      )
    default:
      return cause
  }
}
