/** Explains why a connection to Postgres failed: where to, what was found, who must do what. Never shows the password. Pure: no I/O. */
import { DatabaseError, type ErrorCode } from '../errors.js'

/**
 * Turns what the driver, or Sequelize around it, threw while connecting into an error that names host, port and
 * database, and what to do. A `DatabaseError` passes as it is.
 *
 * @param variable where the address came from
 */
export function explainConnectionError(
  error: unknown,
  url: string,
  variable = 'DATABASE_URL',
): DatabaseError {
  const source = innermost(error)
  if (source instanceof DatabaseError) return source
  const { code, advice } = diagnose(source)
  const found = source instanceof Error && source.message !== '' ? source.message : String(codeOf(source))
  // An invalid URL carries itself, with the password, in the error: that one is not kept as the cause.
  const cause = codeOf(source) === 'ERR_INVALID_URL' ? undefined : { cause: source }
  return new DatabaseError(
    code,
    `Cannot use ${describeDatabase(url)}: ${hidePassword(found, url)}. ${advice.replaceAll('DATABASE_URL', variable)}`,
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
  '42501': {
    code: 'DB_FORBIDDEN',
    advice: 'Let an owner grant this role what is named here (to connect: GRANT CONNECT ON DATABASE … TO …).',
  },
  '53300': {
    code: 'DB_UNREACHABLE',
    advice: 'Every connection is taken: end some, or raise max_connections.',
  },
  '57P03': { code: 'DB_UNREACHABLE', advice: 'The server is starting or stopping: try again in a moment.' },
}

function diagnose(error: unknown): Diagnosis {
  const known = diagnosisByState[codeOf(error) ?? '']
  if (known !== undefined) return known
  if (isSqlState(codeOf(error))) {
    return {
      code: 'DB_UNREACHABLE',
      advice: `Look up SQLSTATE ${codeOf(error)} in the manual of PostgreSQL.`,
    }
  }
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

/** Class 57 is left out: the server ends connections with it, and works again in a moment. */
function isSqlState(code: string | undefined): boolean {
  return code !== undefined && /^(?!57|08)[0-9A-Z]{5}$/.test(code) && /\d/.test(code)
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
