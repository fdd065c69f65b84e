/** Tells a fault of the infrastructure, after which the same work may succeed, from an error of the work itself. For errors of database queries alone: a plugin's own network calls fail with the same codes. Pure. */

/** The SQLSTATE of a database error, however deep Sequelize or a cause wraps it; `undefined` where there is none. */
export function sqlStateOf(error: unknown): string | undefined {
  for (const link of chainOf(error)) {
    const { code } = link as { code?: unknown }
    // With a digit: EPIPE is no SQLSTATE.
    if (typeof code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(code)) return code
  }
  return undefined
}

/**
 * Whether the database or the way to it failed, not the work: connection lost (08), resources (53),
 * shutdown or an idle connection ended (57P, 25P03, 25P04), deadlock and serialization (40001, 40P01), lock timeout
 * (55P03), or no answer in time.
 */
export function isInfrastructureFailure(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state !== undefined) return retryableStates.test(state)
  return chainOf(error).some(isLostConnection)
}

/** Whether the connection itself is gone, so that what was last sent may or may not have happened. */
export function isConnectionLost(error: unknown): boolean {
  const state = sqlStateOf(error)
  return state === undefined ? chainOf(error).some(isLostConnection) : lostStates.test(state)
}

const lostStates = /^(08...|57P0[1-5]|25P0[34])$/

const retryableStates = /^(08...|53...|57P0[1-5]|25P0[34]|40001|40P01|55P03)$/

const lostCodes = new Set([
  'EAI_AGAIN',
  'ECONNABORTED',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
  'ETIMEDOUT',
])

const lostNames = new Set([
  'SequelizeConnectionError',
  'SequelizeConnectionRefusedError',
  'SequelizeConnectionAcquireTimeoutError',
  'SequelizeConnectionTimedOutError',
  'SequelizeHostNotFoundError',
  'SequelizeHostNotReachableError',
])

// The driver reports these without a code: pg 8 client.js and pg-pool.
const lostMessages =
  /Connection terminated|Client has encountered a connection error|Client was closed|not queryable|Query read timeout|timeout exceeded when trying to connect|Connection ended unexpectedly/

function isLostConnection(link: Error): boolean {
  const { code } = link as NodeJS.ErrnoException
  return (
    (code !== undefined && lostCodes.has(code)) || lostNames.has(link.name) || lostMessages.test(link.message)
  )
}

function chainOf(error: unknown): Error[] {
  const chain: Error[] = []
  const open: unknown[] = [error]
  while (open.length > 0 && chain.length < 10) {
    const link = open.shift()
    if (!(link instanceof Error) || chain.includes(link)) continue
    chain.push(link)
    open.push(link.cause, (link as { original?: unknown }).original, (link as { parent?: unknown }).parent)
  }
  return chain
}
