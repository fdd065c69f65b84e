/** `hello config`: checks what the bot would be started with, and writes down what it can be configured with. Opens nothing. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import { envExample } from '../config/env-example.js'
import type { CommandTools } from './command-tools.js'
import { withDefault } from './set-variables.js'

/** Builds it; nothing runs. */
export function createConfigCommand({ env, terminal, done }: CommandTools): CommandModule<any, any> {
  const load = async (cwd: string) => {
    const { loadApp } = await import('./load-app.js')
    return loadApp(resolve(cwd))
  }
  return {
    command: 'config',
    describe: 'Check the configuration, or write down all that can be configured',
    builder: (yargs) =>
      yargs
        .command({
          command: 'check',
          describe: 'Check variables and options as hello start does, without starting anything',
          builder: (one) => one.example('hello config check', 'Before a deployment'),
          // yargs checks what it is given; its types lose what a nested command declares.
          handler: async ({ cwd }: any) => {
            const app = await load(cwd)
            const warnings = app.checkConfig({ env: withDefault(env, 'ENVIRONMENT', 'production') })
            for (const warning of warnings) terminal.print(`Warning: ${warning}`)
            terminal.print('The configuration is complete.')
            done(0)
          },
        })
        .command({
          command: 'example',
          describe: 'Print every variable that the bot reads, for a file .env.example',
          builder: (one) => one.example('hello config example > .env.example', 'Kept beside the code'),
          handler: async ({ cwd }: any) => {
            terminal.print(envExample((await load(cwd)).variables).trimEnd())
            done(0)
          },
        })
        .demandCommand(1, 'Say what to do: hello config check or hello config example'),
    handler: () => undefined,
  }
}
