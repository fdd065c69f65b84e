/** Removes the database and the role of a bot. A run that was broken off is taken up by the next one. */
import { type AdminServer, quoted, withBotLock } from './admin-server.js'
import { requireBot, writeMark } from './bot-mark.js'
import type { BotNames } from './bot-names.js'

/** The steps, each of them done once and for good. */
export type DropStep = 'marked' | 'database' | 'role'

/**
 * Removes them, with the connections that are open and what a restore has left.
 *
 * @throws DatabaseError DB_NOT_FOUND: `hello db` has made no such bot. Nothing was changed.
 * @throws DatabaseError BOT_DATABASE_LOCKED, DB_FORBIDDEN and others: the next call goes on where this one ended.
 */
export function dropBotDatabase(
  server: AdminServer,
  names: BotNames,
  onStep: (step: DropStep) => void = () => undefined,
): Promise<void> {
  return withBotLock(server, names, async () => {
    const { mark } = await requireBot(server, names)
    await writeMark(server, names, { ...mark, state: 'dropping' })
    await server.client.query(`ALTER ROLE ${quoted(names.role)} NOLOGIN`)
    onStep('marked')
    for (const database of [names.restoring, names.replaced, names.database]) {
      await dropDatabase(server, database)
    }
    onStep('database')
    await server.client.query(`DROP ROLE ${quoted(names.role)}`)
    onStep('role')
  })
}

/** Drops a database with the connections to it, where it is there. */
export async function dropDatabase({ client }: AdminServer, database: string): Promise<void> {
  await client.query(`DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`)
}
