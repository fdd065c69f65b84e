/** Finds the file that holds the app of a project: `hello.config.ts` in development, `hello.config.js` where it is built. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../errors.js'

/** The files that may hold it; the first that is there counts. */
export const configFiles = ['hello.config.ts', 'hello.config.js', 'dist/hello.config.js'] as const

/** The path of the file; `undefined` where there is none. */
export function findConfig(directory: string): string | undefined {
  return configFiles.map((file) => resolve(directory, file)).find((path) => existsSync(path))
}

/** The path of the file. @throws UsageError NOT_A_PROJECT: there is none. */
export function requireConfig(directory: string): string {
  const path = findConfig(directory)
  if (path !== undefined) return path
  throw new UsageError(
    'NOT_A_PROJECT',
    `There is no ${configFiles.join(', ')} in ${directory}. Run hello in the folder of your bot, or name it with --cwd.`,
  )
}
