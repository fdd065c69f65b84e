/** Gives a bot a new password, so that one that was lost or seen is worth nothing. */
import { type AdminServer, withBotLock } from './admin-server.js'
import { setPassword } from './bot-access.js'
import { requireReadyBot } from './bot-mark.js'
import type { BotNames } from './bot-names.js'
import { botUrl } from './bot-url.js'
import { createRolePassword } from './role-password.js'

/** Where the new address goes. */
export interface NewPasswordOptions {
  /** `host` or `host:port` by which bots reach the server. @default as the administrator does */
  readonly address?: string | undefined
  /** Takes the bot's DATABASE_URL with the new password. */
  deliver(url: string): Promise<void>
}

/**
 * Sets a new password. Connections that stand go on; new ones need it at once.
 *
 * @throws DatabaseError DB_NOT_FOUND, BOT_DATABASE_UNFINISHED, BOT_DATABASE_LOCKED: the old one still counts.
 */
export function renewPassword(
  server: AdminServer,
  names: BotNames,
  { address, deliver }: NewPasswordOptions,
): Promise<void> {
  return withBotLock(server, names, async () => {
    await requireReadyBot(server, names)
    const password = createRolePassword()
    await setPassword(server, names, password)
    await deliver(botUrl(server.url, names, address, password.clear))
  })
}
