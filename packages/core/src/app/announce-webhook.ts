/** Tells Telegram where to deliver, where it does not know it already. On a stop the webhook stays set: what arrives meanwhile waits at Telegram. */
import { createHmac } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { type Telegram, TelegramError } from 'telegraf'
import type { WebhookInfo } from 'telegraf/types'
import type { WebhookConfig } from '../config/app-config.js'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { Logger } from '../logger.js'
import type { Teardown } from './teardown.js'

/** What is told, and with what. */
export interface AnnounceWebhookOptions {
  readonly webhook: WebhookConfig
  readonly allowedUpdates: readonly string[]
  readonly telegram: Telegram
  readonly botId: number
  /** The bot's token. */
  readonly token: string
  readonly logger: Logger
  /** Runs a statement outside of any unit. */
  query(query: RawQuery): Promise<RawResult>
  /** Gets what ends the tries. */
  readonly teardown: Teardown
}

const firstBackoffMs = 500
const longestBackoffMs = 15_000

/** While Telegram cannot be told, the start does not wait for it. @throws TelegramError: it refuses. */
export async function announceWebhook(options: AnnounceWebhookOptions): Promise<void> {
  const { logger, teardown } = options
  const closing = new AbortController()
  const keepTrying = async () => {
    for (
      let waitMs = firstBackoffMs;
      !closing.signal.aborted;
      waitMs = Math.min(waitMs * 2, longestBackoffMs)
    ) {
      await delay(waitMs, undefined, { signal: closing.signal }).catch(() => undefined)
      if (closing.signal.aborted || (await tryToAnnounce(options, closing.signal))) return
    }
  }
  if (await tryToAnnounce(options, closing.signal)) return
  const trying = keepTrying().catch((error: unknown) => {
    logger.error({ err: error }, 'Telegram refuses the webhook: no update will be delivered to it')
  })
  teardown.add(() => {
    closing.abort()
    return trying
  })
}

/** `false` where Telegram or the database could not be asked, or asks to wait. */
async function tryToAnnounce(options: AnnounceWebhookOptions, signal: AbortSignal): Promise<boolean> {
  const { telegram, webhook, allowedUpdates, logger } = options
  const { url, secret, maxConnections } = webhook
  try {
    if (await isKnown(options, signal)) {
      logger.info({ url }, 'Telegram delivers updates to the webhook, as before')
      return true
    }
    const told = {
      url,
      secret_token: secret,
      max_connections: maxConnections,
      allowed_updates: allowedUpdates,
    }
    await telegram.callApi('setWebhook', told as never, { signal: signal as never })
    await options.query({ ...keepSecret, values: [options.botId, secretDigest(options)] })
    logger.info({ url }, 'Telegram delivers updates to the webhook')
    return true
  } catch (error) {
    if (signal.aborted) return false
    if (error instanceof TelegramError && error.code < 500 && error.code !== 429) throw error
    logger.warn({ err: error }, 'Telegram could not be told of the webhook; it is told again')
    return false
  }
}

/** Whether Telegram has what we would tell it. */
async function isKnown(options: AnnounceWebhookOptions, signal: AbortSignal): Promise<boolean> {
  const { telegram, webhook, allowedUpdates, botId } = options
  const info = await telegram.callApi('getWebhookInfo', {}, { signal: signal as never })
  if (!isSame(info, webhook, allowedUpdates)) return false
  const { rows } = await options.query({ ...selectSecret, values: [botId] })
  return rows[0]?.secret_digest === secretDigest(options)
}

/** Its `ip_address` is not compared: without one of ours it is what Telegram has found for the name of the host. */
function isSame(info: WebhookInfo, webhook: WebhookConfig, allowedUpdates: readonly string[]): boolean {
  const {
    url,
    max_connections = 40,
    allowed_updates = [],
    has_custom_certificate,
    last_error_message = '',
  } = info
  return (
    url === webhook.url &&
    max_connections === webhook.maxConnections &&
    [...allowed_updates].sort().join() === [...allowedUpdates].sort().join() &&
    !has_custom_certificate &&
    // Somebody else has set another secret: what Telegram delivers is refused by us.
    !last_error_message.includes('401')
  )
}

// Telegram does not tell which secret it has, so what it was told is kept: not the secret, and nothing by which it
// could be guessed without the token.
function secretDigest({ webhook, token }: AnnounceWebhookOptions): string {
  return createHmac('sha256', token).update(webhook.secret).digest('hex')
}

/** Parameter: bot. */
const selectSecret = { text: 'SELECT secret_digest FROM hello_webhook WHERE bot_id = $1' }

/** Parameters: bot, digest. */
const keepSecret = {
  text: `INSERT INTO hello_webhook (bot_id, secret_digest) VALUES ($1, $2)
ON CONFLICT (bot_id) DO UPDATE SET secret_digest = EXCLUDED.secret_digest, set_at = clock_timestamp()`,
}
