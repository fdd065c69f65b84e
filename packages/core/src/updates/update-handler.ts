/** Handles one update of the inbox to its end: settled, failed and recorded, or tried again after a fault of the infrastructure. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Telegram } from 'telegraf'
import type { Update, UserFromGetMe } from 'telegraf/types'
import type { ServiceContainer } from '../container/container.js'
import { type Database, runAfterCommit } from '../database/database.js'
import { sqlStateOf } from '../database/failure.js'
import type { UnitEnd } from '../database/run-unit.js'
import { createSession } from '../database/session.js'
import type { Unit } from '../database/unit.js'
import type { Logger } from '../logger.js'
import { BoundContext } from '../telegram/context.js'
import { createOutbox } from '../telegram/outbox.js'
import { traceChannels } from '../trace.js'
import type { Inbox, InboxRow, RecordedFailure } from './inbox.js'
import type { OutboxSender } from './outbox-sender.js'
import { replyTargetOf } from './update-facts.js'

/** Brings an update to the plugins. */
export type Dispatch = (ctx: BoundContext) => Promise<void>

/** What handling an update needs. */
export interface UpdateHandlerOptions {
  readonly database: Database
  readonly inbox: Inbox
  readonly outbox: OutboxSender
  readonly container: ServiceContainer
  readonly telegram: Telegram
  readonly me: UserFromGetMe
  readonly dispatch: Dispatch
  readonly logger: Logger
  /** Integer > 0. */
  readonly deadlineMs: number
  /** Replaces secrets in what is recorded. */
  redact(text: string): string
}

const firstBackoffMs = 100
const longestBackoffMs = 15_000
/** After so many deadlocks or lost serializations the update itself is at fault. */
const mostContentionRetries = 10
const longestRecordedError = 8_000

/** See the file's purpose. */
export class UpdateHandler {
  readonly #options: UpdateHandlerOptions
  readonly #stopping = new AbortController()

  constructor(options: UpdateHandlerOptions) {
    this.#options = options
  }

  /** Resolves when the update is settled, or when `stop` was called between two tries: it then stays in the inbox. Never rejects. */
  async handle(row: InboxRow): Promise<void> {
    for (let attempt = 1; !this.#stopping.signal.aborted; attempt++) {
      const startedAtMs = performance.now()
      this.#traceStart(row, attempt)
      const outcome = await this.#tryOnce(row, attempt).catch((error: unknown) => this.#postpone(row, error))
      this.#traceEnd(row, outcome, performance.now() - startedAtMs)
      if (outcome !== 'retried') return
      const waitMs = Math.min(firstBackoffMs * 2 ** (attempt - 1), longestBackoffMs)
      await delay(waitMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
    }
  }

  /** Starts no further try; the one under way goes on. */
  stop(): void {
    this.#stopping.abort()
  }

  async #tryOnce(row: InboxRow, attempt: number): Promise<Outcome> {
    const { database, inbox, deadlineMs, me } = this.#options
    let ctx: BoundContext | undefined
    const failureOf = (error: unknown) => this.#failureOf(error, ctx)
    const { unit, end } = await database.run(
      {
        claim: inbox.claim(row, failureOf),
        deadlineMs,
        traced: { botId: me.id, updateId: row.update.update_id },
      },
      async (opened) => {
        ctx = this.#createContext(row, opened)
        await this.#options.dispatch(ctx)
      },
    )
    return this.#conclude(row, unit, end, attempt, failureOf)
  }

  async #conclude(
    row: InboxRow,
    unit: Unit,
    end: UnitEnd<void>,
    attempt: number,
    failureOf: (error: unknown) => RecordedFailure,
  ): Promise<Outcome> {
    const { inbox, outbox, logger } = this.#options
    switch (end.outcome) {
      case 'committed':
        outbox.push(end.stored)
        await runAfterCommit(unit, logger)
        return 'committed'
      case 'untouched':
        await runAfterCommit(unit, logger)
        await inbox.settle(row)
        return 'untouched'
      case 'duplicate':
        return 'duplicate'
      case 'failed': {
        const failure = failureOf(end.error)
        logger.error(
          { err: end.error, updateId: row.update.update_id, plugin: failure.plugin },
          'An update failed; nothing of it was kept, and its inbox row says why',
        )
        if (!end.recorded) await inbox.recordFailure(row, failure)
        return 'failed'
      }
      default:
        return this.#retryOrGiveUp(row, end.error, attempt, failureOf)
    }
  }

  async #retryOrGiveUp(
    row: InboxRow,
    error: unknown,
    attempt: number,
    failureOf: (error: unknown) => RecordedFailure,
  ): Promise<Outcome> {
    const isContention = /^(40001|40P01|55P03)$/.test(sqlStateOf(error) ?? '')
    if (!isContention || attempt < mostContentionRetries) return this.#postpone(row, error)
    await this.#options.inbox.recordFailure(row, failureOf(error))
    return 'failed'
  }

  #postpone(row: InboxRow, error: unknown): Outcome {
    this.#options.logger.warn(
      { err: error, updateId: row.update.update_id },
      'The database failed while an update was handled; it is tried again',
    )
    return 'retried'
  }

  #createContext(row: InboxRow, unit: Unit): BoundContext {
    const { telegram, me, container, database, logger } = this.#options
    const outbox = createOutbox(unit.outgoing, () => replyTargetOf(row.update))
    return new BoundContext(row.update as unknown as Update, {
      telegram,
      me,
      outbox,
      services: () =>
        container.createScope({
          session: createSession(unit, database.sequelize),
          outbox,
          logger: () => logger.child({ updateId: row.update.update_id, lane: row.lane }),
        }),
      afterCommit: (work) => void unit.afterCommit.push(work),
    })
  }

  #failureOf(error: unknown, ctx: BoundContext | undefined): RecordedFailure {
    const text = error instanceof Error ? (error.stack ?? `${error.name}: ${error.message}`) : String(error)
    const plugin = ctx?.plugin?.name
    return {
      ...(plugin !== undefined && { plugin }),
      error: this.#options.redact(text).slice(0, longestRecordedError),
    }
  }

  #traceStart(row: InboxRow, attempt: number): void {
    if (!traceChannels.started.hasSubscribers) return
    traceChannels.started.publish({
      botId: this.#options.me.id,
      updateId: row.update.update_id,
      lane: row.lane,
      attempt,
    })
  }

  #traceEnd(row: InboxRow, outcome: Outcome, durationMs: number): void {
    if (!traceChannels.settled.hasSubscribers) return
    traceChannels.settled.publish({
      botId: this.#options.me.id,
      updateId: row.update.update_id,
      outcome,
      durationMs,
    })
  }
}

type Outcome = 'committed' | 'untouched' | 'failed' | 'duplicate' | 'retried'
