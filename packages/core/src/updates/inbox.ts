/** The inbox: every update is written here before Telegram is told, and settled in the transaction of its own effects. So a kill at any moment loses nothing and doubles nothing. */

import { Batch } from '../batch.js'
import { isInfrastructureFailure, sqlStateOf } from '../database/failure.js'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { UnitClaim } from '../database/unit.js'
import { DuplicateUpdate } from '../database/unit-transaction.js'
import type { Logger } from '../logger.js'
import { traceChannels } from '../trace.js'
import {
  failRow,
  insertRows,
  insertUnstorable,
  notAllSettled,
  selectBehind,
  selectOldestUnsettledAge,
  selectRows,
  selectUnsettled,
  settleRow,
  settleRowAndStore,
  settleRows,
  settleRowsAndStore,
  takeRow,
} from './inbox-table.js'
import { withoutNul } from './json-text.js'
import { callLeader, type WakeReason, wakeChannel } from './leader-call.js'
import { packCalls, storedCalls } from './outbox-table.js'
import { isRawUpdate, laneOf, type RawUpdate } from './update-facts.js'

/** An update that stands in the inbox and is not settled. */
export interface InboxRow {
  /** Order of arrival: a bigint, as text. `update_id` is no order, since Telegram's ids jump. */
  readonly seq: string
  readonly lane: string
  readonly update: RawUpdate
}

/** Why an update failed, as it is kept. */
export interface RecordedFailure {
  /** The plugin that handled it, where one did. */
  readonly plugin?: string
  /** Name, message and stack, without secrets. */
  readonly error: string
}

type Query = (query: RawQuery) => Promise<RawResult>

/** An update as it is stored and handled. */
interface Incoming {
  readonly update: RawUpdate
  readonly lane: string
  readonly json: string
}

/** The most arrivals by webhook that share an INSERT: what one poll may bring. */
const mostArrivals = 100

/** See the file's purpose. One for each bot. */
export class Inbox {
  readonly #query: Query
  readonly #botId: number
  readonly #logger: Logger
  readonly #arrivals: Batch<RawUpdate, InboxRow | undefined>

  /** @param query runs a statement outside of any unit */
  constructor(query: Query, botId: number, logger: Logger) {
    this.#query = query
    this.#botId = botId
    this.#logger = logger
    this.#arrivals = new Batch((updates) => this.#writeEach(updates), { max: mostArrivals })
  }

  /**
   * Writes updates in their order and gives the rows that are new, without the NUL characters in what people wrote; of
   * those that stand there already, the first stays. When it resolves, they are committed. What is not an update is
   * logged and left out; what cannot be stored as it is becomes a failed row that says so.
   */
  async write(candidates: readonly unknown[]): Promise<InboxRow[]> {
    const updates = candidates.filter((candidate) => this.#isWritable(candidate)) as RawUpdate[]
    if (updates.length === 0) return []
    return (await this.#writeEach(updates)).filter((row) => row !== undefined)
  }

  /** Writes one update together with those that arrive in the same moment. `undefined` where it stands there already. */
  add(update: RawUpdate): Promise<InboxRow | undefined> {
    return this.#arrivals.add(update)
  }

  /** The numbers of rows behind `after` that are not settled, in order of arrival. */
  async unsettled(after: string, limit: number): Promise<string[]> {
    const { rows } = await this.#query({ values: [this.#botId, after, limit], ...selectUnsettled })
    return rows.map(({ seq }) => seq as string)
  }

  /** How long the first row that is not settled has waited, whichever instance has it; `undefined` where there is none. */
  async oldestUnsettledAgeMs(): Promise<number | undefined> {
    const { rows } = await this.#query({ values: [this.#botId], ...selectOldestUnsettledAge })
    return rows[0]?.age_ms as number | undefined
  }

  /** Rows by their numbers, in order of arrival, without those that are settled by now. */
  async read(seqs: readonly string[]): Promise<InboxRow[]> {
    const { rows } = await this.#query({ values: [seqs], ...selectRows })
    return rows.map((row) => ({
      seq: row.seq as string,
      lane: row.lane as string,
      update: row.payload as RawUpdate,
    }))
  }

  /** Whether more than `limit` updates are not settled. */
  async hasMoreUnsettledThan(limit: number): Promise<boolean> {
    const { rowCount } = await this.#query({ values: [this.#botId, limit], ...selectBehind })
    return rowCount === 1
  }

  /** Tells the instance that leads of rows that it has not taken in itself. */
  async callLeader(): Promise<void> {
    await this.#query({ values: [wakeChannel(this.#botId), 'new' satisfies WakeReason], ...callLeader })
  }

  /** What a unit of work does with the row. `failureOf` turns an error into what is kept of it. */
  claim({ seq }: InboxRow, failureOf: (error: unknown) => RecordedFailure): UnitClaim {
    return {
      take: async (connection) => {
        const { rowCount } = await connection.query({ values: [seq], ...takeRow })
        return rowCount === 1
      },
      settle: async (connection, outgoing) => {
        if (outgoing.length === 0) {
          await connection.query({ values: [seq], ...settleRow })
          return []
        }
        const { text, calls } = packCalls(outgoing)
        const { rows } = await connection.query({ values: [this.#botId, text, seq], ...settleRowAndStore })
        return storedCalls(rows, calls)
      },
      fail: async (connection, error) => {
        const failure = failureOf(error)
        await connection.query(failRow(seq, failure.plugin, failure.error))
      },
    }
  }

  /** What a unit of work does with the rows of several updates that have run. */
  claimAll(seqs: readonly string[]): UnitClaim {
    return {
      settle: async (connection, outgoing) => {
        if (outgoing.length === 0) {
          await connection.query({ values: [seqs], ...settleRows }).catch(explainDuplicate)
          return []
        }
        const { text, calls } = packCalls(outgoing)
        const storing = { values: [this.#botId, text, seqs], ...settleRowsAndStore }
        const { rows } = await connection.query(storing).catch(explainDuplicate)
        return storedCalls(rows, calls)
      },
    }
  }

  /** Records a failure outside of the update's own transaction. */
  async recordFailure({ seq }: InboxRow, { plugin, error }: RecordedFailure): Promise<void> {
    await this.#query(failRow(seq, plugin, error))
  }

  #isWritable(candidate: unknown): boolean {
    if (isRawUpdate(candidate)) return true
    this.#logger.warn(
      { type: candidate === null ? 'null' : typeof candidate },
      'A malformed update was skipped',
    )
    if (traceChannels.malformed.hasSubscribers)
      traceChannels.malformed.publish({ botId: this.#botId, intake: 'polling' })
    return false
  }

  /** Gives the row of each that is new. Its statement sorts by place, so that the rows are numbered in the order of the updates. */
  async #insert(incoming: readonly Incoming[]): Promise<(InboxRow | undefined)[]> {
    const ids = incoming.map(({ update }) => update.update_id)
    const lanes = incoming.map(({ lane }) => lane)
    const payloads = `[${incoming.map(({ json }) => json).join(',')}]`
    const { rows } = await this.#query({ values: [this.#botId, ids, lanes, payloads], ...insertRows })
    const seqs = new Map(rows.map(({ update_id, seq }) => [Number(update_id), seq as string]))
    return incoming.map(({ update, lane }) => {
      const seq = seqs.get(update.update_id)
      // Of two with one id Postgres stores the first, so that is the one to handle.
      if (seqs.delete(update.update_id)) return { seq: seq as string, lane, update }
      this.#traceRepeated(update.update_id)
      return undefined
    })
  }

  #traceRepeated(updateId: number): void {
    if (traceChannels.repeated.hasSubscribers)
      traceChannels.repeated.publish({ botId: this.#botId, updateId })
  }

  async #insertAlone(update: RawUpdate): Promise<InboxRow | undefined> {
    try {
      const [row] = await this.#insert([prepare(update)])
      return row
    } catch (error) {
      if (isOfServer(error)) throw error
      this.#logger.error({ err: error, updateId: update.update_id }, 'An update could not be stored as it is')
      const reason = `Not storable: ${error instanceof Error ? error.message : String(error)}`
      const payload = textOf(update)
      await this.#query({
        values: [this.#botId, update.update_id, laneOf(update), payload, reason],
        ...insertUnstorable,
      })
      return undefined
    }
  }

  async #writeEach(updates: readonly RawUpdate[]): Promise<(InboxRow | undefined)[]> {
    try {
      return await this.#insert(updates.map(prepare))
    } catch (error) {
      if (isOfServer(error)) throw error
      // One row that cannot be stored must not keep the others out, nor be asked of Telegram for ever.
      const rows: (InboxRow | undefined)[] = []
      for (const update of updates) rows.push(await this.#insertAlone(update))
      return rows
    }
  }
}

/** Whether the row is not at fault: another time the same one is taken. 57014: a cancelled statement; 58: the server's own disk. */
function isOfServer(error: unknown): boolean {
  return isInfrastructureFailure(error) || /^(57014|58...)$/.test(sqlStateOf(error) ?? '')
}

function explainDuplicate(error: unknown): never {
  throw sqlStateOf(error) === notAllSettled ? new DuplicateUpdate({ cause: error }) : error
}

/** @throws RangeError: it is nested too deep to be written down. */
function prepare(received: RawUpdate): Incoming {
  const written = JSON.stringify(received)
  const json = withoutNul(written)
  const update = json === written ? received : (JSON.parse(json) as RawUpdate)
  return { update, lane: laneOf(update), json }
}

/** What can be kept of an update that cannot be stored: its text as a JSON string, for a person to look at. */
function textOf(update: RawUpdate): string {
  try {
    return JSON.stringify(JSON.stringify(update))
  } catch {
    return 'null'
  }
}
