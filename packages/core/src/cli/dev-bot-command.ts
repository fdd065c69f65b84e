/** `hello dev-bot`: the bot of `hello dev`, in a process that `hello dev` starts. Not for people, so no help lists it. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import type { CommandTools } from './command-tools.js'

/** Builds it; nothing runs. */
export function createDevBotCommand({ terminal, watch, done }: CommandTools): CommandModule<any, any> {
  return {
    command: 'dev-bot',
    describe: false,
    handler: async ({ cwd }) => {
      const { runBotProcess } = await import('./run-bot-process.js')
      done(await runBotProcess({ directory: resolve(cwd), terminal, watch }))
    },
  }
}
