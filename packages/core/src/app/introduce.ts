/** Asks Telegram who the bot is, until it answers. */
import { setTimeout as delay } from 'node:timers/promises'
import type { UserFromGetMe } from 'telegraf/types'
import { PluginError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { BotTelegram } from '../telegram/transport.js'
import { isTokenRefused, tokenRefused } from '../updates/polling.js'

const firstBackoffMs = 300
const longestBackoffMs = 15_000

/**
 * @param signal aborted when the app is stopped
 * @throws TelegramRefusal TELEGRAM_TOKEN_REFUSED
 * @throws PluginError APP_STOPPED
 */
export async function introduce(
  telegram: BotTelegram,
  logger: Logger,
  signal: AbortSignal,
): Promise<UserFromGetMe> {
  for (let waitMs = firstBackoffMs; ; waitMs = Math.min(waitMs * 2, longestBackoffMs)) {
    assertNotStopped(signal)
    try {
      return await telegram.callApi('getMe', {}, { signal })
    } catch (error) {
      assertNotStopped(signal)
      if (isTokenRefused(error)) throw tokenRefused(error)
      logger.warn({ err: error, waitMs }, 'Telegram did not say who the bot is; it is asked again')
      await delay(waitMs, undefined, { signal }).catch(() => undefined)
    }
  }
}

/** @throws PluginError APP_STOPPED */
export function assertNotStopped(signal: AbortSignal, cause?: unknown): void {
  if (signal.aborted) throw new PluginError('APP_STOPPED', 'The app was stopped while it started.', { cause })
}
