/** Loads the app of a project. */
import { pathToFileURL } from 'node:url'
import type { App } from '../app/app.js'
import { UsageError } from '../errors.js'
import { requireConfig } from './find-config.js'

/**
 * @param directory the project's folder
 * @throws UsageError NOT_A_PROJECT: there is no config file, or it does not export an app.
 */
export async function loadApp(directory: string): Promise<App> {
  const path = requireConfig(directory)
  // Node 20 cannot run TypeScript; in production there is none.
  if (path.endsWith('.ts')) (await loadTsx(path)).register()
  const { default: app } = (await import(pathToFileURL(path).href)) as { default?: unknown }
  if (isApp(app)) return app
  throw new UsageError(
    'NOT_A_PROJECT',
    `${path} has no app as its default export. Write: export default createApp({ plugins: […] })`,
  )
}

async function loadTsx(path: string): Promise<typeof import('tsx/esm/api')> {
  try {
    return await import('tsx/esm/api')
  } catch (cause) {
    throw new UsageError(
      'BUILD_MISSING',
      `${path} is TypeScript, which is not read here, because tsx is not installed. Run hello build where it is, and bring dist/ along.`,
      { cause },
    )
  }
}

function isApp(value: unknown): value is App {
  return typeof value === 'object' && value !== null && 'start' in value && 'pluginNames' in value
}
