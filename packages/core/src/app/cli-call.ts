/** A command that a plugin adds to `hello`, as it is called: what the command line hands to the app. */
import type { ArgumentsCamelCase } from 'yargs'
import type { Environment } from '../config/environment.js'
import type { LogDestination } from '../logger.js'
import type { CliCommand, CliTerminal } from '../plugin/cli.js'
import type { SecretRedactor } from '../secrets.js'

/** See the file's purpose. */
export interface CliCall {
  readonly plugin: string
  readonly command: CliCommand
  readonly args: ArgumentsCamelCase<any>
  readonly terminal: CliTerminal
  /** Aborted when the person wants it to end. */
  readonly signal: AbortSignal
  readonly env: Environment
  readonly redactor: SecretRedactor
  /** Of log lines. */
  readonly logDestination: LogDestination
}
