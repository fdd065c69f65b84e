/** Puts a backup in the place of a bot's database: into a new one beside it, which is checked and only then takes its place. Until then the old one is as it was. */
import { DatabaseError } from '../../errors.js'
import {
  type AdminServer,
  inDatabase,
  inTransaction,
  quoted,
  urlOfDatabase,
  withBotLock,
} from './admin-server.js'
import { type BackupNote, readBackup } from './backup-file.js'
import { createEmptyDatabase, openTo } from './bot-access.js'
import { requireReadyBot } from './bot-mark.js'
import type { BotNames } from './bot-names.js'
import { dropDatabase } from './drop-bot-database.js'
import { type PgTool, requireNewEnough, runPgTool } from './pg-tools.js'
import { countRows, differences, type TableCounts } from './table-counts.js'

/** What is restored, and how. */
export interface RestoreOptions {
  /** The archive of `hello db backup`, or of `pg_dump --format=custom`. */
  readonly file: string
  readonly pgRestore: PgTool
  /** Told as each table is filled; `count` is not known where there is no note beside the archive. */
  onTable?(name: string, index: number, count: number | undefined): void
  /** Breaks it off, until the exchange. */
  readonly signal?: AbortSignal | undefined
}

/** What stands now. */
export interface RestoreResult {
  readonly tables: TableCounts
  /** The note that the rows were held against; without one they were only counted. */
  readonly note: BackupNote | undefined
}

/**
 * Restores a backup. Connections of the bot are ended at the exchange.
 *
 * @throws DatabaseError BACKUP_FILE, PG_TOOL_OLD, RESTORE_FAILED, RESTORE_MISMATCH, DB_NOT_FOUND,
 * BOT_DATABASE_UNFINISHED, BOT_DATABASE_LOCKED: the database is as it was.
 */
export function restoreDatabase(
  server: AdminServer,
  names: BotNames,
  options: RestoreOptions,
): Promise<RestoreResult> {
  return withBotLock(server, names, async () => {
    await requireReadyBot(server, names)
    const note = await readBackup(options.file)
    await requireReadable(server, options)
    for (const leftover of [names.restoring, names.replaced]) await dropDatabase(server, leftover)
    try {
      await createEmptyDatabase(server, names.restoring)
      await openTo(server, names, names.restoring)
      await fill(server, names, options, note)
      const tables = await check(server, names, note)
      await exchange(server, names)
      await dropDatabase(server, names.replaced)
      return { tables, note }
    } catch (error) {
      await dropDatabase(server, names.restoring).catch(() => undefined)
      throw error
    }
  })
}

async function requireReadable({ client }: AdminServer, { file, pgRestore }: RestoreOptions): Promise<void> {
  const { rows } = await client.query(`SELECT current_setting('server_version_num')::int AS version`)
  requireNewEnough(pgRestore, rows[0].version)
  const problem = await runPgTool(pgRestore, { args: ['--list', file] })
  if (problem === undefined) return
  const isTooNew = /unsupported version/.test(problem)
  throw new DatabaseError(
    isTooNew ? 'PG_TOOL_OLD' : 'BACKUP_FILE',
    isTooNew
      ? `${file} was made by a newer pg_dump than pg_restore ${pgRestore.version} can read (${problem}). Install a newer pg_restore, or say with --pg-bin where it is. Nothing was changed.`
      : `${file} is no archive that pg_restore can read (${problem}). Name a file that hello db backup or pg_dump --format=custom has written. Nothing was changed.`,
  )
}

async function fill(
  { url }: AdminServer,
  { bot, restoring, role }: BotNames,
  { file, pgRestore, onTable, signal }: RestoreOptions,
  note: BackupNote | undefined,
): Promise<void> {
  const count = note === undefined ? undefined : Object.keys(note.tables).length
  let index = 0
  const problem = await runPgTool(pgRestore, {
    // As the bot's role: all of it belongs to the bot, and what the archive does it does with the rights of the bot.
    args: ['--exit-on-error', '--verbose', '--no-owner', '--no-privileges', `--role=${role}`, file],
    url: urlOfDatabase(url, restoring),
    signal,
    onLine: (line) => {
      const table = /processing data for table "(.+)"$/.exec(line)?.[1]
      if (table === undefined) return
      index += 1
      onTable?.(table, index, count)
    },
  })
  if (problem === undefined) return
  throw new DatabaseError(
    'RESTORE_FAILED',
    `${file} could not be restored: ${problem}. The database of "${bot}" is as it was.`,
  )
}

/** Counts what was restored, and gives the planner its statistics, which no archive holds. */
async function check(
  { url }: AdminServer,
  names: BotNames,
  note: BackupNote | undefined,
): Promise<TableCounts> {
  const tables = await inDatabase(url, names.restoring, async (client) => {
    await client.query(`SET ROLE ${quoted(names.role)}`)
    await client.query('ANALYZE')
    return countRows(client)
  })
  const wrong = note === undefined ? [] : differences(note.tables, tables)
  if (wrong.length === 0) return tables
  throw new DatabaseError(
    'RESTORE_MISMATCH',
    `What was restored is not what was saved: ${wrong.slice(0, 5).join('; ')}${wrong.length > 5 ? `; and ${wrong.length - 5} more` : ''}. The database of "${names.bot}" is as it was. Take another backup.`,
  )
}

/** Both get their new names in one transaction. A kill before it leaves the old one closed, which the next `restore` or `create` opens. */
async function exchange(server: AdminServer, { database, restoring, replaced }: BotNames): Promise<void> {
  const { client } = server
  const setOpen = (open: boolean) =>
    client.query(`ALTER DATABASE ${quoted(database)} ALLOW_CONNECTIONS ${open}`)
  await setOpen(false)
  try {
    // A rename refuses while anybody is connected; who has been told to go is given 5 s by the server.
    await client.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ($1, $2)', [
      database,
      restoring,
    ])
    await inTransaction(client, async () => {
      await client.query(`ALTER DATABASE ${quoted(database)} RENAME TO ${quoted(replaced)}`)
      await client.query(`ALTER DATABASE ${quoted(restoring)} RENAME TO ${quoted(database)}`)
    })
  } catch (error) {
    await setOpen(true)
    throw error
  }
}
