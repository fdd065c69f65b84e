/** Handles one update of the inbox to its end: settled, failed and recorded, or tried again after a fault of the infrastructure. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Telegram } from 'telegraf'
import type { Update, UserFromGetMe } from 'telegraf/types'
import type { ServiceContainer } from '../container/container.js'
import { runAfterCommit } from '../database/after-commit.js'
import type { Database } from '../database/database.js'
import { isInfrastructureFailure, sqlStateOf } from '../database/failure.js'
import type { UnitEnd } from '../database/run-unit.js'
import type { Unit } from '../database/unit.js'
import type { ErrorReports } from '../error-reports.js'
import { failpoint } from '../failpoint.js'
import type { Logger } from '../logger.js'
import { BoundContext } from '../telegram/context.js'
import { createOutbox } from '../telegram/outbox.js'
import { UnitSession } from '../telegram/session.js'
import type { AppTexts } from '../texts/app-texts.js'
import { traceChannels } from '../trace.js'
import { type FailureFollowUp, referenceOf } from './failure-follow-up.js'
import type { GroupCommit, GroupEnd, LeftWrites } from './group-commit.js'
import type { Inbox, InboxRow } from './inbox.js'
import type { OutboxSender } from './outbox-sender.js'
import { authorOf, ownerOf, type RawUpdate, replyTargetOf } from './update-facts.js'
import { failureOf, recordOf, type UpdateFailure } from './update-failure.js'

/** Brings an update to the plugins. */
export type Dispatch = (ctx: BoundContext) => Promise<void>

/** What handling an update needs. */
export interface UpdateHandlerOptions {
  readonly database: Database
  readonly inbox: Inbox
  readonly groupCommit: GroupCommit
  readonly outbox: OutboxSender
  readonly container: ServiceContainer
  readonly texts: AppTexts
  readonly telegram: Telegram
  readonly me: UserFromGetMe
  readonly dispatch: Dispatch
  readonly followUp: FailureFollowUp
  readonly reports: ErrorReports
  readonly logger: Logger
  /** Integer > 0. */
  readonly deadlineMs: number
  /** Before the second try; twice as long before each further one, to 15 s. @default 100 */
  readonly firstBackoffMs?: number
  /** Replaces secrets in what is recorded. */
  redact(text: string): string
}

const longestBackoffMs = 15_000
/** After so many deadlocks or lost serializations the update itself is at fault; one that has sent something is not tried again, since it would send that again. */
const mostContentionRetries = 10

/** See the file's purpose. */
export class UpdateHandler {
  readonly #options: UpdateHandlerOptions

  constructor(options: UpdateHandlerOptions) {
    this.#options = options
  }

  /** Resolves when the update is settled, or after the try during which `signal` was aborted: it may then stay in the inbox. Never rejects. */
  async handle(row: InboxRow, signal: AbortSignal): Promise<void> {
    let isUncertain = false
    for (let attempt = 1; !signal.aborted; attempt++) {
      const startedAtMs = performance.now()
      this.#traceStart(row, attempt)
      let tried: Tried
      try {
        tried = await this.#tryOnce(row, { attempt, isUncertain, signal })
      } catch (error) {
        tried = this.#postpone(row, error)
      }
      this.#traceEnd(row, tried, performance.now() - startedAtMs)
      const { outcome } = tried
      // The answer to its COMMIT was lost, and it was done: nobody has in hand what it put in the outbox.
      if (outcome === 'duplicate' && isUncertain) this.#options.outbox.wake()
      if (outcome !== 'retried' && outcome !== 'unknown') return
      isUncertain ||= outcome === 'unknown'
      await this.#backOff(attempt, signal)
    }
  }

  async #tryOnce(row: InboxRow, { attempt, isUncertain, signal }: Attempted): Promise<Tried> {
    FAILPOINT: failpoint('before-begin')
    const { database, inbox, deadlineMs, me, redact } = this.#options
    let ctx: BoundContext | undefined
    const logFields = () => logFieldsOf(row.update, ctx)
    const toFailure = (error: unknown) => failureOf(error, ctx)
    const { unit, end } = await database.run(
      {
        claim: inbox.claim(row, (error) => recordOf(toFailure(error), redact)),
        deadlineMs,
        leavesWrites: true,
        traced: { botId: me.id, updateId: row.update.update_id },
        logFields,
      },
      async (opened) => {
        // Where it may have been committed before, it must not run again.
        if (isUncertain) await opened.open().confirmed
        ctx = this.#createContext(row, opened)
        await this.#options.dispatch(ctx)
      },
    )
    return this.#conclude({ row, unit, end, attempt, signal, toFailure, ctx })
  }

  async #conclude(ended: Try): Promise<Tried> {
    const { row, end, attempt } = ended
    const { outbox } = this.#options
    switch (end.outcome) {
      case 'committed':
        outbox.push(end.stored)
        await this.#runDeferred(ended)
        return { outcome: 'committed' }
      case 'untouched':
        return this.#settle(ended)
      case 'duplicate':
        return { outcome: 'duplicate' }
      case 'failed':
        return this.#fail(ended, end.error, end.recorded)
      case 'unknown':
        return { ...this.#postpone(row, end.error), outcome: 'unknown' }
      default:
        if (isContention(end.error) && (ended.unit.hasSent || attempt >= mostContentionRetries))
          return this.#fail(ended, end.error, false)
        return this.#postpone(row, end.error)
    }
  }

  /** Ends an update that has opened no transaction: what it has to write is committed with that of others. */
  async #settle(ended: Try): Promise<Tried> {
    const { row, unit, signal } = ended
    // Where nothing has to be certain, a person need not wait for it.
    if (!unit.hasWrites) await this.#runDeferred(ended)
    const { outgoing, appended, hasWrites } = unit
    const traced = { botId: this.#options.me.id, updateId: row.update.update_id }
    const end = await this.#commitInGroup(row, { seq: row.seq, outgoing, appended, traced }, signal)
    switch (end.outcome) {
      case 'committed':
        this.#options.outbox.push(end.stored)
        if (hasWrites) await this.#runDeferred(ended)
        return { outcome: hasWrites ? 'committed' : 'untouched' }
      case 'refused':
        return this.#fail(ended, end.error, false)
      default:
        return end
    }
  }

  /** Writes until the database takes it, or refuses it for good. */
  async #commitInGroup(
    row: InboxRow,
    writes: LeftWrites,
    signal: AbortSignal,
  ): Promise<GroupEnd | { outcome: 'refused'; error: unknown } | { outcome: 'retried' }> {
    const { groupCommit, outbox } = this.#options
    for (let attempt = 1; ; attempt++) {
      try {
        const end = await groupCommit.add(writes)
        // An answer was lost, and it was committed: nobody has in hand what it put in the outbox.
        if (end.outcome === 'duplicate' && attempt > 1) outbox.wake()
        return end
      } catch (error) {
        if (!isInfrastructureFailure(error)) return { outcome: 'refused', error }
        if (!(await this.#mayWriteAgain(row, error, attempt, signal))) return { outcome: 'retried' }
      }
    }
  }

  async #runDeferred({ unit, row, ctx }: Try): Promise<void> {
    const { database, logger, reports, deadlineMs } = this.#options
    const { afterCommit, logFields } = unit
    if (afterCommit.length === 0) return
    const run = () => {
      const { error: _, ...place } = failureOf(undefined, ctx)
      return runAfterCommit(
        unit,
        logger,
        reports.ofDeferred({ in: 'update', ...originOf(row.update), ...place }),
        deadlineMs,
      )
    }
    await (logFields === undefined ? run() : database.deferredFor.run(logFields, run))
  }

  async #fail(
    { row, attempt, signal, toFailure, ctx }: Try,
    thrown: unknown,
    isRecorded: boolean,
  ): Promise<Tried> {
    const { inbox, followUp, reports, logger, redact } = this.#options
    const failure = toFailure(thrown)
    const { error, ...place } = failure
    logger.error(
      { err: error, ...logFieldsOf(row.update, ctx), ...place },
      'An update failed; nothing of it was kept, and its inbox row says why',
    )
    const record = () => inbox.recordFailure(row, recordOf(failure, redact))
    if (!isRecorded && !(await this.#persist(row, signal, record))) return { outcome: 'retried' }
    reports.tell({ kind: 'update', ...failure, ...originOf(row.update), attempts: attempt })
    followUp.begin({ update: row.update, failure, ctx })
    return { outcome: 'failed', failure }
  }

  /**
   * Writes until the database takes it. The handler has run: to run it again because of this would send again what it
   * sent. `false` where `signal` ended it; the row then stays, and whoever takes it up handles it again.
   */
  async #persist(row: InboxRow, signal: AbortSignal, write: () => Promise<void>): Promise<boolean> {
    for (let attempt = 1; ; attempt++) {
      try {
        await write()
        return true
      } catch (error) {
        if (!(await this.#mayWriteAgain(row, error, attempt, signal))) return false
      }
    }
  }

  /** Waits before what could not be written is tried again. `false` where `signal` ends that. */
  async #mayWriteAgain(
    row: InboxRow,
    error: unknown,
    attempt: number,
    signal: AbortSignal,
  ): Promise<boolean> {
    this.#options.logger.warn(
      { err: error, updateId: row.update.update_id },
      'The end of an update could not be written to the inbox; that is tried again',
    )
    if (signal.aborted) return false
    await this.#backOff(attempt, signal)
    return true
  }

  #postpone(row: InboxRow, error: unknown): Tried {
    this.#options.logger.warn(
      { err: error, updateId: row.update.update_id },
      'The database failed while an update was handled; it is tried again',
    )
    return { outcome: 'retried' }
  }

  async #backOff(attempt: number, signal: AbortSignal): Promise<void> {
    const { firstBackoffMs = 100 } = this.#options
    const waitMs = Math.min(firstBackoffMs * 2 ** (attempt - 1), longestBackoffMs)
    await delay(waitMs, undefined, { signal }).catch(() => undefined)
  }

  #createContext(row: InboxRow, unit: Unit): BoundContext {
    const { telegram, me, container, database, logger, texts } = this.#options
    const outbox = createOutbox(
      (call) => unit.send(call),
      () => replyTargetOf(row.update),
    )
    const state = () => ({
      botId: me.id,
      sql: unit.sql,
      owner: ownerOf(row.update),
      logger,
    })
    return new BoundContext(row.update as unknown as Update, {
      telegram,
      me,
      outbox,
      texts,
      services: () =>
        container.createScope({
          session: new UnitSession(unit, database.sequelize, outbox),
          outbox,
          logger: () => logger,
          state,
        }),
      state,
      afterCommit: (work) => unit.defer(work),
    })
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

  #traceEnd(row: InboxRow, { outcome, failure }: Tried, durationMs: number): void {
    if (!traceChannels.settled.hasSubscribers) return
    traceChannels.settled.publish({
      botId: this.#options.me.id,
      updateId: row.update.update_id,
      outcome: outcome === 'unknown' ? 'retried' : outcome,
      durationMs,
      ...failure,
    })
  }
}

/** How one try ended; `failure` where the update failed. */
interface Tried {
  readonly outcome: 'committed' | 'untouched' | 'failed' | 'duplicate' | 'retried' | 'unknown'
  readonly failure?: UpdateFailure
}

interface Attempted {
  /** From 1. */
  readonly attempt: number
  /** Whether one before may have been committed. */
  readonly isUncertain: boolean
  readonly signal: AbortSignal
}

interface Try {
  readonly row: InboxRow
  readonly unit: Unit
  readonly end: UnitEnd<void>
  readonly attempt: number
  readonly signal: AbortSignal
  /** Absent where no handler was reached. */
  readonly ctx: BoundContext | undefined
  toFailure(error: unknown): UpdateFailure
}

/** What a report about an update says of it. */
function originOf(update: RawUpdate) {
  const chatId = replyTargetOf(update)?.chatId
  const personId = authorOf(update)?.id
  return {
    reference: referenceOf(update),
    updateId: update.update_id,
    ...(chatId !== undefined && { chatId }),
    ...(personId !== undefined && { personId }),
  }
}

/** What a log line about an update carries. */
function logFieldsOf(update: RawUpdate, ctx: BoundContext | undefined) {
  return {
    updateId: update.update_id,
    chatId: replyTargetOf(update)?.chatId,
    personId: authorOf(update)?.id,
    plugin: ctx?.plugin?.name,
    handler: ctx?.handler,
  }
}

function isContention(error: unknown): boolean {
  return /^(40001|40P01|55P03)$/.test(sqlStateOf(error) ?? '')
}
