/** One dedicated connection to Postgres, for what must not share the pool: locks, LISTEN, migrations. */
import { Socket } from 'node:net'
import pg from 'pg'
import { DatabaseError, HelloError } from '../errors.js'
import { describeDatabase, explainConnectionError } from './connection-error.js'

export { describeDatabase, explainConnectionError }

/** Options of {@link connectClient}. */
export interface ConnectClientOptions {
  /** What `pg_stat_activity` shows for this connection. */
  readonly applicationName: string
  /** Longest time one statement may take. Integer > 0; absent = what the server says for this role. */
  readonly statementTimeoutMs?: number
  /** Longest wait for the connection to come about. Integer > 0. @default 5_000 */
  readonly connectTimeoutMs?: number
  /** Where the address came from, for messages. @default 'DATABASE_URL' */
  readonly urlVariable?: string
  /** Called when a connection that stood is lost; queries that run then reject by themselves. */
  readonly onLost?: (error: Error) => void
}

/** The oldest PostgreSQL that Hello runs on, as `server_version_num`. */
const oldestVersionNum = 130_000

/**
 * Opens one connection of its own, in the time zone UTC, to be ended by the caller.
 *
 * @throws DatabaseError DB_AUTH, DB_NOT_FOUND, DB_FORBIDDEN, DB_NOT_POSTGRES, DB_UNREACHABLE, DB_VERSION: no
 * connection is left open.
 */
export async function connectClient(url: string, options: ConnectClientOptions): Promise<pg.Client> {
  let client: pg.Client
  try {
    client = new pg.Client(clientConfig(url, options))
  } catch (error) {
    throw explainConnectionError(error, url, options.urlVariable)
  }
  // Without a listener the `error` event of a lost connection ends the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    assertServerVersion(await greet(client), url)
    if (options.onLost !== undefined) client.on('error', options.onLost)
    return client
  } catch (error) {
    client.connection.stream.destroy()
    throw explainConnectionError(error, url, options.urlVariable)
  }
}

/** Gives the server's version, and sets the time zone: what a migration makes of `now()` is then the same on every server, as in units of work. */
async function greet(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `SELECT current_setting('server_version_num')::int AS version, set_config('TimeZone', 'UTC', false)`,
  )
  return rows[0]?.version ?? 0
}

/**
 * Lends a connection of its own to `work` and ends it. What the connection itself fails with on the way is
 * explained as while connecting; errors of `work` pass.
 */
export async function withClient<T>(
  url: string,
  options: ConnectClientOptions,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = await connectClient(url, options)
  try {
    return await work(client)
  } catch (error) {
    throw isOthers(error) ? error : explainConnectionError(error, url, options.urlVariable)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** Whether it is explained already, or is no fault of the connection: `work` also writes to the log, whose disk may be full. */
function isOthers(error: unknown): boolean {
  if (error instanceof HelloError || error instanceof AggregateError) return true
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC'
}

/** @throws DatabaseError DB_VERSION: the server is older than PostgreSQL 13. */
export function assertServerVersion(versionNum: number, url: string): void {
  if (versionNum >= oldestVersionNum) return
  throw new DatabaseError(
    'DB_VERSION',
    `The server at ${describeDatabase(url)} is PostgreSQL ${Math.floor(versionNum / 10_000)}, and Hello needs 13 or later. Upgrade the server, or point DATABASE_URL at a newer one.`,
  )
}

function clientConfig(url: string, options: ConnectClientOptions): pg.ClientConfig {
  return {
    connectionString: named(url, options.applicationName),
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    keepAlive: true,
    ...(options.statementTimeoutMs !== undefined && { statement_timeout: options.statementTimeoutMs }),
    stream: () => refuseOtherServers(new Socket(), url),
  }
}

/** Into the URL, since what a URL carries wins over the driver's other options. */
function named(url: string, applicationName: string): string {
  if (!URL.canParse(url)) return url
  const own = new URL(url)
  own.searchParams.set('application_name', applicationName)
  return own.href
}

/** The driver takes the first bytes of an HTTP or MySQL server for the length of a message and waits for more, so they are looked at here. */
function refuseOtherServers(socket: Socket, url: string): Socket {
  socket.once('data', (first: Buffer) => {
    if (looksLikePostgres(first)) return
    socket.destroy(
      new DatabaseError(
        'DB_NOT_POSTGRES',
        `What answers for ${describeDatabase(url)} is not PostgreSQL. Check the host and port of DATABASE_URL.`,
      ),
    )
  })
  return socket
}

/** First answers of a server (PostgreSQL protocol 3.0, message formats): one byte to a request for TLS, or a TLS handshake where that was not asked first; else a type and a length of less than 64 KB. */
function looksLikePostgres(first: Buffer): boolean {
  const type = String.fromCharCode(first[0] ?? 0)
  const tlsHandshake = 0x16
  if (first[0] === tlsHandshake) return true
  if (first.length === 1) return 'SNERv'.includes(type)
  return 'REvNS'.includes(type) && (first.length < 5 || first.readUInt32BE(1) < 65_536)
}
