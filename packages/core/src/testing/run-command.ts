/** Runs a command that a plugin adds to `hello` against a bot under test, in this process. */
import yargs from 'yargs'
import { commandModules } from '../cli/command-modules.js'
import { UsageError } from '../errors.js'
import type { CliCommand } from '../plugin/cli.js'
import { createSecretRedactor } from '../secrets.js'
import type { TestBot } from './test-bot.js'

/** How a command is run. */
export interface TestCommandOptions {
  /** What the person says where the command asks. @default nobody can be asked */
  readonly answer?: boolean
  /** Ends the command, as Ctrl-C does. */
  readonly signal?: AbortSignal
}

/** What a command has done. */
export interface TestCommandResult {
  readonly exitCode: number
  /** What it has printed, by lines. */
  readonly lines: readonly string[]
  /** What it has said besides, by lines. */
  readonly notes: readonly string[]
}

/**
 * Runs it to its end.
 *
 * @param line the command line after `hello`, by words
 * @throws UsageError USAGE: the line does not fit the command. And whatever the command throws.
 */
export async function runTestCommand(
  { app, env }: Pick<TestBot, 'app' | 'env'>,
  line: readonly string[],
  { answer, signal = new AbortController().signal }: TestCommandOptions = {},
): Promise<TestCommandResult> {
  const lines: string[] = []
  const notes: string[] = []
  let exitCode = 0
  const confirm = async (question: string) => {
    if (answer !== true) throw new UsageError('CONFIRM_REQUIRED', `${question} Nobody has said yes.`)
  }
  const terminal = {
    isInteractive: answer !== undefined,
    print: async (text: string) => void lines.push(text),
    note: (text: string) => void notes.push(text),
    progress: () => ({ advance: () => undefined, stop: () => undefined }),
    confirm,
  }
  const run = async (plugin: string, command: CliCommand, args: never) => {
    const redactor = createSecretRedactor()
    const logDestination = { write: (text: string) => void notes.push(text) }
    exitCode = await app.runCli({ plugin, command, args, terminal, signal, env, redactor, logDestination })
  }
  const cli = yargs([...line])
    .locale('en')
    .strict()
    .exitProcess(false)
    .demandCommand(1)
    .fail((message, error) => {
      throw error ?? new UsageError('USAGE', message)
    })
  for (const module of commandModules(await app.cliCommands(), run as never)) cli.command(module)
  await cli.parseAsync()
  return { exitCode, lines, notes }
}
