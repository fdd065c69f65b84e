/** `hello build`: the bot as JavaScript, which runs where no TypeScript is installed. */
import { resolve } from 'node:path'
import type { CommandModule } from 'yargs'
import type { CommandTools } from './command-tools.js'

/** Builds it; nothing runs. */
export function createBuildCommand({ terminal, done }: CommandTools): CommandModule<any, any> {
  return {
    command: 'build',
    describe: 'Build the bot into dist/, to be run by hello start where hello.config.ts is not',
    builder: (yargs) => yargs.example('hello build', 'In a pipeline; then copy dist/ and package.json'),
    handler: async ({ cwd }) => {
      const { buildApp } = await import('./build.js')
      const files = await buildApp(resolve(cwd))
      for (const file of files) terminal.print(file)
      done(0)
    },
  }
}
