/** The commands that a plugin adds to `hello`, as an author writes and types them: yargs command modules that run with the app's services. */
import type { ArgumentsCamelCase, Argv } from 'yargs'
import type { AnyContract, AppServicesOf, OptionsOf, UpdateServicesOf } from './contract.js'

/** How far long work is. */
export interface CliProgress {
  /** So many more are done. @param count integer ≥ 0. @default 1 */
  advance(count?: number): void
  /** It is over. Called at the end of the command for what was left open. */
  stop(): void
}

/** What a command writes to and asks. */
export interface CliTerminal {
  /** Whether a person can be asked: standard input is a terminal. */
  readonly isInteractive: boolean
  /**
   * Writes a line of the result to standard output. Await it where there are many: it waits for a reader that is slow.
   * Where the reader is gone (`| head`), the command ends here, and well.
   */
  print(line: string): Promise<void>
  /** Writes a line about what is going on to standard error. */
  note(line: string): void
  /**
   * Shows how far long work is: a bar on a terminal, a line now and then elsewhere; on standard error.
   *
   * @param total how many there are. Integer ≥ 0
   * @param what what is counted: `events`
   */
  progress(total: number, what: string): CliProgress
  /**
   * Asks before what cannot be undone, and goes on where `yes` is typed. Leave it out where the person gave `--yes`.
   *
   * @throws UsageError CONFIRM_REQUIRED: the answer was no, or nobody can be asked; the message says to add `--yes`.
   */
  confirm(question: string): Promise<void>
}

/** What a command of a plugin is given. The app is made, its database open and its schema as the code has it; no plugin was started, and no update is taken in. */
export interface CliContext<C extends AnyContract, A = {}> extends CliTerminal {
  /** The arguments, as `builder` declares them. */
  readonly args: ArgumentsCamelCase<A>
  /** As in a job or a start hook. `database.unit` opens a unit of work; the logger writes to standard error. */
  readonly services: AppServicesOf<C>
  readonly options: OptionsOf<C>
  /**
   * Runs `work` in a unit of work with the services of an update: it returns, commit; it throws, everything is undone.
   * What it puts in the outbox leaves when the bot runs. Long work goes in many small ones.
   *
   * @throws UnitError as `services.database.unit`.
   */
  unit<T>(work: (services: UpdateServicesOf<C>) => Promise<T>): Promise<T>
  /** Aborted by Ctrl-C and by SIGTERM: come to an end. A second one ends the process. */
  readonly signal: AbortSignal
}

/** Nothing, or an exit code: an integer from 0 to 255. */
export type CliResult = number | void | Promise<void> | Promise<number | undefined>

/** One command, besides its name and its arguments by place. */
export interface CliDefinition<C extends AnyContract, A> {
  /** What `--help` says of it. */
  readonly describe: string
  /** Command lines without `hello`, and what each does. */
  readonly examples?: readonly (readonly [line: string, meaning: string])[]
  /** Declares options and the arguments by place, as in a command module of yargs. @default none */
  readonly builder?: (yargs: Argv) => Argv<A>
  /**
   * Does the work. It returns, and the exit code is 0, or the one it gives; it throws, and the error is shown in one
   * line: exit code 64 for a UsageError, 78 for a ConfigError, 1 for others.
   */
  handle(cli: CliContext<C, A>): CliResult
}

/** A command, made by an {@link AddCliCommand}. */
export interface CliCommand {
  /** `export [file]`. */
  readonly command: string
  /** Only for core. @internal */
  readonly '~definition': CliDefinition<AnyContract, any>
}

/**
 * Makes a command that is called as `hello <plugin> <command>`. Nothing runs.
 *
 * @param command its name and its arguments by place, as yargs reads them: `export`, `show <id>`, `import [files..]`
 */
export type AddCliCommand<C extends AnyContract> = <A = {}>(
  command: string,
  definition: CliDefinition<C, A>,
) => CliCommand

/** What core hands to `cli` of a plugin. @internal */
export const addCliCommand: AddCliCommand<AnyContract> = (command, definition) =>
  Object.freeze({ command, '~definition': definition as CliDefinition<AnyContract, any> })
