/** Looks after the updates of the inbox by hand: lists them, shows one, has a failed one handled again, gives one up. */
import { sqlStateOf } from '../database/failure.js'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import { MigrationError, UsageError } from '../errors.js'
import { callLeader, type WakeReason, wakeChannel } from './leader-call.js'
import {
  type StoredUpdate,
  type StoredUpdateWithPayload,
  storedUpdate,
  type UpdateListing,
  type UpdateStatus,
} from './stored-update.js'
import { dropUpdate, listUpdates, retryUpdate, selectUpdate } from './update-admin-table.js'

/** What `app.updates` can do with the inbox. */
export interface UpdateAdministration {
  /** Updates without their payload, the newest first. @throws UsageError UPDATE_LISTING: status, limit or place are none. */
  list(listing?: UpdateListing): Promise<readonly StoredUpdate[]>
  /** One update, with what Telegram sent. @throws UsageError UPDATE_NOT_FOUND */
  show(updateId: number): Promise<StoredUpdateWithPayload>
  /**
   * Has a failed or dropped update handled again: at once where the bot runs, else at its next start. It is handled out
   * of order: what its chat sent later has been handled already.
   *
   * @throws UsageError UPDATE_NOT_FOUND; UPDATE_STATE: it has not failed. Nothing has changed.
   */
  retry(updateId: number): Promise<void>
  /**
   * Gives up an update that waits or has failed: it is not handled, or not again, and its row is kept for SETTLED_KEPT.
   *
   * @throws UsageError UPDATE_NOT_FOUND; UPDATE_STATE: it is done, or being handled right now. Nothing has changed.
   */
  drop(updateId: number): Promise<void>
}

/** See the file's purpose. */
export class UpdateAdmin implements UpdateAdministration {
  readonly #query: (query: RawQuery) => Promise<RawResult>
  readonly #botId: number

  /** @param query runs a statement outside of any unit */
  constructor(query: (query: RawQuery) => Promise<RawResult>, botId: number) {
    this.#query = (statement) => query(statement).catch(explain)
    this.#botId = botId
  }

  async list(listing: UpdateListing = {}): Promise<readonly StoredUpdate[]> {
    const { status = 'failed', limit = 50, before } = listing
    assertListing({ status, limit, before })
    const { rows } = await this.#query(listUpdates(this.#botId, { status, limit, before }))
    return rows.map(storedUpdate)
  }

  async show(updateId: number): Promise<StoredUpdateWithPayload> {
    const row = isUpdateId(updateId)
      ? (await this.#query(selectUpdate(this.#botId, updateId))).rows[0]
      : undefined
    if (row === undefined) throw notFound(updateId)
    return { ...storedUpdate(row), payload: row.payload }
  }

  async retry(updateId: number): Promise<void> {
    const { status, payload } = await this.show(updateId)
    if (typeof payload !== 'object' || payload === null) {
      throw new UsageError(
        'UPDATE_STATE',
        `Update ${updateId} could not be stored as Telegram sent it, so it cannot be handled. What is left of it is shown; drop it then.`,
      )
    }
    const { rowCount } = await this.#query(retryUpdate(this.#botId, updateId))
    if (rowCount !== 1)
      throw await this.#wrongState(updateId, status, 'Only a failed or dropped one can be retried')
    // In a statement of its own, behind the commit of the other: who is called early finds nothing.
    await this.#query({
      ...callLeader,
      values: [wakeChannel(this.#botId), 'again' satisfies WakeReason],
    })
  }

  async drop(updateId: number): Promise<void> {
    const { status } = await this.show(updateId)
    try {
      const { rowCount } = await this.#query(dropUpdate(this.#botId, updateId))
      if (rowCount !== 1)
        throw await this.#wrongState(updateId, status, 'Only a waiting or failed one can be dropped')
    } catch (error) {
      if (!/^(55P03|57014)$/.test(sqlStateOf(error) ?? '')) throw error
      throw new UsageError(
        'UPDATE_STATE',
        `Update ${updateId} is being handled right now. Wait until it has ended, and drop it if it fails.`,
        { cause: error },
      )
    }
  }

  async #wrongState(updateId: number, before: UpdateStatus, rule: string): Promise<UsageError> {
    // It may have changed in between: what is said is what stands there now.
    const { status } = await this.show(updateId).catch(() => ({ status: before }))
    return new UsageError('UPDATE_STATE', `Update ${updateId} is ${status}. ${rule}.`)
  }
}

const isUpdateId = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

const notFound = (updateId: unknown) =>
  new UsageError(
    'UPDATE_NOT_FOUND',
    `The inbox of this bot has no update ${String(updateId)}. Handled ones go after SETTLED_KEPT and failed ones after FAILED_KEPT; hello updates list shows what is there.`,
  )

const statuses = ['waiting', 'done', 'failed', 'dropped', 'all']
const mostListed = 1_000

function assertListing({ status, limit, before }: UpdateListing): void {
  const refuse = (problem: string) => {
    throw new UsageError('UPDATE_LISTING', `Updates cannot be listed so: ${problem}.`)
  }
  if (!statuses.includes(status as string)) {
    refuse(`status is ${JSON.stringify(status)}, expected ${statuses.join(', ')}`)
  }
  if (!Number.isInteger(limit) || (limit as number) < 1 || (limit as number) > mostListed) {
    refuse(`limit is ${String(limit)}, expected a whole number from 1 to ${mostListed}`)
  }
  if (before !== undefined && !/^\d{1,18}$/.test(before)) {
    refuse(`before is ${JSON.stringify(before)}, expected the seq of an update`)
  }
}

function explain(error: unknown): never {
  // 42P01: undefined_table. Any other is told as it is.
  if (sqlStateOf(error) !== '42P01') throw error
  throw new MigrationError(
    'MIGRATION_PENDING',
    'The database has no inbox yet: the bot has never run on it. Run hello migrate up, or check DATABASE_URL.',
    { cause: error },
  )
}
