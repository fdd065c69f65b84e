/** One logger for an app: JSON lines in production, readable ones in development, and no line leaves with a known secret in it. */

import { createRequire } from 'node:module'
import { pino } from 'pino'
import { serializeFields } from './log-fields.js'
import type { SecretRedactor } from './secrets.js'

/** How much is logged: a level and everything graver. `silent` logs nothing. */
export type LogLevel = (typeof logLevels)[number]

/** Every level, from the most talkative to none. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const

/**
 * Writes one line. Fields come first, the sentence last. Only plain data is printed: a class instance appears as its
 * name, an update or a message as its ids, an error by an allow-list (name, code, message, stack, sqlstate, constraint,
 * table, cause). An error alone, without fields, is printed as the field `err`.
 */
export type LogMethod = {
  (fields: object, message: string): void
  (message: string): void
}

/** What core and plugins log with. Thin, so that a test or another library can stand in for it. */
export interface Logger {
  /** Every step; not written unless LOG_LEVEL is `trace`. */
  readonly trace: LogMethod
  /** For those who look for a fault. */
  readonly debug: LogMethod
  /** What an operator may want to know. */
  readonly info: LogMethod
  /** Something is not as it should be, and the bot goes on by itself. */
  readonly warn: LogMethod
  /** Something failed. */
  readonly error: LogMethod
  /** The bot cannot go on. */
  readonly fatal: LogMethod
  /** A logger whose every line carries these fields too. */
  child(fields: object): Logger
}

/** Where finished lines go; each ends with a line feed. */
export interface LogDestination {
  /** Takes one finished line. */
  write(line: string): void
}

/** What a logger is made of. */
export interface LoggerOptions {
  level: LogLevel
  /** Readable lines in place of JSON. pino-pretty is loaded only when this is true. */
  pretty: boolean
  /** Hides secrets on the finished line. Secrets that it learns later are hidden from then on. */
  redactor: SecretRedactor
  /** Where lines go. @default standard output, written synchronously so that the last line before an exit is not lost */
  destination?: LogDestination
  /** Fields of what is under way where a line is written: the update, its chat and person, plugin and handler. A line's own fields win. Asked for written lines alone. */
  context?: () => Readonly<Record<string, unknown>> | undefined
}

/** Builds the logger of an app. Nothing is written until the first call. */
export function createLogger({ level, pretty, redactor, destination, context }: LoggerOptions): Logger {
  const output = destination ?? pino.destination({ fd: 1, sync: true })
  const format = pretty ? loadPrettifier(destination === undefined) : undefined
  const root = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: serializeFields },
      // Already plain when it gets here; pino's own serializer would print every property of it.
      serializers: { err: (error) => error },
      ...(context && {
        mixin: (_line: object, _level: number, logger: object) => contextFor(logger, context),
      }),
    },
    { write: (line) => output.write(redactor.redact(format === undefined ? line : format(line))) },
  )
  // pino gives a child's fields to no formatter. Children inherit this method from the root.
  const bareChild = root.child
  root.child = function child(this: typeof root, fields: object) {
    const own = bareChild.call(this, serializeFields(fields))
    return 'plugin' in fields ? Object.assign(own, { [namesPlugin]: true }) : own
  } as typeof root.child
  return root
}

/** On a logger whose lines say already which plugin writes them; its children inherit it. */
const namesPlugin = Symbol('names a plugin')

/** Who writes a line is who has the logger; who handles the update is said where nobody says that. */
function contextFor(logger: object, context: NonNullable<LoggerOptions['context']>): object {
  const fields = context()
  if (fields === undefined) return {}
  if (!(namesPlugin in logger)) return fields
  const { plugin: _, ...others } = fields
  return others
}

function loadPrettifier(isTerminalLikely: boolean): (line: string) => string {
  const require = createRequire(import.meta.url)
  const { prettyFactory } = require('pino-pretty') as typeof import('pino-pretty')
  return prettyFactory({
    translateTime: 'SYS:HH:MM:ss.l',
    // The fields of a line stand on it; a stack still has lines of its own.
    singleLine: true,
    // Left out, pino-pretty asks the terminal whether it knows colours.
    ...(!isTerminalLikely && { colorize: false }),
  })
}
