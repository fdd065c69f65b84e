/** The two files of a backup: the archive of pg_dump, and beside it a note of what is in it, which a restore is held against. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readFile, rename, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { DatabaseError } from '../../errors.js'
import type { TableCounts } from './table-counts.js'

/** What a backup holds. */
export interface BackupNote {
  readonly format: 1
  readonly database: string
  /** Of the snapshot, ISO 8601. */
  readonly createdAt: string
  readonly serverVersion: string
  readonly pgDumpVersion: string
  readonly bytes: number
  /** Of the archive, as hexadecimal digits. */
  readonly sha256: string
  readonly tables: TableCounts
}

/** Where the note of an archive lies. */
export const notePath = (archive: string): string => `${archive}.json`

/** @throws DatabaseError BACKUP_FILE: something is there already; nothing is ever overwritten. */
export async function refuseExistingFiles(archive: string): Promise<void> {
  for (const path of [archive, notePath(archive)]) {
    if ((await lstat(path).catch(() => undefined)) === undefined) continue
    throw new DatabaseError(
      'BACKUP_FILE',
      `${path} is there already. Name another file with --file; nothing was written.`,
    )
  }
}

/** Gives a finished archive its name and its note. */
export async function keepBackup(
  unfinished: string,
  archive: string,
  note: Omit<BackupNote, 'bytes' | 'sha256'>,
): Promise<BackupNote> {
  const complete = { ...note, ...(await fingerprint(unfinished)) }
  await writeFile(notePath(archive), `${JSON.stringify(complete, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  await rename(unfinished, archive)
  return complete
}

/**
 * The note of an archive, after the archive was held against it.
 *
 * @returns undefined where there is no note, as beside a dump that was made by hand
 * @throws DatabaseError BACKUP_FILE: the archive is absent or is not the one that was noted, or the note cannot be read.
 */
export async function readBackup(archive: string): Promise<BackupNote | undefined> {
  const found = await stat(archive).catch((cause: NodeJS.ErrnoException) => {
    throw new DatabaseError(
      'BACKUP_FILE',
      `${archive} cannot be read (${cause.code}). Name the file that hello db backup has written.`,
      { cause },
    )
  })
  if (!found.isFile()) {
    throw new DatabaseError(
      'BACKUP_FILE',
      `${archive} is no file. Name the file that hello db backup has written.`,
    )
  }
  const note = await readNote(archive)
  if (note === undefined) return undefined
  const { bytes, sha256 } = await fingerprint(archive)
  if (bytes === note.bytes && sha256 === note.sha256) return note
  throw new DatabaseError(
    'BACKUP_FILE',
    `${archive} is not as it was when it was made: it has ${bytes} bytes and should have ${note.bytes}${bytes === note.bytes ? ', and other contents' : ''}. Fetch it again, or take another backup. Nothing was changed.`,
  )
}

async function readNote(archive: string): Promise<BackupNote | undefined> {
  let text: string
  try {
    text = await readFile(notePath(archive), 'utf8')
  } catch {
    return undefined
  }
  const note = parseJson(text) as Partial<BackupNote> | undefined
  if (note?.format === 1 && typeof note.tables === 'object' && note.tables !== null) return note as BackupNote
  throw new DatabaseError(
    'BACKUP_FILE',
    `${notePath(archive)} is not the note of a backup. Fetch it again, or remove it to restore without checking the rows. Nothing was changed.`,
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function fingerprint(path: string): Promise<Pick<BackupNote, 'bytes' | 'sha256'>> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return { bytes: (await stat(path)).size, sha256: hash.digest('hex') }
}
