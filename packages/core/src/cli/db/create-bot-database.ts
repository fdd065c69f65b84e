/** Makes the database and the role of a bot, step by step: a run that was broken off is taken up where it ended, and one that is complete is only checked. */
import { connectClient } from '../../database/client.js'
import { DatabaseError } from '../../errors.js'
import { type AdminServer, inTransaction, withBotLock } from './admin-server.js'
import { createEmptyDatabase, createRole, limitConnections, openTo, setPassword } from './bot-access.js'
import { type BotOnServer, findBot, unfinished, writeMark } from './bot-mark.js'
import type { BotNames } from './bot-names.js'
import { botUrl } from './bot-url.js'
import { createRolePassword } from './role-password.js'
import { closeMaintenanceDatabases, surveyServer } from './server-survey.js'

/** The steps, each of them done once and for good. */
export type CreateStep = 'role' | 'database' | 'rights' | 'password' | 'address' | 'complete'

/** How a bot's database is made. */
export interface CreateOptions {
  /** Most connections of the role at once. Integer ≥ 1. */
  readonly connectionLimit: number
  /** `host` or `host:port` by which bots reach the server. @default as the administrator does */
  readonly address?: string | undefined
  /** Takes the bot's DATABASE_URL with the password, which is kept nowhere else. What it throws leaves the creation to be taken up again. */
  deliver(url: string): Promise<void>
  /** Told after each step. */
  onStep?(step: CreateStep): void
}

/** What was done. */
export interface CreateResult {
  /** `resumed`: an earlier one had been broken off. `unchanged`: all was there; rights and limit were set anew. */
  readonly outcome: 'created' | 'resumed' | 'unchanged'
  /** What the administrator should know of the server, in sentences. */
  readonly notes: readonly string[]
}

/**
 * Makes database and role of a bot.
 *
 * @throws DatabaseError ALREADY_EXISTS: there is a role or a database of this name that is not ours. Nothing was changed.
 * @throws DatabaseError BOT_DATABASE_UNFINISHED: a drop of it was broken off.
 * @throws DatabaseError BOT_DATABASE_LOCKED, DB_FORBIDDEN and others: the next call goes on where this one ended.
 */
export function createBotDatabase(
  server: AdminServer,
  names: BotNames,
  options: CreateOptions,
): Promise<CreateResult> {
  return withBotLock(server, names, async () => {
    const found = await findBot(server, names)
    refuseForeign(names, found)
    if (found.mark?.state === 'dropping') throw unfinished(names, found)
    const outcome = await bringAbout(server, names, found, options)
    return {
      outcome,
      notes: [...(await closeMaintenanceDatabases(server)), ...(await surveyServer(server, names))],
    }
  })
}

async function bringAbout(
  server: AdminServer,
  names: BotNames,
  found: BotOnServer,
  options: CreateOptions,
): Promise<CreateResult['outcome']> {
  const { mark } = found
  if (mark?.state === 'ready') {
    if (!found.hasDatabase) throw unfinished(names, found)
    await limitConnections(server, names, options.connectionLimit)
    await openTo(server, names, names.database)
    return 'unchanged'
  }
  const { onStep = () => undefined } = options
  const createdAt = mark?.createdAt ?? new Date().toISOString()
  if (mark === undefined) {
    await inTransaction(server.client, async () => {
      await createRole(server, names)
      await writeMark(server, names, { bot: names.bot, state: 'creating', createdAt })
    })
  }
  await limitConnections(server, names, options.connectionLimit)
  onStep('role')
  if (!found.hasDatabase) await createEmptyDatabase(server, names.database)
  onStep('database')
  await openTo(server, names, names.database)
  onStep('rights')
  await handOver(server, names, options, onStep)
  await writeMark(server, names, { bot: names.bot, state: 'ready', createdAt })
  onStep('complete')
  return mark === undefined ? 'created' : 'resumed'
}

/** A password that was set and not handed over is lost, so a run that goes on sets a new one. */
async function handOver(
  server: AdminServer,
  names: BotNames,
  { address, deliver }: CreateOptions,
  onStep: (step: CreateStep) => void,
): Promise<void> {
  const password = createRolePassword()
  await setPassword(server, names, password)
  onStep('password')
  const asWeConnect = botUrl(server.url, names, undefined, password.clear)
  const client = await connectClient(asWeConnect, { applicationName: 'hello db' })
  await client.end()
  await deliver(botUrl(server.url, names, address, password.clear))
  onStep('address')
}

function refuseForeign(names: BotNames, { mark, hasRole, hasDatabase }: BotOnServer): void {
  // The role is made, and marked, before the database.
  if (mark !== undefined || !(hasRole || hasDatabase)) return
  const foreign = [hasRole && `role "${names.role}"`, hasDatabase && `database "${names.database}"`].filter(
    Boolean,
  )
  throw new DatabaseError(
    'ALREADY_EXISTS',
    `The server has the ${foreign.join(' and the ')} already, not made by hello db. Nothing was changed. Choose another name for the bot, or drop or rename what is there.`,
  )
}
