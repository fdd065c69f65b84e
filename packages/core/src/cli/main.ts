#!/usr/bin/env node
/** The `hello` command: the one file, with those beside it, that owns the process. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { UsageError } from '../errors.js'
import { coreVersion } from '../version.js'
import { createCommands } from './commands.js'
import { createTerminal, exitCodeOf } from './terminal.js'

process.exitCode = await main(hideBin(process.argv))

async function main(argv: readonly string[]): Promise<number> {
  let exitCode = 0
  try {
    loadDotEnv(argv)
    const cli = yargs([...argv])
      .scriptName('hello')
      .option('cwd', { type: 'string', default: '.', describe: 'Folder of the project', global: true })
      .option('debug', {
        type: 'boolean',
        default: false,
        describe: 'Show the stack of an error',
        global: true,
      })
      .version(coreVersion)
      .demandCommand(1, 'Say what to do; hello --help lists it')
      .strict()
      .recommendCommands()
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new UsageError('USAGE', `${message}.`.replace('..', '.'))
      })
    for (const command of createCommands(process.env, (code) => {
      exitCode = code
    }))
      cli.command(command)
    await cli.parseAsync()
    return exitCode
  } catch (error) {
    createTerminal(process.env, argv.includes('--debug')).report(error)
    return exitCodeOf(error)
  }
}

/** `.env` of the project; what is set already wins. */
function loadDotEnv(argv: readonly string[]): void {
  const at = argv.indexOf('--cwd')
  const path = resolve((at >= 0 && argv[at + 1]) || '.', '.env')
  if (existsSync(path)) process.loadEnvFile(path)
}
