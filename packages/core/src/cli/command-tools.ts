/** What every command of `hello` is given. */
import type { Environment } from '../config/environment.js'
import type { ProcessWatch } from './process-watch.js'
import type { Terminal } from './terminal.js'

/** What commands work with. */
export interface CommandTools {
  readonly env: Environment
  readonly terminal: Terminal
  readonly watch: ProcessWatch
  /** Takes the exit code. */
  done(exitCode: number): void
}
