/** Turns what plugins add to the command line into yargs command modules: `hello <plugin> <command>`. Runs nothing. */
import type { ArgumentsCamelCase, Argv, CommandModule } from 'yargs'
import type { CliCommand } from '../plugin/cli.js'

/** Runs a command that was called. */
export type RunCommand = (plugin: string, command: CliCommand, args: ArgumentsCamelCase<any>) => Promise<void>

/** A module for each plugin that has commands. */
export function commandModules(
  groups: ReadonlyMap<string, readonly CliCommand[]>,
  run: RunCommand,
): CommandModule<any, any>[] {
  return [...groups].map(([plugin, commands]) => ({
    command: plugin,
    describe: `Commands of the plugin ${plugin}: ${commands.map(({ command }) => command.split(' ')[0]).join(', ')}`,
    builder: (yargs: Argv) => {
      for (const command of commands) yargs.command(moduleOf(plugin, command, run))
      return yargs.demandCommand(1, `Say what to do; hello ${plugin} --help lists it`)
    },
    handler: () => undefined,
  }))
}

function moduleOf(plugin: string, command: CliCommand, run: RunCommand): CommandModule<any, any> {
  const { describe, examples = [], builder } = command['~definition']
  return {
    command: command.command,
    describe,
    builder: (yargs: Argv) => {
      for (const [line, meaning] of examples) yargs.example(`hello ${line}`, meaning)
      return builder?.(yargs) ?? yargs
    },
    handler: (args) => run(plugin, command, args),
  }
}
