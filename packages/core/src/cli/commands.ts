/** The commands of `hello`, as yargs command modules. */
import { resolve } from 'node:path'
import type { ArgumentsCamelCase, CommandModule } from 'yargs'
import type { Environment } from '../config/environment.js'
import { createTerminal } from './terminal.js'

/** Options that every command has. */
export interface GlobalArguments {
  cwd: string
  debug: boolean
}

type Run = (args: ArgumentsCamelCase<GlobalArguments & Record<string, unknown>>) => Promise<number>

/** What a command is run with. Gives the exit code to `done`. */
export function createCommands(
  env: Environment,
  done: (exitCode: number) => void,
): CommandModule<any, any>[] {
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
          default: 0,
          describe: 'Port of the chat page; 0 takes a free one',
        }),
      handler: handler(async ({ cwd, debug, port }) => {
        const { runDevelopment } = await import('./dev.js')
        return runDevelopment({
          directory: resolve(cwd),
          env,
          port: port as number,
          terminal: createTerminal(env, debug),
        })
      }),
    },
    {
      command: 'start',
      describe: 'Run the bot in production: BOT_TOKEN and DATABASE_URL must be set',
      handler: handler(async ({ cwd, debug }) => {
        const [{ loadApp }, { runApp }] = await Promise.all([import('./load-app.js'), import('./run-app.js')])
        const app = await loadApp(resolve(cwd))
        const { report } = createTerminal(env, debug)
        return runApp(app, { env: { ENVIRONMENT: 'production', ...env }, report })
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
            handler: handler(async ({ cwd, debug }) => {
              const { loadApp } = await import('./load-app.js')
              const applied = await (await loadApp(resolve(cwd))).migrate({ env })
              const { print } = createTerminal(env, debug)
              for (const id of applied) print(id)
              print(applied.length === 0 ? 'Nothing is pending.' : `${applied.length} applied.`)
              return 0
            }),
          })
          .demandCommand(1, 'Say what to do: hello migrate up'),
      handler: () => undefined,
    },
  ]
}
