/** What the command line writes: results to standard output, everything else to standard error, no secret in either. */
import pc from 'picocolors'
import { authorFrames } from '../author-frames.js'
import { databasePasswords } from '../config/database-url.js'
import { type Environment, readVariable } from '../config/environment.js'
import { HelloError } from '../errors.js'
import { createSecretRedactor, type SecretRedactor } from '../secrets.js'
import { flattenErrors } from './exit-codes.js'
import type { FaultOrigin } from './process-watch.js'

/** See the file's purpose. */
export interface Terminal {
  /** What it hides; an app that is run with it adds its own secrets. */
  readonly redactor: SecretRedactor
  /** A result. */
  print(line: string): void
  /** Resolves when more can be printed without filling memory, or nobody reads any more. */
  drained(): Promise<void>
  /** Whether whoever read the results is gone, as after `| head`: what is printed from then on is lost. */
  readonly isOutputClosed: boolean
  /** A finished line of a log, where standard output is for results. */
  writeLog(line: string): void
  /** A word about what is going on. */
  note(line: string): void
  /** An error: its code and sentence in one line, its stack only with `--debug`. */
  report(error: unknown): void
  /** An error for a program, on standard output: `{ ok: false, error: { code, message } }`, with `errors` where there are several. */
  reportJson(error: unknown): void
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
  let isOutputClosed = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    isOutputClosed = true
  })
  const report = (error: unknown) => {
    for (const single of flattenErrors(error)) {
      write(process.stderr, describe(single))
      if (isDebug && single instanceof Error) write(process.stderr, pc.dim(stackOf(single)))
      // An error of ours says what to do; of any other the author needs the place.
      if (showsFrames && !isDebug && !(single instanceof HelloError)) writeFrames(single)
    }
  }
  const writeFrames = (error: unknown) => {
    if (!(error instanceof Error)) return
    for (const frame of authorFrames(error.stack)) write(process.stderr, pc.dim(frame))
  }
  let isMeaningTold = false
  let showsFrames = false
  return {
    redactor,
    print: (line) => void write(process.stdout, line),
    drained: async () => {
      if (isOutputClosed || !process.stdout.writableNeedDrain) return
      await new Promise((resolve) => {
        process.stdout.once('drain', resolve).once('close', resolve)
      })
    },
    get isOutputClosed() {
      return isOutputClosed
    },
    note: (line) => void write(process.stderr, line),
    writeLog: (line) => void process.stderr.write(redactor.redact(line)),
    report,
    reportJson: (error) => {
      const errors = flattenErrors(error).map(inParts)
      const [first] = errors
      write(process.stdout, JSON.stringify({ ok: false, error: first, ...(errors.length > 1 && { errors }) }))
    },
    reportFault: (error, origin) => {
      if (!isMeaningTold) write(process.stderr, meaningOf[origin])
      isMeaningTold = true
      report(error)
      if (showsFrames && !isDebug && error instanceof HelloError) writeFrames(error)
    },
    showAuthorFrames: () => {
      showsFrames = true
    },
  }
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

function describe(error: unknown): string {
  if (error instanceof HelloError) return `${pc.red(error.code)}: ${error.message}`
  return `${pc.red('Error')}: ${error instanceof Error ? error.message || error.name : String(error)}`
}

function inParts(error: unknown): { code: string; message: string } {
  const code = error instanceof HelloError ? error.code : 'ERROR'
  return { code, message: error instanceof Error ? error.message || error.name : String(error) }
}

/** With the stacks of its causes, which tell where it came from. */
function stackOf(error: Error): string {
  const own = error.stack ?? String(error)
  return error.cause instanceof Error ? `${own}\ncaused by: ${stackOf(error.cause)}` : own
}
