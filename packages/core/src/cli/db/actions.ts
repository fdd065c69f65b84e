/** What each command of `hello db` does: reads its arguments, has the work done, and says what came of it. */
import { resolve } from 'node:path'
import { withClient } from '../../database/client.js'
import type { CommandTools } from '../command-tools.js'
import {
  adminUrlOf,
  checkedAddress,
  checkedUrlFile,
  confirmLoss,
  type DbArguments,
  hide,
  inJson,
  namesOf,
  onServer,
  signalOf,
} from './action-tools.js'
import { inDatabase, readOwnUrl, urlOfDatabase, withAdmin } from './admin-server.js'
import { backupDatabase } from './backup-database.js'
import { requireBot, requireReadyBot } from './bot-mark.js'
import { renewPassword } from './bot-password.js'
import { botUrl, writeUrlFile } from './bot-url.js'
import { createBotDatabase } from './create-bot-database.js'
import { type DatabaseStats, readDatabaseStats } from './database-stats.js'
import {
  describeBots,
  describeBytes,
  describeOutcome,
  describeStats,
  describeTables,
} from './descriptions.js'
import { dropBotDatabase } from './drop-bot-database.js'
import { listBotDatabases } from './list-bot-databases.js'
import { findPgTool } from './pg-tools.js'
import { restoreDatabase } from './restore-database.js'
import { adviseOn } from './stats-advice.js'

type Action = (args: DbArguments) => Promise<void>

/** The actions, by the name of their command. */
export function createDbActions(tools: CommandTools): Record<DbActionName, Action> {
  const to =
    (run: (tools: CommandTools, args: DbArguments) => Promise<void>): Action =>
    (args) =>
      run(tools, args)
  return {
    create: to(create),
    url: to(printUrl),
    list: to(list),
    drop: to(drop),
    backup: to(backup),
    restore: to(restore),
    stats: to(stats),
  }
}

/** Names of the commands. */
export type DbActionName = 'create' | 'url' | 'list' | 'drop' | 'backup' | 'restore' | 'stats'

async function create(tools: CommandTools, args: DbArguments): Promise<void> {
  const { terminal } = tools
  const names = namesOf(args)
  const file = await checkedUrlFile(args, names)
  let printed: string | undefined
  const result = await onServer(tools, args, (server) =>
    createBotDatabase(server, names, {
      connectionLimit: args.connections as number,
      address: checkedAddress(args),
      deliver: async (url) => {
        if (file === undefined) printed = url
        else await writeUrlFile(file, url)
        // Before the bot counts as complete: a password that nobody has seen would be lost.
        if (printed !== undefined && !args.json) terminal.print(`DATABASE_URL=${printed}`)
      },
      onStep: (step) => terminal.note(`${names.bot}: ${step} done`),
    }),
  )
  if (args.json) {
    const { bot, database, role } = names
    terminal.print(inJson({ bot, database, role, ...result, url: printed ?? null, urlFile: file ?? null }))
    return
  }
  terminal.note(describeOutcome(names, result.outcome, file))
  for (const note of result.notes) terminal.note(note)
}

async function printUrl(tools: CommandTools, args: DbArguments): Promise<void> {
  const { terminal } = tools
  const names = namesOf(args)
  const file = await checkedUrlFile(args, names)
  const address = checkedAddress(args)
  const deliver = async (url: string) => {
    if (file === undefined) return terminal.print(args.json ? inJson({ bot: names.bot, url }) : url)
    await writeUrlFile(file, url)
    terminal.print(args.json ? inJson({ bot: names.bot, urlFile: file }) : `Written to ${file}.`)
  }
  await onServer(tools, args, async (server) => {
    if (args.newPassword === true) return renewPassword(server, names, { address, deliver })
    await requireReadyBot(server, names)
    await deliver(botUrl(server.url, names, address))
    terminal.note(
      `The server does not know the password, so it is not in the address. hello db url ${names.bot} --new-password sets a new one.`,
    )
  })
}

async function list(tools: CommandTools, args: DbArguments): Promise<void> {
  const listing = await onServer(tools, args, listBotDatabases)
  if (args.json) return tools.terminal.print(inJson(listing))
  for (const line of describeBots(listing)) tools.terminal.print(line)
}

async function drop(tools: CommandTools, args: DbArguments): Promise<void> {
  const { terminal } = tools
  const names = namesOf(args)
  await onServer(tools, args, async (server) => {
    await requireBot(server, names)
    await confirmLoss(server, names, args, 'is removed with everything in it, and its role')
    await dropBotDatabase(server, names, (step) => terminal.note(`${names.bot}: ${step} done`))
  })
  terminal.print(args.json ? inJson({ bot: names.bot, outcome: 'dropped' }) : `${names.bot} is dropped.`)
}

async function backup(tools: CommandTools, args: DbArguments): Promise<void> {
  const { terminal, env } = tools
  const names = args.bot === undefined ? undefined : namesOf(args)
  const url = names === undefined ? readOwnUrl(env) : adminUrlOf(tools, args)
  hide(tools, url)
  const database = names?.database ?? decodeURIComponent(new URL(url).pathname.slice(1))
  const file = resolve(
    args.cwd,
    args.file ?? `${database}-${new Date().toISOString().replaceAll(/[:.]/g, '')}.dump`,
  )
  const pgDump = await findPgTool('pg_dump', env, args.pgBin)
  if (names !== undefined) await withAdmin(url, (server) => requireReadyBot(server, names))
  const note = await backupDatabase({
    url: names === undefined ? url : urlOfDatabase(url, names.database),
    urlVariable: names === undefined ? 'DATABASE_URL' : 'DATABASE_ADMIN_URL',
    role: names?.role,
    file,
    pgDump,
    signal: signalOf(tools),
    onTable: (table, index, count) => terminal.note(`Saving table ${index} of ${count}: ${table}`),
  })
  if (args.json) return terminal.print(inJson({ file, ...note }))
  terminal.print(`${file}: ${describeBytes(note.bytes)}, ${describeTables(note.tables)}.`)
}

async function restore(tools: CommandTools, args: DbArguments): Promise<void> {
  const { terminal, env } = tools
  const names = namesOf(args)
  const file = resolve(args.cwd, args.file as string)
  const pgRestore = await findPgTool('pg_restore', env, args.pgBin)
  const { tables, note } = await onServer(tools, args, async (server) => {
    await requireReadyBot(server, names)
    await confirmLoss(server, names, args, `is replaced by what is in ${file}`)
    return restoreDatabase(server, names, {
      file,
      pgRestore,
      signal: signalOf(tools),
      onTable: (table, index, count) =>
        terminal.note(`Restoring table ${index}${count === undefined ? '' : ` of ${count}`}: ${table}`),
    })
  })
  if (args.json) return terminal.print(inJson({ bot: names.bot, file, checked: note !== undefined, tables }))
  const held =
    note === undefined
      ? 'There is no note beside the file, so the rows could not be checked'
      : 'As many as were saved'
  terminal.print(
    `${names.bot} is restored: ${describeTables(tables)}. ${held}. If the code is newer than the backup: hello migrate up.`,
  )
}

async function stats(tools: CommandTools, args: DbArguments): Promise<void> {
  const { terminal } = tools
  const found = await readStats(tools, args)
  const advice = adviseOn(found)
  if (args.json) return terminal.print(inJson({ ...found, advice }))
  for (const line of describeStats(found, advice)) terminal.print(line)
}

async function readStats(tools: CommandTools, args: DbArguments): Promise<DatabaseStats> {
  if (args.bot !== undefined) {
    const names = namesOf(args)
    return onServer(tools, args, async (server) => {
      await requireReadyBot(server, names)
      return inDatabase(server.url, names.database, readDatabaseStats)
    })
  }
  const url = readOwnUrl(tools.env)
  hide(tools, url)
  return withClient(url, { applicationName: 'hello db stats' }, readDatabaseStats)
}
