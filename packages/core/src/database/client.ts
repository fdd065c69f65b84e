/** One dedicated connection to Postgres, for what must not share the pool: locks, LISTEN, migrations. A failure to connect says who must do what, and never shows the password. */
import { Socket } from 'node:net'
import pg from 'pg'
import { DatabaseError, type ErrorCode } from '../errors.js'

/** Options of {@link connectClient}. */
export interface ConnectClientOptions {
  /** What `pg_stat_activity` shows for this connection. */
  readonly applicationName: string
  /** Longest time one statement may take. Integer > 0; absent = what the server says for this role. */
  readonly statementTimeoutMs?: number
  /** Longest wait for the connection to come about. Integer > 0. @default 5_000 */
  readonly connectTimeoutMs?: number
  /** Called when a connection that stood is lost; queries that run then reject by themselves. */
  readonly onLost?: (error: Error) => void
}

/** The oldest PostgreSQL that Hello runs on, as `server_version_num`. */
const oldestVersionNum = 130_000

/**
 * Opens one connection of its own, to be ended by the caller.
 *
 * @throws DatabaseError DB_AUTH, DB_NOT_FOUND, DB_FORBIDDEN, DB_NOT_POSTGRES, DB_UNREACHABLE, DB_VERSION: no
 * connection is left open.
 */
export async function connectClient(url: string, options: ConnectClientOptions): Promise<pg.Client> {
  let client: pg.Client
  try {
    client = new pg.Client(clientConfig(url, options))
  } catch (error) {
    throw explainConnectionError(error, url)
  }
  // Without a listener the `error` event of a lost connection ends the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query(`SELECT current_setting('server_version_num')::int AS version`)
    assertServerVersion(rows[0].version, url)
    if (options.onLost !== undefined) client.on('error', options.onLost)
    return client
  } catch (error) {
    client.connection.stream.destroy()
    throw explainConnectionError(error, url)
  }
}

/** @throws DatabaseError DB_VERSION: the server is older than PostgreSQL 13. */
export function assertServerVersion(versionNum: number, url: string): void {
  if (versionNum >= oldestVersionNum) return
  throw new DatabaseError(
    'DB_VERSION',
    `The server at ${describeDatabase(url)} is PostgreSQL ${Math.floor(versionNum / 10_000)}, and Hello needs 13 or later. Upgrade the server, or point DATABASE_URL at a newer one.`,
  )
}

/**
 * Turns what the driver, or Sequelize around it, threw while connecting into an error that names host, port and
 * database, and what to do. A `DatabaseError` passes as it is.
 */
export function explainConnectionError(error: unknown, url: string): DatabaseError {
  const source = innermost(error)
  if (source instanceof DatabaseError) return source
  const { code, advice } = diagnose(source)
  const found = source instanceof Error && source.message !== '' ? source.message : String(codeOf(source))
  // An invalid URL carries itself, with the password, in the error: that one is not kept as the cause.
  const cause = codeOf(source) === 'ERR_INVALID_URL' ? undefined : { cause: source }
  return new DatabaseError(
    code,
    `Cannot use ${describeDatabase(url)}: ${hidePassword(found, url)}. ${advice}`,
    cause,
  )
}

/** `database "bot" at db.example:5432 as "bot"`: what an error may say of a URL. Never the password. */
export function describeDatabase(url: string): string {
  if (!URL.canParse(url)) return 'the database (its URL cannot be parsed)'
  const { hostname, port, pathname, username, searchParams } = new URL(url)
  const host = searchParams.get('host') ?? (decodeURIComponent(hostname) || 'localhost')
  const user = decode(username)
  const database = decode(pathname.slice(1)) || user
  return `database "${database}" at ${host}:${port || '5432'}${user === '' ? '' : ` as "${user}"`}`
}

function clientConfig(url: string, options: ConnectClientOptions): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: options.applicationName,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    keepAlive: true,
    ...(options.statementTimeoutMs !== undefined && { statement_timeout: options.statementTimeoutMs }),
    // A socket file is left to the driver: what listens there is Postgres.
    stream: () => refuseOtherServers(new Socket(), url),
  }
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

/** First answers of a server (PostgreSQL protocol 3.0, message formats): one byte to a request for TLS; else a type and a length of less than 64 KB. */
function looksLikePostgres(first: Buffer): boolean {
  const type = String.fromCharCode(first[0] ?? 0)
  if (first.length === 1) return 'SNERv'.includes(type)
  return 'REvNS'.includes(type) && (first.length < 5 || first.readUInt32BE(1) < 65_536)
}

interface Diagnosis {
  readonly code: Extract<ErrorCode, `DB_${string}`>
  readonly advice: string
}

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const diagnosisByState: Readonly<Record<string, Diagnosis>> = {
  '28P01': {
    code: 'DB_AUTH',
    advice: 'Check user and password in DATABASE_URL (percent-encode @, :, / and #).',
  },
  '28000': {
    code: 'DB_AUTH',
    advice: 'Check the user in DATABASE_URL, its LOGIN right, and pg_hba.conf of the server.',
  },
  '3D000': { code: 'DB_NOT_FOUND', advice: 'Create the database, or correct its name in DATABASE_URL.' },
  '42501': { code: 'DB_FORBIDDEN', advice: 'Let an owner run GRANT CONNECT ON DATABASE … TO this role.' },
  '53300': {
    code: 'DB_UNREACHABLE',
    advice: 'Every connection is taken: end some, or raise max_connections.',
  },
  '57P03': { code: 'DB_UNREACHABLE', advice: 'The server is starting or stopping: try again in a moment.' },
}

function diagnose(error: unknown): Diagnosis {
  const known = diagnosisByState[codeOf(error) ?? '']
  if (known !== undefined) return known
  const message = error instanceof Error ? error.message : ''
  // The driver's own refusals before any password is sent: no password given, or one of a wrong type.
  if (/^SASL:|password must be a string/i.test(message)) return diagnosisByState['28P01'] as Diagnosis
  if (/received invalid response|establishing an SSL connection/.test(message)) {
    return { code: 'DB_NOT_POSTGRES', advice: 'Check the host and port of DATABASE_URL.' }
  }
  if (/does not support SSL/.test(message)) {
    return {
      code: 'DB_UNREACHABLE',
      advice: 'Turn TLS on at the server, or leave sslmode out of DATABASE_URL.',
    }
  }
  return {
    code: 'DB_UNREACHABLE',
    advice: 'Check that Postgres runs there and that host and port in DATABASE_URL are right.',
  }
}

/** Sequelize keeps the driver's error as `original`; a host with several addresses fails with an `AggregateError`. */
function innermost(error: unknown): unknown {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0])
  if (typeof error === 'object' && error !== null && 'original' in error && error.original instanceof Error) {
    return innermost(error.original)
  }
  return error
}

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}

function hidePassword(text: string, url: string): string {
  if (!URL.canParse(url)) return text
  const { password } = new URL(url)
  return [password, decode(password)].reduce(
    (shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '***')),
    text,
  )
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
