/** `hello dev`: the bot here, with neither a token nor a server at hand. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { UsageError } from '../errors.js'
import type { CommandTools } from './command-tools.js'

/** Builds it; nothing runs. */
export function createDevCommand({ env, terminal, watch, done }: CommandTools): CommandModule<any, any> {
  return {
    command: 'dev',
    describe:
      'Run the bot here, and anew after each change of its sources: a chat page in the browser and a database of its own, unless BOT_TOKEN and DATABASE_URL are set',
    builder: (yargs) =>
      yargs
        .example('hello dev --port 4000', 'The chat page on a port of your choice')
        .example('hello dev --no-watch', 'One process, as for a debugger')
        .option('port', {
          type: 'number',
          requiresArg: true,
          describe:
            'Port of the chat page; 0 takes a free one. Without it the one of last time, if it is free',
          coerce: parsePort,
        })
        .option('watch', {
          type: 'boolean',
          default: true,
          describe:
            'Start the bot anew when one of its sources changes; --no-watch runs it in one process, with less memory',
        }),
    handler: async ({ cwd, port, watch: isWatched, debug }) => {
      const { runDevelopment } = await import('./dev.js')
      const directory = resolve(cwd)
      done(await runDevelopment({ directory, env, port, terminal, watch, isWatched, isDebug: debug }))
    },
  }
}

function parsePort(port: unknown): number | undefined {
  if (port === undefined) return undefined
  if (Number.isInteger(port) && (port as number) >= 0 && (port as number) <= 65_535) return port as number
  throw new UsageError('USAGE', '--port takes one whole number from 0 to 65535.')
}
