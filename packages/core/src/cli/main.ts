#!/usr/bin/env node
/** The `hello` command: the one file, with those beside it, that owns the process. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import yargs, { type Argv } from 'yargs'
import { hideBin } from 'yargs/helpers'
import { processEnvironment } from '../config/environment.js'
import { nearestName } from '../config/nearest-name.js'
import { UsageError } from '../errors.js'
import { coreVersion } from '../version.js'
import { createCommands } from './commands.js'
import { watchProcess } from './process-watch.js'
import { createTerminal, exitCodeOf } from './terminal.js'

/** What keeps the process alive after an orderly end gets this long; it is a plugin's. */
const lingerMs = 1_000

process.exitCode = await main(hideBin(process.argv))
setTimeout(() => process.exit(), lingerMs).unref()

async function main(argv: readonly string[]): Promise<number> {
  const parsed = readGlobals(argv)
  const env = loadDotEnv(parsed.cwd)
  const terminal = createTerminal(env, parsed.debug)
  const watch = watchProcess(terminal.reportFault)
  let exitCode = 0
  const done = (code: number) => {
    exitCode = code
  }
  try {
    const cli = createCli(argv)
    for (const command of createCommands({ env, terminal, watch, done })) cli.command(command)
    await cli.parseAsync()
    return exitCode
  } catch (error) {
    terminal.report(error)
    return exitCodeOf(error)
  } finally {
    watch.unwatch()
  }
}

function createCli(argv: readonly string[]): Argv {
  return withGlobals(yargs([...argv]))
    .scriptName('hello')
    .version(coreVersion)
    .demandCommand(1, 'Say what to do; hello --help lists it')
    .strict()
    .recommendCommands()
    .exitProcess(false)
    .check(refuseRepeated, true)
    .fail((message, error) => {
      throw error instanceof UsageError ? error : (asUsage(message) ?? error)
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
function readGlobals(argv: readonly string[]): { cwd: string; debug: boolean } {
  const { cwd, debug } = withGlobals(yargs([...argv]))
    .help(false)
    .version(false)
    .exitProcess(false)
    .fail(() => undefined)
    .parseSync()
  return { cwd: typeof cwd === 'string' ? cwd : '.', debug: debug === true }
}

/** The variables, with those of the project's `.env`; what is set already wins. */
function loadDotEnv(cwd: string) {
  const path = resolve(cwd, '.env')
  if (existsSync(path)) process.loadEnvFile(path)
  return processEnvironment()
}

function refuseRepeated(args: Record<string, unknown>): true {
  const repeated = Object.keys(args).find((name) => name !== '_' && Array.isArray(args[name]))
  if (repeated !== undefined) throw new UsageError('USAGE', `--${repeated} is given twice; give it once.`)
  return true
}

function asUsage(message: string | undefined): UsageError | undefined {
  if (!message) return undefined
  const oneLine = message.replaceAll('\n', ' ')
  if (oneLine.startsWith('Did you mean')) {
    return new UsageError('USAGE', `There is no such command. ${oneLine} See hello --help`)
  }
  const unknown = /^Unknown arguments?: ([^,]+)/.exec(oneLine)?.[1]
  const optionNames = ['before', 'cwd', 'debug', 'help', 'json', 'limit', 'port', 'status', 'version', 'yes']
  const near = unknown === undefined ? undefined : nearestName(unknown, optionNames)
  const hint = near === undefined ? '' : ` Did you mean --${near}?`
  return new UsageError('USAGE', `${oneLine.replace(/[.]?$/, '.')}${hint} See hello --help`)
}
