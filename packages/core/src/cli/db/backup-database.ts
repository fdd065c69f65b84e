/** Saves a database with pg_dump and counts its rows in the same snapshot, so that a restore can be held against what was there at that moment. */
import { rm, writeFile } from 'node:fs/promises'
import type pg from 'pg'
import { withClient } from '../../database/client.js'
import { DatabaseError } from '../../errors.js'
import { quoted } from './admin-server.js'
import { type BackupNote, keepBackup, refuseExistingFiles } from './backup-file.js'
import { type PgTool, requireNewEnough, runPgTool } from './pg-tools.js'
import { countRows, listTables } from './table-counts.js'

/** What is saved, and where to. */
export interface BackupOptions {
  /** The database, as a role that may read it, or that may act as `role`. */
  readonly url: string
  /** Where the address came from, for messages. */
  readonly urlVariable: string
  /** The role to act as. @default the one of the address */
  readonly role?: string | undefined
  /** The archive; its note gets the same name with `.json`. */
  readonly file: string
  readonly pgDump: PgTool
  /** Told as each table is saved. */
  onTable?(name: string, index: number, count: number): void
  /** Breaks it off. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Saves a database. The bot may go on working meanwhile.
 *
 * @throws DatabaseError BACKUP_FILE: a file of that name is there. PG_TOOL_OLD: pg_dump cannot read this server.
 * BACKUP_FAILED: pg_dump failed or was broken off. No file is left.
 */
export async function backupDatabase(options: BackupOptions): Promise<BackupNote> {
  const { url, urlVariable, file, pgDump } = options
  await refuseExistingFiles(file)
  return withClient(url, { applicationName: 'hello db backup', urlVariable }, async (client) => {
    const snapshot = await openSnapshot(client, options)
    const unfinished = `${file}.${process.pid}.partial`
    await createPrivately(unfinished)
    try {
      await dump(options, unfinished, snapshot)
      const tables = await countRows(client)
      const { database, createdAt, serverVersion } = snapshot
      const noted = {
        format: 1,
        database,
        createdAt,
        serverVersion,
        pgDumpVersion: pgDump.version,
        tables,
      } as const
      return await keepBackup(unfinished, file, noted)
    } finally {
      await rm(unfinished, { force: true })
    }
  })
}

interface Snapshot {
  readonly id: string
  readonly database: string
  readonly createdAt: string
  readonly serverVersion: string
  readonly tableCount: number
}

/** A view of the database at one moment, which pg_dump shares with us. */
async function openSnapshot(client: pg.Client, { role, pgDump }: BackupOptions): Promise<Snapshot> {
  // Both may last for as long as pg_dump does.
  await client.query('SET idle_in_transaction_session_timeout = 0')
  await client.query('SET statement_timeout = 0')
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY')
  if (role !== undefined) await client.query(`SET LOCAL ROLE ${quoted(role)}`)
  const { rows } = await client.query(
    `SELECT pg_export_snapshot() AS id, current_database() AS database, now() AS "createdAt",
       split_part(current_setting('server_version'), ' ', 1) AS "serverVersion",
       current_setting('server_version_num')::int AS "serverVersionNum"`,
  )
  const [{ serverVersionNum, createdAt, ...found }] = rows
  requireNewEnough(pgDump, serverVersionNum)
  return { ...found, createdAt: createdAt.toISOString(), tableCount: (await listTables(client)).length }
}

/** It will hold what people wrote: nobody else may read it, from its first byte. */
async function createPrivately(path: string): Promise<void> {
  try {
    await writeFile(path, '', { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new DatabaseError(
      'BACKUP_FILE',
      `${path} cannot be written (${code}). Name a file in a folder that is there, with --file. Nothing was written.`,
      { cause },
    )
  }
}

async function dump(
  { url, role, pgDump, onTable, signal }: BackupOptions,
  file: string,
  { id, database, tableCount }: Snapshot,
): Promise<void> {
  let index = 0
  const problem = await runPgTool(pgDump, {
    args: [
      '--format=custom',
      '--verbose',
      // Roles are the server's: a backup is restored for whatever role the bot has there.
      '--no-owner',
      '--no-privileges',
      `--snapshot=${id}`,
      `--file=${file}`,
      ...(role === undefined ? [] : [`--role=${role}`]),
    ],
    url,
    signal,
    onLine: (line) => {
      const table = /dumping contents of table "(.+)"$/.exec(line)?.[1]
      if (table === undefined) return
      index += 1
      onTable?.(table, index, tableCount)
    },
  })
  if (problem === undefined) return
  throw new DatabaseError(
    'BACKUP_FAILED',
    `The database "${database}" was not saved: ${problem}. No file was written.`,
  )
}
