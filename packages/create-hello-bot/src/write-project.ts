/** Puts the files of a project in their folder: all of them or none, and never among files of somebody. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CreateError } from './create-error.js'
import type { Files } from './project-files.js'

/** What may be in a folder that counts as empty: a repository without files, and what file managers leave. */
const unnoticed = new Set(['.git', '.DS_Store', 'Thumbs.db'])

/** Names that an error shows of a folder that is in use. */
const shownNames = 5

/**
 * Looks whether a project can be made there. Writes nothing.
 *
 * @param directory absolute
 * @throws CreateError FOLDER_NOT_EMPTY: there are files, or a file has that name.
 * @throws CreateError FOLDER_UNWRITABLE: it cannot be looked into.
 */
export function checkFolder(directory: string): void {
  const names = namesIn(directory).filter((name) => !unnoticed.has(name))
  if (names.length === 0) return
  const rest = names.length > shownNames ? ` and ${names.length - shownNames} more` : ''
  throw new CreateError(
    'FOLDER_NOT_EMPTY',
    `${directory} is not empty (${names.sort().slice(0, shownNames).join(', ')}${rest}). Nothing was written. Name a new folder, or empty this one.`,
  )
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return []
    if (code === 'ENOTDIR') {
      const file = firstFileOn(directory)
      throw new CreateError(
        'FOLDER_NOT_EMPTY',
        `${file} is a file, so ${file === directory ? 'no folder can have its name' : `there can be no folder ${directory}`}. Name another folder.`,
        { cause: error },
      )
    }
    throw unwritable(directory, error)
  }
}

function firstFileOn(path: string): string {
  const above = dirname(path)
  return above !== path && existsSync(above) && !statSync(above).isDirectory() ? above : path
}

/**
 * Writes the files beside the folder and moves them in, so that a fault or a full disk leaves nothing behind.
 * Without a pause: a signal finds nothing done, or all of it.
 *
 * @param directory absolute; made where it is not, with the folders above it
 * @throws CreateError FOLDER_NOT_EMPTY, FOLDER_UNWRITABLE: nothing has been left.
 */
export function writeProject(directory: string, files: Files): void {
  checkFolder(directory)
  const undo: (() => void)[] = []
  try {
    const made = mkdirSync(dirname(directory), { recursive: true })
    if (made !== undefined) undo.push(() => rmSync(made, { recursive: true, force: true }))
    const staged = mkdtempSync(join(dirname(directory), `.${basename(directory)}-`))
    undo.push(() => rmSync(staged, { recursive: true, force: true }))
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(staged, path)), { recursive: true })
      writeFileSync(join(staged, path), text)
    }
    moveIn(staged, directory, undo)
  } catch (error) {
    for (const step of undo.reverse()) step()
    throw unwritable(directory, error)
  }
}

/** Name by name: the folder itself stays, since a terminal or an editor may be in it. */
function moveIn(staged: string, directory: string, undo: (() => void)[]): void {
  if (!existsSync(directory)) {
    mkdirSync(directory)
    undo.push(() => rmSync(directory, { recursive: true, force: true }))
  }
  for (const name of readdirSync(staged)) {
    const target = join(directory, name)
    renameSync(join(staged, name), target)
    undo.push(() => rmSync(target, { recursive: true, force: true }))
  }
  rmSync(staged, { recursive: true })
}

function unwritable(directory: string, error: unknown): CreateError {
  const { code = '', message } = error as NodeJS.ErrnoException
  const reasons: Record<string, string> = {
    EACCES: 'you may not write there',
    EPERM: 'you may not write there',
    EROFS: 'that disk cannot be written to',
    ENOSPC: 'the disk is full',
    ENAMETOOLONG: 'the name is too long',
  }
  return new CreateError(
    'FOLDER_UNWRITABLE',
    `${directory} cannot be made: ${reasons[code] ?? message}. Nothing was left there. Name another folder.`,
    { cause: error },
  )
}
