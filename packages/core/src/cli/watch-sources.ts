/** Tells of changes in the code of a project: modules of the author, not what is installed, built, tested or kept. */
import { basename, relative, sep } from 'node:path'

/** A watch that has begun. */
export interface SourceWatch {
  close(): Promise<void>
}

/** An editor that saves all writes several files, and some write one twice. */
const settleMs = 100
const codePattern = /\.[cm]?[jt]sx?$/
const testPattern = /\.(test|spec)\.[cm]?[jt]sx?$/
const foldersLeftOut = new Set(['node_modules', 'dist', 'coverage'])

/**
 * Resolves when every later change is seen.
 *
 * @param onChange is given the path of the first file of a burst of changes, from `directory`
 * @param onFault is told what stands against watching, such as the system's limit of watches
 */
export async function watchSources(
  directory: string,
  onChange: (path: string) => void,
  onFault: (error: unknown) => void,
): Promise<SourceWatch> {
  const { watch } = await import('chokidar')
  const watcher = watch(directory, {
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path, stats) => isLeftOut(relative(directory, path), stats?.isFile() === true),
  })
  let settling: NodeJS.Timeout | undefined
  watcher.on('all', (event, path) => {
    if (event === 'addDir' || event === 'unlinkDir' || settling !== undefined) return
    settling = setTimeout(() => {
      settling = undefined
      onChange(relative(directory, path))
    }, settleMs)
  })
  watcher.on('error', onFault)
  await new Promise<void>((resolve) => void watcher.once('ready', resolve))
  return {
    close: async () => {
      clearTimeout(settling)
      await watcher.close()
    },
  }
}

/** Whether nothing is to be seen of it. @param path from the project's folder; empty for that itself */
export function isLeftOut(path: string, isFile: boolean): boolean {
  if (path === '') return false
  const isHidden = path.split(sep).some((name) => name.startsWith('.') || foldersLeftOut.has(name))
  return isHidden || (isFile && (!codePattern.test(path) || testPattern.test(basename(path))))
}
