/** Opens the way in: polling, or the webhook where its URL is configured; both write to the same inbox, and one leader handles. */
import type pg from 'pg'
import type { Telegram } from 'telegraf'
import type { AppConfig, WebhookConfig } from '../config/app-config.js'
import type { TelegramRefusal } from '../errors.js'
import { createWebhookServer, listen } from '../http/webhook.js'
import type { Logger } from '../logger.js'
import type { Behaviour } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { Leader } from '../updates/leader.js'
import type { OutboxSender } from '../updates/outbox-sender.js'
import { Poller } from '../updates/polling.js'
import type { UpdateEngine } from '../updates/update-engine.js'
import { allowedUpdatesOf } from './dispatcher.js'
import type { Teardown } from './teardown.js'

/** What the intake joins. */
export interface IntakeOptions {
  readonly config: AppConfig
  readonly behaviours: readonly Behaviour<AnyContract>[]
  readonly engine: UpdateEngine
  readonly outbox: OutboxSender
  readonly telegram: Telegram
  readonly botId: number
  readonly logger: Logger
  /** Gets what closes each part. */
  readonly teardown: Teardown
  /** Opens the leader's connection. */
  connect(): Promise<pg.Client>
  onFatal(error: TelegramRefusal): void
}

/** Resolves when updates are taken in, or when this instance stands by. Gives the leader, to be stopped last. @throws ConfigError CONFIG_PORT_IN_USE; TelegramError of setWebhook. */
export async function openIntake(options: IntakeOptions): Promise<Leader> {
  const { config, engine, outbox, telegram, logger, teardown } = options
  let poller: Poller | undefined
  const leader = new Leader({
    botId: options.botId,
    connect: options.connect,
    logger,
    onElected: async () => {
      await outbox.recover()
      await engine.lead()
      if (config.webhook === undefined) poller = await startPolling(options)
    },
    onLost: async () => {
      await poller?.stop()
      engine.follow()
    },
  })
  teardown.add(() => poller?.stop())
  if (config.webhook !== undefined) await openWebhook(options, config.webhook)
  await leader.start()
  if (config.webhook === undefined) logger.debug('Updates are polled')
  else await setWebhook(telegram, config.webhook, allowedUpdatesOf(options.behaviours), logger)
  return leader
}

async function startPolling({
  config,
  behaviours,
  engine,
  telegram,
  logger,
  onFatal,
}: IntakeOptions): Promise<Poller> {
  const { url } = await telegram.getWebhookInfo()
  if (url !== undefined && url !== '') {
    logger.warn({ url }, 'A webhook is set, and WEBHOOK_URL is not: it is deleted, and updates are polled')
    await telegram.deleteWebhook()
  }
  const poller = new Poller({
    telegram,
    allowedUpdates: allowedUpdatesOf(behaviours),
    longPollSeconds: config.telegram.longPollSeconds,
    logger,
    accept: (updates) => engine.accept(updates),
    ready: (signal) => engine.ready(signal),
    onFatal,
  })
  poller.start()
  return poller
}

async function openWebhook(
  { config, engine, logger, teardown }: IntakeOptions,
  { path, secret }: WebhookConfig,
) {
  const server = createWebhookServer({
    path,
    secret,
    bodyLimitBytes: config.http.bodyLimitBytes,
    logger,
    accept: (update) => engine.acceptOne(update),
    isFull: () => engine.isFull(),
  })
  await listen(server, config.http.port)
  teardown.add(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  )
}

async function setWebhook(
  telegram: Telegram,
  { url, secret }: WebhookConfig,
  allowedUpdates: readonly string[],
  logger: Logger,
): Promise<void> {
  // Always with the secret: Telegram does not tell which one it has.
  await telegram.setWebhook(url, { secret_token: secret, allowed_updates: allowedUpdates as never })
  logger.info({ url }, 'Telegram delivers updates to the webhook')
}
