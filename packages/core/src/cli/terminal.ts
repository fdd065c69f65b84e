/** What the command line writes: results to standard output, everything else to standard error, no secret in either. */
import pc from 'picocolors'
import { authorFrames } from '../author-frames.js'
import { databasePasswords } from '../config/database-url.js'
import { type Environment, readVariable } from '../config/environment.js'
import { ConfigError, HelloError, UsageError } from '../errors.js'
import { createSecretRedactor, type SecretRedactor } from '../secrets.js'
import { isDefinitionFault } from './definition-fault.js'
import type { FaultOrigin } from './process-watch.js'

/** See the file's purpose. */
export interface Terminal {
  /** What it hides; an app that is run with it adds its own secrets. */
  readonly redactor: SecretRedactor
  /** A result. */
  print(line: string): void
  /** A word about what is going on. */
  note(line: string): void
  /** An error: its code and sentence in one line, its stack only with `--debug`. */
  report(error: unknown): void
  /** A fault that nobody caught, with what it means for the bot. */
  reportFault(error: unknown, origin: FaultOrigin): void
  /** From now on a fault is told with the lines of the author's code that it came from: whoever sees it is the author. */
  showAuthorFrames(): void
}

const meaningOf: Readonly<Record<FaultOrigin, string>> = {
  rejection: 'The bot stops, because a promise that nobody awaited was rejected.',
  exception: 'The bot stops, because an error was thrown where nobody could catch it.',
}

/** A terminal that hides the secrets of these variables. */
export function createTerminal(env: Environment, isDebug: boolean): Terminal {
  const redactor = createSecretRedactor()
  hideSecrets(redactor, env)
  const write = (stream: NodeJS.WriteStream, text: string) => stream.write(`${redactor.redact(text)}\n`)
  const report = (error: unknown) => {
    for (const single of flatten(error)) {
      write(process.stderr, describe(single))
      if (isDebug && single instanceof Error) write(process.stderr, pc.dim(stackOf(single)))
    }
  }
  let isMeaningTold = false
  let showsFrames = false
  return {
    redactor,
    print: (line) => write(process.stdout, line),
    note: (line) => write(process.stderr, line),
    report,
    reportFault: (error, origin) => {
      if (!isMeaningTold) write(process.stderr, meaningOf[origin])
      isMeaningTold = true
      report(error)
      if (showsFrames && !isDebug && error instanceof Error) {
        for (const frame of authorFrames(error.stack)) write(process.stderr, pc.dim(frame))
      }
    },
    showAuthorFrames: () => {
      showsFrames = true
    },
  }
}

/** 78 (EX_CONFIG) for a wrong configuration, 64 (EX_USAGE) for a wrong command line, 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  const errors = flatten(error)
  if (errors.some((single) => single instanceof UsageError)) return 64
  if (
    errors.some(
      (single) => single instanceof ConfigError || isTokenRefused(single) || isDefinitionFault(single),
    )
  )
    return 78
  return 1
}

/** Hides what is secret in these variables, or in the files that they name. */
export function hideSecrets(redactor: SecretRedactor, env: Environment): void {
  const token = variableOf(env, 'BOT_TOKEN')
  const secrets = [
    token,
    token.slice(token.indexOf(':') + 1),
    variableOf(env, 'WEBHOOK_SECRET'),
    ...databasePasswords(variableOf(env, 'DATABASE_URL')),
  ]
  for (const secret of secrets) redactor.add(secret)
}

function variableOf(env: Environment, name: string): string {
  try {
    return (readVariable(env, name).text ?? '').trim()
  } catch {
    // What is wrong with it is said where it is needed; until then both are hidden.
    return (env[name] ?? '').trim()
  }
}

const isTokenRefused = (error: unknown) =>
  error instanceof HelloError && error.code === 'TELEGRAM_TOKEN_REFUSED'

function describe(error: unknown): string {
  if (error instanceof HelloError) return `${pc.red(error.code)}: ${error.message}`
  return `${pc.red('Error')}: ${error instanceof Error ? error.message || error.name : String(error)}`
}

/** With the stacks of its causes, which tell where it came from. */
function stackOf(error: Error): string {
  const own = error.stack ?? String(error)
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own
}

function flatten(error: unknown): unknown[] {
  return error instanceof AggregateError && error.errors.length > 0 ? error.errors.flatMap(flatten) : [error]
}
