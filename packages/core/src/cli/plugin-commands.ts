/** The commands that plugins add, as yargs command modules: `hello <plugin> <command>`. */
import { resolve } from 'node:path'
import type { ArgumentsCamelCase, CommandModule } from 'yargs'
import type { App } from '../app/app.js'
import { PluginError } from '../errors.js'
import type { CliCommand } from '../plugin/cli.js'
import { commandModules } from './command-modules.js'
import type { CommandTools } from './command-tools.js'

/** Ctrl-C has ended it: 128 and the number of SIGINT, as shells have it. */
const interrupted = 130

/**
 * Loads the app of the project and reads what its plugins add.
 *
 * @param taken names of core's own commands
 * @throws what stands against loading it, and PluginError CLI_INVALID.
 */
export async function createPluginCommands(
  directory: string,
  tools: CommandTools,
  taken: readonly string[],
): Promise<CommandModule<any, any>[]> {
  const { loadApp } = await import('./load-app.js')
  const app = await loadApp(resolve(directory))
  const groups = await app.cliCommands()
  for (const plugin of groups.keys()) {
    if (!taken.includes(plugin)) continue
    throw new PluginError(
      'CLI_INVALID',
      `Plugin "${plugin}" has commands of hello, and "hello ${plugin}" is a command of core. Rename the plugin.`,
    )
  }
  return commandModules(groups, async (plugin, command, args) =>
    tools.done(await run(app, plugin, command, args, tools)),
  )
}

async function run(
  app: App,
  plugin: string,
  command: CliCommand,
  args: ArgumentsCamelCase<any>,
  { env, terminal, watch }: CommandTools,
): Promise<number> {
  const { createConsole, OutputClosed } = await import('./console.js')
  const console = await createConsole(terminal)
  const abort = new AbortController()
  let endedWith: number | undefined
  void watch.ended.then((code) => {
    endedWith = code
    abort.abort()
  })
  // A command may wait for nothing but its end.
  const alive = setInterval(() => undefined, 2 ** 31 - 1)
  try {
    const exitCode = await app.runCli({
      plugin,
      command,
      args,
      env,
      terminal: console,
      signal: abort.signal,
      redactor: terminal.redactor,
      logDestination: { write: terminal.writeLog },
    })
    if (exitCode !== 0 || endedWith === undefined) return exitCode
    // A fault that nobody caught has its own code.
    return endedWith === 0 ? interrupted : endedWith
  } catch (error) {
    if (error instanceof OutputClosed) return 0
    throw error
  } finally {
    clearInterval(alive)
    console.close()
  }
}
