/** With which exit code `hello` ends; those above 63 are the ones of sysexits.h. Pure. */
import { ConfigError, type ErrorCode, HelloError, UsageError } from '../errors.js'
import { isDefinitionFault } from './definition-fault.js'

/** What each means. The table in `docs/reference/commands.md` is made from it. */
export const exitCodes = {
  0: 'It is done. `start` and `dev`: an orderly end.',
  1: 'It failed, or what was looked at is not as it should be (`migrate status`, `migrate verify`, `doctor`).',
  64: 'The command line is wrong, or something was not confirmed (EX_USAGE).',
  69: 'The database or Telegram cannot be reached (EX_UNAVAILABLE).',
  75: 'Another process holds the lock; the same may work later (EX_TEMPFAIL).',
  78: 'The configuration or the definition of a plugin is wrong: to try again does not help (EX_CONFIG).',
  130: 'Ctrl-C has ended a command of a plugin.',
} as const

const ofCode: Partial<Record<ErrorCode, keyof typeof exitCodes>> = {
  DB_UNREACHABLE: 69,
  TELEGRAM_UNREACHABLE: 69,
  MIGRATION_LOCKED: 75,
  EMBEDDED_IN_USE: 75,
  TELEGRAM_TOKEN_REFUSED: 78,
}

/** Of an error, or of the gravest of several: who must act first decides. */
export function exitCodeOf(error: unknown): number {
  const errors = flattenErrors(error)
  if (errors.some((single) => single instanceof UsageError)) return 64
  if (errors.some((single) => single instanceof ConfigError || isDefinitionFault(single))) return 78
  const known = errors.map((single) => (single instanceof HelloError ? ofCode[single.code] : undefined))
  return Math.max(1, ...known.map((code) => code ?? 1))
}

/** The single errors of an `AggregateError`, however deep. */
export function flattenErrors(error: unknown): unknown[] {
  return error instanceof AggregateError && error.errors.length > 0
    ? error.errors.flatMap(flattenErrors)
    : [error]
}
