/** Shows a test what its bot logs as a warning or an error, as it comes: an update that fails sends nothing, and its test would only wait. */
import { authorFrames } from '../author-frames.js'

interface LoggedError {
  readonly name?: string
  readonly code?: string | number
  readonly message?: string
  readonly stack?: string
  readonly cause?: LoggedError
}

interface LogLine {
  readonly level: string
  readonly time: string
  readonly msg: string
  readonly err?: LoggedError
}

const prefix = '[bot] '

/** A line of the log in words, each line of it prefixed and ended by a line feed; `undefined` where it is not grave. Pure. */
export function describeGraveLine(line: string): string | undefined {
  const parsed = parse(line)
  if (parsed === undefined || !['warn', 'error', 'fatal'].includes(parsed.level)) return undefined
  const { level, time, msg, err, ...fields } = parsed
  const where = Object.entries(fields).map(([name, value]) => `${name} ${textOf(value)}`)
  const first = `${level}: ${msg}${where.length === 0 ? '' : ` (${where.join(', ')})`}`
  return [first, ...describeError(err)].map((text) => `${prefix}${text}\n`).join('')
}

/** With the author's lines where there are any: the others say little to whom the test belongs. */
function describeError(error: LoggedError | undefined): string[] {
  if (error === undefined) return []
  const { name = 'Error', code, message = '', stack, cause } = error
  const [first = '', ...rest] = message.split('\n')
  const frames = authorFrames(stack)
  return [
    `  ${name}${code === undefined ? '' : ` ${code}`}: ${first}`,
    ...rest.map((text) => `  ${text}`),
    ...(frames.length > 0 ? frames : (stack ?? '').split('\n').filter((text) => /^ +at /.test(text))),
    ...(cause === undefined ? [] : ['  caused by:', ...describeError(cause)]),
  ]
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** `undefined` for what is not JSON: in development lines are for people already. */
function parse(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return undefined
  }
}
