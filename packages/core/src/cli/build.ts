/** Builds a project with tsup, which belongs to the project: what the bot's own files hold goes into dist/, packages stay where they are. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { UsageError } from '../errors.js'
import { configFiles, findConfig } from './find-config.js'

/**
 * @param directory the project's folder
 * @returns the files of the result, from the project's folder
 * @throws UsageError NOT_A_PROJECT, BUILD_FAILED: what was in dist/ stays.
 */
export async function buildApp(directory: string): Promise<readonly string[]> {
  const entry = findConfig(directory)
  if (entry === undefined || entry.endsWith(join('dist', 'hello.config.js'))) {
    throw new UsageError(
      'NOT_A_PROJECT',
      `There is no ${configFiles[0]} or ${configFiles[1]} in ${directory} to be built. Run hello in the folder of your bot, or name it with --cwd.`,
    )
  }
  const { build } = await loadTsup(directory)
  const outDir = join(directory, 'dist')
  try {
    await build({
      config: false,
      // Of tsup itself: the sources are looked for from where it runs.
      entry: { 'hello.config': entry },
      outDir,
      format: 'esm',
      target: 'node20',
      platform: 'node',
      sourcemap: true,
      silent: true,
      clean: false,
      splitting: false,
      skipNodeModulesBundle: true,
      outExtension: () => ({ js: '.js' }),
    })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError('BUILD_FAILED', `${entry} could not be built: ${reason}`, { cause })
  }
  return ['dist/hello.config.js', 'dist/hello.config.js.map']
}

async function loadTsup(directory: string): Promise<typeof import('tsup')> {
  try {
    const path = createRequire(join(directory, 'package.json')).resolve('tsup')
    const module = (await import(pathToFileURL(path).href)) as typeof import('tsup') & {
      default?: typeof import('tsup')
    }
    return module.build === undefined && module.default ? module.default : module
  } catch (cause) {
    throw new UsageError(
      'BUILD_FAILED',
      'hello build builds with tsup, which is not installed here. Run: npm install --save-dev tsup typescript',
      { cause },
    )
  }
}
