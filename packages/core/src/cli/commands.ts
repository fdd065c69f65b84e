/** The commands of `hello`, as yargs command modules. What a command needs is loaded when it runs. */
import { resolve } from 'node:path'
import type { ArgumentsCamelCase, CommandModule } from 'yargs'
import { UsageError } from '../errors.js'
import type { CommandTools, GlobalArguments } from './command-tools.js'
import { createConfigCommand } from './config-command.js'
import { withDefault } from './set-variables.js'
import { createUpdatesCommand } from './updates-command.js'

type Run = (args: ArgumentsCamelCase<GlobalArguments & Record<string, unknown>>) => Promise<number>

/** Builds them; nothing runs. */
export function createCommands(tools: CommandTools): CommandModule<any, any>[] {
  const { env, terminal, watch, done } = tools
  const handler = (run: Run) => async (args: ArgumentsCamelCase<any>) =>
    done(await run(args as Parameters<Run>[0]))
  return [
    {
      command: 'dev',
      describe:
        'Run the bot here: a chat page in the browser and a database of its own, unless BOT_TOKEN and DATABASE_URL are set',
      builder: (yargs) =>
        yargs.option('port', {
          type: 'number',
          requiresArg: true,
          describe:
            'Port of the chat page; 0 takes a free one. Without it the one of last time, if it is free',
          coerce: parsePort,
        }),
      handler: handler(async ({ cwd, port }) => {
        const { runDevelopment } = await import('./dev.js')
        return runDevelopment({
          directory: resolve(cwd),
          env,
          port: port as number | undefined,
          terminal,
          watch,
        })
      }),
    },
    {
      command: 'start',
      describe: 'Run the bot in production: BOT_TOKEN and DATABASE_URL must be set',
      handler: handler(async ({ cwd }) => {
        const [{ loadApp }, { runApp }] = await Promise.all([import('./load-app.js'), import('./run-app.js')])
        const app = await loadApp(resolve(cwd))
        return runApp(app, { env: withDefault(env, 'ENVIRONMENT', 'production'), terminal, watch })
      }),
    },
    {
      command: 'migrate',
      describe: 'Bring the schema of the database up to the code',
      builder: (yargs) =>
        yargs
          .command({
            command: 'up',
            describe: 'Apply what is pending',
            handler: handler(async ({ cwd }) => {
              const { loadApp } = await import('./load-app.js')
              const applied = await (await loadApp(resolve(cwd))).migrate({ env })
              for (const id of applied) terminal.print(id)
              terminal.print(applied.length === 0 ? 'Nothing is pending.' : `${applied.length} applied.`)
              return 0
            }),
          })
          .demandCommand(1, 'Say what to do: hello migrate up'),
      handler: () => undefined,
    },
    createConfigCommand(tools),
    createUpdatesCommand(tools),
  ]
}

function parsePort(port: unknown): number | undefined {
  if (port === undefined) return undefined
  if (Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535) return port as number
  throw new UsageError('USAGE', '--port takes one whole number from 0 to 65535.')
}
