/** What the command line writes: results to standard output, everything else to standard error, no secret in either. */
import pc from 'picocolors'
import { databasePasswords } from '../config/database-url.js'
import { ConfigError, HelloError, UsageError } from '../errors.js'
import { createSecretRedactor } from '../secrets.js'

/** See the file's purpose. */
export interface Terminal {
  /** A result. */
  print(line: string): void
  /** A word about what is going on. */
  note(line: string): void
  /** An error: its code and sentence, its stack only with `--debug`. */
  report(error: unknown): void
}

/** A terminal that hides the secrets of these variables. */
export function createTerminal(
  env: Readonly<Record<string, string | undefined>>,
  isDebug: boolean,
): Terminal {
  const redactor = createSecretRedactor()
  for (const secret of secretsIn(env)) redactor.add(secret)
  const write = (stream: NodeJS.WriteStream, text: string) => stream.write(`${redactor.redact(text)}\n`)
  return {
    print: (line) => write(process.stdout, line),
    note: (line) => write(process.stderr, line),
    report: (error) => {
      for (const single of flatten(error)) {
        write(process.stderr, describe(single))
        if (isDebug && single instanceof Error) write(process.stderr, pc.dim(single.stack ?? ''))
      }
    },
  }
}

/** 78 (EX_CONFIG) for a wrong configuration, 64 (EX_USAGE) for a wrong command line, 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  const errors = flatten(error)
  if (errors.some((single) => single instanceof UsageError)) return 64
  if (errors.some((single) => single instanceof ConfigError || isTokenRefused(single))) return 78
  return 1
}

const isTokenRefused = (error: unknown) =>
  error instanceof HelloError && error.code === 'TELEGRAM_TOKEN_REFUSED'

function describe(error: unknown): string {
  if (error instanceof HelloError) return `${pc.red(error.code)}: ${error.message}`
  return `${pc.red('Error')}: ${error instanceof Error ? error.message : String(error)}`
}

function flatten(error: unknown): unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(flatten) : [error]
}

function secretsIn(env: Readonly<Record<string, string | undefined>>): string[] {
  const { BOT_TOKEN = '', WEBHOOK_SECRET = '', DATABASE_URL = '' } = env
  const token = BOT_TOKEN.trim()
  return [
    token,
    token.slice(token.indexOf(':') + 1),
    WEBHOOK_SECRET.trim(),
    ...databasePasswords(DATABASE_URL),
  ]
}
