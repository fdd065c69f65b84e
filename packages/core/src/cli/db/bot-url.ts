/** The DATABASE_URL of a bot: made of the administrator's, and the file that keeps it. */
import { lstat, open, readFile, rename, rm } from 'node:fs/promises'
import { DatabaseError, UsageError } from '../../errors.js'
import { urlOfDatabase } from './admin-server.js'
import type { BotNames } from './bot-names.js'

/** What a bot needs of the administrator's address: how the server is reached, never who the administrator is. */
const ownParameters = ['application_name', 'options', 'user', 'password', 'sslcert', 'sslkey', 'sslpassword']

/**
 * The address for a bot.
 *
 * @param address `host` or `host:port` by which bots reach the server; where it is absent, as the administrator does
 * @param password left out of the address where it is not known
 */
export function botUrl(adminUrl: string, names: BotNames, address?: string, password?: string): string {
  const url = new URL(urlOfDatabase(adminUrl, names.database))
  for (const name of ownParameters) url.searchParams.delete(name)
  if (address !== undefined) {
    const { hostname, port } = new URL(`postgres://${address}`)
    url.searchParams.delete('host')
    url.searchParams.delete('port')
    url.hostname = hostname
    url.port = port
  }
  url.username = names.role
  url.password = password ?? ''
  return url.href
}

/** @throws UsageError USAGE: it is not `host` or `host:port`. */
export function parseAddress(text: string): string {
  const url = `postgres://${text}`
  const isAddress = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(:\d{1,5})?$/.test(text) && URL.canParse(url)
  if (isAddress) return text
  throw new UsageError(
    'USAGE',
    `--address takes a host, or host:port, by which bots reach the server; found ${JSON.stringify(text)}.`,
  )
}

/**
 * Looks whether a file may be written: there is none, or it is the file of this very bot.
 *
 * @throws DatabaseError ALREADY_EXISTS: there is something else. Nothing was changed.
 */
export async function refuseForeignFile(path: string, { role, database }: BotNames): Promise<void> {
  const stats = await lstat(path).catch(() => undefined)
  if (stats === undefined) return
  const text = stats.isFile() ? (await readFile(path, 'utf8')).trim() : ''
  const found = URL.canParse(text) ? new URL(text) : undefined
  if (found?.username === role && found.pathname === `/${database}`) return
  throw new DatabaseError(
    'ALREADY_EXISTS',
    `${path} is there, and is not the address of this bot's database. Remove it, or name another file. Nothing was changed.`,
  )
}

/** Writes the address as the one line of a file that this user alone may read, at once or not at all: for DATABASE_URL_FILE. */
export async function writeUrlFile(path: string, url: string): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`
  try {
    const file = await open(unfinished, 'wx', 0o600)
    try {
      await file.writeFile(`${url}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true })
    throw error
  }
}
