/** What the commands of `hello db` share: their arguments, checked, the connection as administrator, and the question before a loss. */
import { resolve } from 'node:path'
import { databasePasswords } from '../../config/database-url.js'
import type { CommandTools } from '../command-tools.js'
import { confirm } from '../confirm.js'
import { type AdminServer, readAdminUrl, withAdmin } from './admin-server.js'
import { type BotNames, parseBotName } from './bot-names.js'
import { parseAddress, refuseForeignFile } from './bot-url.js'
import { describeBytes } from './descriptions.js'

/** Arguments of a command, as yargs gives them. */
export interface DbArguments {
  readonly cwd: string
  readonly json: boolean
  readonly adminUrl?: string
  readonly bot?: string
  readonly connections?: number
  readonly address?: string
  readonly urlFile?: string
  readonly newPassword?: boolean
  readonly yes?: boolean
  readonly file?: string
  readonly pgBin?: string
}

/** The names of the bot that was named. @throws UsageError BOT_NAME_INVALID */
export const namesOf = ({ bot }: DbArguments): BotNames => parseBotName(bot as string)

/** Connects to the server as its administrator. */
export function onServer<T>(
  tools: CommandTools,
  args: DbArguments,
  work: (server: AdminServer) => Promise<T>,
): Promise<T> {
  return withAdmin(adminUrlOf(tools, args), work)
}

/** The address of the server, whose password is hidden from now on. */
export function adminUrlOf(tools: CommandTools, { adminUrl }: DbArguments): string {
  const url = readAdminUrl(adminUrl, tools.env)
  hide(tools, url)
  return url
}

/** Hides the password of an address in everything that is written. */
export function hide({ terminal }: CommandTools, url: string): void {
  for (const password of databasePasswords(url)) terminal.redactor.add(password)
}

/** @throws UsageError USAGE: `--address` is no host. */
export const checkedAddress = ({ address }: DbArguments) =>
  address === undefined ? undefined : parseAddress(address)

/** The file for the address, as a whole path. @throws DatabaseError ALREADY_EXISTS: something else is there. */
export async function checkedUrlFile(
  { cwd, urlFile }: DbArguments,
  names: BotNames,
): Promise<string | undefined> {
  if (urlFile === undefined) return undefined
  const path = resolve(cwd, urlFile)
  await refuseForeignFile(path, names)
  return path
}

/** Asks before the database of a bot is lost. @throws UsageError CONFIRM_REQUIRED */
export async function confirmLoss(
  { client }: AdminServer,
  { bot, database }: BotNames,
  args: DbArguments,
  what: string,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT pg_database_size(oid) AS bytes, (SELECT count(*)::int FROM pg_stat_activity WHERE datid = d.oid) AS connections
     FROM pg_database d WHERE datname = $1`,
    [database],
  )
  const [found = { bytes: 0, connections: 0 }] = rows
  const size = describeBytes(Number(found.bytes))
  const ended =
    found.connections === 0 ? '' : ` ${found.connections} open connections are ended: stop the bot first.`
  const consequence = `The database ${database} (${size}) ${what}.${ended}`
  await confirm({ consequence, word: bot, yes: args.yes === true })
}

/** Aborted once the run is told to end. */
export function signalOf({ watch }: CommandTools): AbortSignal {
  const controller = new AbortController()
  void watch.ended.then(() => controller.abort())
  return controller.signal
}

/** As machines read it. */
export const inJson = (value: unknown) => JSON.stringify(value, null, 2)
