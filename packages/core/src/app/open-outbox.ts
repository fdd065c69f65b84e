/** Joins what sends the outbox: the table, Telegram, the plugins that listen, and the call of the leader. Making it does no I/O. */
import type { Telegram } from 'telegraf'
import type { ServiceContainer } from '../container/container.js'
import type { Database } from '../database/database.js'
import type { ErrorReports } from '../error-reports.js'
import type { Logger } from '../logger.js'
import type { Inbox } from '../updates/inbox.js'
import { LeaderCall } from '../updates/leader-call.js'
import { type ListeningPlugin, OutboxEvents } from '../updates/outbox-events.js'
import { OutboxSender } from '../updates/outbox-sender.js'
import { unitServices } from './unit-services.js'

/** What it joins. */
export interface OutboxParts {
  readonly botId: number
  readonly telegram: Telegram
  readonly database: Database
  readonly container: ServiceContainer
  readonly inbox: Inbox
  readonly plugins: readonly ListeningPlugin[]
  readonly logger: Logger
  readonly reports: ErrorReports
  /** For what plugins do at one event. Integer > 0. */
  readonly deadlineMs: number
}

/** The sender of one app. */
export function createOutboxSender({ inbox, telegram, container, ...parts }: OutboxParts): OutboxSender {
  const { botId, logger, database } = parts
  const call = new LeaderCall(() => inbox.callLeader(), logger)
  const sender: OutboxSender = new OutboxSender({
    telegram,
    botId,
    logger,
    query: (query) => database.query(query),
    wakeLeader: () => call.send(),
    events: new OutboxEvents({
      ...parts,
      scopeOf: (unit) => unitServices(container, database, botId, unit, logger),
      onStored: (stored) => sender.push(stored),
    }),
  })
  return sender
}
