/** `hello start`: the bot in production. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import type { CommandTools } from './command-tools.js'
import { withDefault } from './set-variables.js'

/** Builds it; nothing runs. */
export function createStartCommand({ env, terminal, watch, done }: CommandTools): CommandModule<any, any> {
  return {
    command: 'start',
    describe: 'Run the bot in production: BOT_TOKEN and DATABASE_URL must be set',
    builder: (yargs) =>
      yargs
        .option('allow-ahead', {
          type: 'boolean',
          default: false,
          describe: 'Run on a database that has newer migrations than the code',
        })
        .example('hello start', 'With BOT_TOKEN and DATABASE_URL in the environment or in .env'),
    handler: async ({ cwd, allowAhead }) => {
      const [{ loadApp }, { runApp }] = await Promise.all([import('./load-app.js'), import('./run-app.js')])
      const app = await loadApp(resolve(cwd))
      const production = withDefault(env, 'ENVIRONMENT', 'production')
      done(await runApp(app, { env: production, terminal, watch, allowAhead }))
    },
  }
}
