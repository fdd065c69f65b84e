/** Finds and loads the app of a project: `hello.config.ts` in development, `hello.config.js` where it is built. */
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { App } from '../app/app.js'
import { UsageError } from '../errors.js'

const candidates = ['hello.config.ts', 'hello.config.js', 'dist/hello.config.js']

/**
 * @param directory the project's folder
 * @throws UsageError NOT_A_PROJECT: there is no config file, or it does not export an app.
 */
export async function loadApp(directory: string): Promise<App> {
  const path = candidates
    .map((candidate) => resolve(directory, candidate))
    .find((candidate) => existsSync(candidate))
  if (path === undefined) {
    throw new UsageError(
      'NOT_A_PROJECT',
      `There is no ${candidates.join(', ')} in ${directory}. Run hello in the folder of your bot, or name it with --cwd.`,
    )
  }
  // Node 20 cannot run TypeScript; in production there is none.
  if (path.endsWith('.ts')) (await import('tsx/esm/api')).register()
  const { default: app } = (await import(pathToFileURL(path).href)) as { default?: unknown }
  if (isApp(app)) return app
  throw new UsageError(
    'NOT_A_PROJECT',
    `${path} has no app as its default export. Write: export default createApp({ plugins: […] })`,
  )
}

function isApp(value: unknown): value is App {
  return typeof value === 'object' && value !== null && 'start' in value && 'pluginNames' in value
}
