/** Opens the way in: polling, or the webhook where its URL is configured; both write to the same inbox, and one leader handles. */
import type pg from 'pg'
import type { Telegram } from 'telegraf'
import type { AppConfig, WebhookConfig } from '../config/app-config.js'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { TelegramRefusal } from '../errors.js'
import type { Jobs } from '../jobs/jobs.js'
import type { JobOwner } from '../jobs/planned-job.js'
import type { Logger } from '../logger.js'
import type { Behaviour } from '../plugin/behaviour.js'
import type { AnyContract } from '../plugin/contract.js'
import { traceChannels } from '../trace.js'
import { Leader } from '../updates/leader.js'
import type { OutboxSender } from '../updates/outbox-sender.js'
import { Poller, type PollingState } from '../updates/polling.js'
import type { UpdateEngine } from '../updates/update-engine.js'
import { announceWebhook } from './announce-webhook.js'
import { allowedUpdatesOf } from './dispatcher.js'
import type { Teardown } from './teardown.js'

/** Work of the leader beside the updates. It runs in the background, and may start anew after its stop. */
export interface Duty {
  start(): void
  stop(): Promise<void>
}

/** What the intake joins. */
export interface IntakeOptions {
  readonly config: AppConfig
  readonly behaviours: readonly Behaviour<AnyContract>[]
  readonly engine: UpdateEngine
  /** Run by the leader; where a plugin has one. */
  readonly jobs: Pick<Jobs<JobOwner>, 'lead' | 'follow'> | undefined
  readonly outbox: OutboxSender
  readonly duties: readonly Duty[]
  readonly telegram: Telegram
  readonly botId: number
  readonly logger: Logger
  /** Gets what closes each part. */
  readonly teardown: Teardown
  /** Opens the server that the webhook and the routes of plugins answer on. */
  openServer(): Promise<void>
  /** Runs a statement outside of any unit. */
  query(query: RawQuery): Promise<RawResult>
  /** Opens the leader's connection. */
  connect(): Promise<pg.Client>
  onFatal(error: TelegramRefusal): void
}

/** An open intake. */
export interface Intake {
  /** To be stopped last. */
  readonly leader: Leader
  /** How the polling goes; `undefined` where this instance does not poll. */
  readonly polling: PollingState | undefined
}

/**
 * Resolves when updates are taken in, or when this instance stands by.
 *
 * @throws ConfigError CONFIG_PORT_IN_USE; TelegramError of a setWebhook that Telegram refuses.
 */
export async function openIntake(options: IntakeOptions): Promise<Intake> {
  const { config, engine, jobs, outbox, duties, logger, teardown } = options
  let poller: Poller | undefined
  const leader = new Leader({
    botId: options.botId,
    connect: options.connect,
    logger,
    onCalled: (reason) => {
      engine.wake(reason)
      outbox.wake()
    },
    onElected: async (signal) => {
      outbox.lead()
      if (!(await engine.lead())) return
      traceLeader(options.botId, true)
      for (const duty of duties) duty.start()
      jobs?.lead()
      if (config.webhook !== undefined) return
      await allowPolling(options, signal)
      if (signal.aborted) return
      poller = createPoller(options)
      poller.start()
    },
    onLost: async () => {
      if (engine.isLeading) traceLeader(options.botId, false)
      engine.follow()
      jobs?.follow()
      outbox.follow()
      await Promise.all([poller?.stop(), ...duties.map((duty) => duty.stop())])
      poller = undefined
    },
  })
  teardown.add(() => {
    leader.retire()
    return Promise.all([poller?.stop(), ...duties.map((duty) => duty.stop())])
  })
  await options.openServer()
  await leader.start()
  if (config.webhook === undefined) logger.debug('Updates are polled')
  else await announce(options, config.webhook)
  return {
    leader,
    get polling() {
      return poller?.state
    },
  }
}

function traceLeader(botId: number, isLeader: boolean): void {
  if (traceChannels.leaderChanged.hasSubscribers) traceChannels.leaderChanged.publish({ botId, isLeader })
}

/** Telegram refuses polls while a webhook is set. */
async function allowPolling({ telegram, logger }: IntakeOptions, signal: AbortSignal): Promise<void> {
  const { url } = await telegram.callApi('getWebhookInfo', {}, { signal: signal as never })
  if (url === undefined || url === '') return
  logger.warn({ url }, 'A webhook is set, and WEBHOOK_URL is not: it is deleted, and updates are polled')
  await telegram.callApi('deleteWebhook', {}, { signal: signal as never })
}

function createPoller({
  config,
  behaviours,
  engine,
  telegram,
  botId,
  logger,
  onFatal,
}: IntakeOptions): Poller {
  return new Poller({
    telegram,
    allowedUpdates: allowedUpdatesOf(behaviours),
    longPollSeconds: config.telegram.longPollSeconds,
    conflictDeadlineMs: config.telegram.conflictDeadlineMs,
    botId,
    logger,
    accept: (updates) => engine.accept(updates),
    ready: (signal) => engine.ready(signal),
    onFatal,
  })
}

function announce(options: IntakeOptions, webhook: WebhookConfig): Promise<void> {
  const allowedUpdates = allowedUpdatesOf(options.behaviours)
  return announceWebhook({ ...options, webhook, allowedUpdates, token: options.config.telegram.token })
}
