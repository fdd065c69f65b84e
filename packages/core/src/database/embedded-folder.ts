/** Folders that are ours alone to write, also below one where everybody may (`/tmp`): what lies in them was put there by us. */
import { chmod, lstat, mkdir } from 'node:fs/promises'
import { DatabaseError } from '../errors.js'

/**
 * Makes the folder where it is missing; others may enter it and may not write.
 *
 * @throws DatabaseError EMBEDDED_START_FAILED: somebody else owns it or may write into it.
 */
export async function makeOurFolder(path: string): Promise<void> {
  if (await isOurFolder(path)) return
  try {
    await mkdir(path, { mode: 0o755 })
    // The mode of mkdir is cut by the umask.
    await chmod(path, 0o755)
  } catch (error) {
    if (!(await isOurFolder(path))) throw error
  }
}

/**
 * Whether the folder is there.
 *
 * @throws DatabaseError EMBEDDED_START_FAILED: it is, and somebody else owns it or may write into it.
 */
export async function isOurFolder(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return false
  // Windows has neither owner nor modes here.
  if (process.getuid === undefined) return found.isDirectory()
  if (found.isDirectory() && found.uid === process.getuid() && (found.mode & 0o022) === 0) return true
  throw new DatabaseError(
    'EMBEDDED_START_FAILED',
    `${path} is in the way of the embedded PostgreSQL: it is no folder of ours, or others may write into it. Remove it, or set DATABASE_URL to use a server of your own.`,
  )
}
