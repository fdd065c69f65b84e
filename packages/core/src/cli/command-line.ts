/** Reads the command line, runs the command that it names, and says with which exit code the process is to end. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import yargs, { type Argv, type CommandModule } from 'yargs'
import { processEnvironment } from '../config/environment.js'
import { nearestName } from '../config/nearest-name.js'
import { UsageError } from '../errors.js'
import { coreVersion } from '../version.js'
import type { CommandTools } from './command-tools.js'
import { createCommands } from './commands.js'
import { exitCodeOf } from './exit-codes.js'
import { findConfig } from './find-config.js'
import { createPluginCommands } from './plugin-commands.js'
import { watchProcess } from './process-watch.js'
import { refuseSecrets } from './refuse-secrets.js'
import { createTerminal } from './terminal.js'

/** @param argv the words behind `hello` */
export async function runCommandLine(argv: readonly string[]): Promise<number> {
  const parsed = readGlobals(argv)
  const env = loadDotEnv(parsed.cwd)
  const terminal = createTerminal(env, parsed.debug)
  const watch = watchProcess(terminal.reportFault)
  let exitCode = 0
  const done = (code: number) => {
    exitCode = code
  }
  try {
    refuseSecrets(argv)
    const tools = { env, terminal, watch, done }
    const commands = createCommands(tools)
    const taken = commands.map(nameOf)
    const cli = createCli(argv, taken)
    for (const command of commands) cli.command(command)
    const unreadable = await addPluginCommands(cli, taken, parsed, tools)
    try {
      await cli.parseAsync()
    } catch (error) {
      // Why the commands of plugins are not among those that it knows.
      throw unreadable === undefined ? error : new AggregateError([error, unreadable])
    }
    return exitCode
  } catch (error) {
    if (parsed.isJson) terminal.reportJson(error)
    else terminal.report(error)
    return exitCodeOf(error)
  } finally {
    watch.unwatch()
  }
}

/**
 * Adds the commands of plugins where they may be meant: core's own start without loading the app for its commands.
 *
 * @returns what stands against reading them, which must not stand against `--help`
 */
async function addPluginCommands(
  cli: Argv,
  taken: readonly string[],
  { cwd, command, isHelp }: Globals,
  tools: CommandTools,
): Promise<unknown> {
  if (command === undefined ? !isHelp : taken.includes(command)) return undefined
  const directory = resolve(cwd)
  if (findConfig(directory) === undefined) return undefined
  try {
    for (const one of await createPluginCommands(directory, tools, taken)) cli.command(one)
    return undefined
  } catch (error) {
    if (!isHelp) return error
    tools.terminal.report(error)
    cli.epilogue('The commands of plugins are not listed, because the app of this folder does not load.')
    return undefined
  }
}

function nameOf({ command }: CommandModule): string {
  return String(command).split(' ')[0] as string
}

function createCli(argv: readonly string[], taken: readonly string[]): Argv {
  const cli = withGlobals(yargs([...argv]))
  return cli
    .scriptName('hello')
    .version(coreVersion)
    .demandCommand(1, 'Say what to do')
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .wrap(Math.min(100, process.stdout.columns ?? 100))
    .check((args) => refuseStray(args, argv, taken), true)
    .fail((message, error) => {
      throw error instanceof UsageError ? error : (asUsage(message, optionsOf(cli)) ?? error)
    })
}

function withGlobals(cli: Argv): Argv {
  return (
    cli
      // Messages are matched below, so they are to be in one language.
      .locale('en')
      .option('cwd', {
        type: 'string',
        default: '.',
        requiresArg: true,
        describe: 'Folder of the project',
        global: true,
      })
      .option('debug', {
        type: 'boolean',
        default: false,
        describe: 'Show the stack of an error',
        global: true,
      })
  )
}

/** What has to be known before a command is chosen. Never throws: what is wrong is said when the command is. */
function readGlobals(argv: readonly string[]): Globals {
  const { cwd, debug, help, json, _ } = withGlobals(yargs([...argv]))
    .help(false)
    .version(false)
    .boolean(['help', 'json'])
    .exitProcess(false)
    .fail(() => undefined)
    .parseSync()
  return {
    cwd: typeof cwd === 'string' ? cwd : '.',
    debug: debug === true,
    command: _[0] === undefined ? undefined : String(_[0]),
    isHelp: help === true,
    isJson: json === true,
  }
}

interface Globals {
  readonly cwd: string
  readonly debug: boolean
  /** The first word. */
  readonly command: string | undefined
  readonly isHelp: boolean
  /** Who reads is a program. */
  readonly isJson: boolean
}

/** The variables, with those of the project's `.env`; what is set already wins. */
function loadDotEnv(cwd: string) {
  const path = resolve(cwd, '.env')
  if (existsSync(path)) process.loadEnvFile(path)
  return processEnvironment()
}

/** What yargs lets through. */
function refuseStray(args: Record<string, unknown>, argv: readonly string[], taken: readonly string[]): true {
  if (argv.includes('--')) {
    const command = argv.slice(0, argv.indexOf('--')).find((word) => !word.startsWith('-'))
    // A command of a plugin may have arguments that begin with a dash.
    if (command === undefined || taken.includes(command)) {
      throw new UsageError('USAGE', 'Unknown argument: --. The commands of core take nothing behind it.')
    }
  }
  const repeated = Object.keys(args).find((name) => name !== '_' && Array.isArray(args[name]))
  if (repeated !== undefined) throw new UsageError('USAGE', `--${repeated} is given twice; give it once.`)
  return true
}

/** The options of the command that was called; yargs has no other way to ask for them. */
function optionsOf(cli: Argv): readonly string[] {
  const { key } = (cli as unknown as { getOptions(): { key: Record<string, unknown> } }).getOptions()
  return Object.keys(key).filter((name) => /^[a-z][a-z-]+$/.test(name))
}

function asUsage(message: string | undefined, optionNames: readonly string[]): UsageError | undefined {
  if (!message) return undefined
  const oneLine = message.replaceAll('\n', ' ')
  if (oneLine.startsWith('Did you mean')) {
    return new UsageError('USAGE', `There is no such command. ${oneLine} See hello --help`)
  }
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(oneLine)?.[1]
  const near = unknown === undefined ? undefined : nearestName(unknown, optionNames)
  const hint = near === undefined ? '' : ` Did you mean --${near}?`
  return new UsageError('USAGE', `${oneLine.replace(/[.]?$/, '.')}${hint} See hello --help`)
}
