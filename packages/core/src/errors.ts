/** Every error that Hello throws: one class for each person who must act, one code for each case. Imports nothing. */

/**
 * What each code means, in one sentence. The table in `docs/reference/errors.md` is made from it,
 * and a test provokes every code.
 */
export const errorCodes = {
  // operator: configuration
  // operator: database
  // author: plugins
  // author: the unit of work
  // author and operator: migrations
  // operator: Telegram
} as const satisfies Record<string, string>

/** A code of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes

/** What every error of Hello has in common: a code to act on, and a message that says what happened, what was found and what to do. */
export class HelloError extends Error {
  /** Which case it is; stable across releases. */
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.name = new.target.name
  }
}

/** The operator must act: the environment or an option is wrong. The process ends with exit code 78. */
export class ConfigError extends HelloError {}

/** The operator must act: the database cannot be used as it is. */
export class DatabaseError extends HelloError {}

/** The author of a plugin must act: its definition, its wiring or its lifecycle is wrong. */
export class PluginError extends HelloError {}

/** The author of a handler must act: the unit of work was used in a way that cannot be kept. */
export class UnitError extends HelloError {}

/** The author of a migration or the operator must act: the schema and the code do not fit. */
export class MigrationError extends HelloError {}

/** The operator must act: Telegram refuses the bot or cannot be reached. */
export class TelegramRefusal extends HelloError {}

/** The person at the keyboard must act: the command line is wrong. The process ends with exit code 64. */
export class UsageError extends HelloError {}

/** One error as it is, several as an `AggregateError` whose message lists them all. Throws nothing when there are none. */
export function throwAll(errors: readonly Error[], summary: string): void {
  if (errors.length === 0) return
  if (errors.length === 1) throw errors[0]
  throw new AggregateError(errors, `${summary}\n${errors.map((error) => `  - ${error.message}`).join('\n')}`)
}
