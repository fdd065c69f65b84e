/** The inbox: every update is written here before Telegram is told, and settled in the transaction of its own effects. So a kill at any moment loses nothing and doubles nothing. */
import { isInfrastructureFailure } from '../database/failure.js'
import type { RawQuery, RawResult } from '../database/sequelize-internals.js'
import type { UnitClaim } from '../database/unit.js'
import type { Logger } from '../logger.js'
import { Batch } from './batch.js'
import { storeCalls, storeCallsText, storedCalls } from './outbox-table.js'
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

/** See the file's purpose. One for each bot. */
export class Inbox {
  readonly #query: Query
  readonly #botId: number
  readonly #logger: Logger
  readonly #settling: Batch<string, void>
  readonly #arrivals: Batch<RawUpdate, InboxRow | undefined>

  /** @param query runs a statement outside of any unit */
  constructor(query: Query, botId: number, logger: Logger) {
    this.#query = query
    this.#botId = botId
    this.#logger = logger
    this.#settling = new Batch((seqs) => this.#settleAll(seqs))
    this.#arrivals = new Batch((updates) => this.#writeEach(updates), 100)
  }

  /**
   * Writes updates in their order and gives the rows that are new; those that stand there already are left out.
   * When it resolves, they are committed. What is not an update is logged and left out.
   */
  async write(candidates: readonly unknown[]): Promise<InboxRow[]> {
    const updates = candidates.filter((candidate) => this.#isWritable(candidate)) as RawUpdate[]
    if (updates.length === 0) return []
    try {
      return await this.#insert(updates)
    } catch (error) {
      if (isInfrastructureFailure(error) || updates.length === 1) throw error
      // One row that cannot be stored must not keep the others out.
      const rows: InboxRow[] = []
      for (const update of updates) rows.push(...(await this.#insertAlone(update)))
      return rows
    }
  }

  /** Writes one update together with those that arrive in the same moment. `undefined` where it stands there already. */
  add(update: RawUpdate): Promise<InboxRow | undefined> {
    return this.#arrivals.add(update)
  }

  /** The rows behind `after` that are not settled, in order of arrival. */
  async unsettled(after: string, limit: number): Promise<InboxRow[]> {
    const { rows } = await this.#query({
      name: 'hello_inbox_unsettled',
      text: 'SELECT seq, lane, payload FROM hello_inbox WHERE bot_id = $1 AND seq > $2 AND settled_at IS NULL ORDER BY seq LIMIT $3',
      values: [this.#botId, after, limit],
    })
    return rows.map((row) => ({
      seq: row.seq as string,
      lane: row.lane as string,
      update: row.payload as RawUpdate,
    }))
  }

  /** What a unit of work does with the row. `failureOf` turns an error into what is kept of it. */
  claim(row: InboxRow, failureOf: (error: unknown) => RecordedFailure): UnitClaim {
    return {
      take: async (connection) => {
        const { rowCount } = await connection.query({ ...takeRow, values: [row.seq] })
        return rowCount === 1
      },
      settle: async (connection, outgoing) => {
        if (outgoing.length === 0) {
          await connection.query({ ...settleRow, values: [row.seq] })
          return []
        }
        const { rows } = await connection.query({
          ...settleRowAndStore,
          values: [this.#botId, storeCalls(outgoing), row.seq],
        })
        return storedCalls(rows, outgoing)
      },
      fail: async (connection, error) => void (await connection.query(failRow(row, failureOf(error)))),
    }
  }

  /** Settles an update that touched no database, together with others. Resolves when it is committed. */
  settle(row: InboxRow): Promise<void> {
    return this.#settling.add(row.seq)
  }

  /** Records a failure outside of the update's own transaction. */
  async recordFailure(row: InboxRow, failure: RecordedFailure): Promise<void> {
    await this.#query(failRow(row, failure))
  }

  /** Resolves when nothing is waiting to be settled. */
  drained(): Promise<void> {
    return this.#settling.drained()
  }

  #isWritable(candidate: unknown): boolean {
    if (isRawUpdate(candidate)) return true
    this.#logger.warn(
      { type: candidate === null ? 'null' : typeof candidate },
      'A malformed update was skipped',
    )
    return false
  }

  async #insert(updates: readonly RawUpdate[]): Promise<InboxRow[]> {
    const { rows } = await this.#query({
      ...insertRows,
      values: [
        this.#botId,
        updates.map(({ update_id }) => update_id),
        updates.map(laneOf),
        updates.map((update) => JSON.stringify(update)),
      ],
    })
    const byId = new Map(updates.map((update) => [String(update.update_id), update]))
    return rows
      .map(({ seq, update_id }) => {
        const update = byId.get(update_id as string) as RawUpdate
        return { seq: seq as string, lane: laneOf(update), update }
      })
      .sort((a, b) => (BigInt(a.seq) < BigInt(b.seq) ? -1 : 1))
  }

  async #insertAlone(update: RawUpdate): Promise<InboxRow[]> {
    try {
      return await this.#insert([update])
    } catch (error) {
      if (isInfrastructureFailure(error)) throw error
      this.#logger.error({ err: error, updateId: update.update_id }, 'An update could not be stored as it is')
      const reason = error instanceof Error ? error.message : String(error)
      await this.#query({
        ...insertUnstorable,
        values: [this.#botId, update.update_id, `Not storable: ${reason}`],
      })
      return []
    }
  }

  async #writeEach(updates: readonly RawUpdate[]): Promise<(InboxRow | undefined)[]> {
    const rows = await this.write(updates)
    const byId = new Map(rows.map((row) => [row.update.update_id, row]))
    return updates.map(({ update_id }) => {
      const row = byId.get(update_id)
      // The same update twice in one batch is one row: the second arrival is a duplicate.
      byId.delete(update_id)
      return row
    })
  }

  async #settleAll(seqs: readonly string[]): Promise<void[]> {
    await this.#query({ ...settleMany, values: [seqs] })
    return seqs.map(() => undefined)
  }
}

const insertRows = {
  name: 'hello_inbox_insert',
  text: `INSERT INTO hello_inbox (bot_id, update_id, lane, payload)
SELECT $1, incoming.update_id, incoming.lane, incoming.payload::json
FROM unnest($2::bigint[], $3::text[], $4::text[]) WITH ORDINALITY AS incoming (update_id, lane, payload, place)
ORDER BY incoming.place
ON CONFLICT (bot_id, update_id) DO NOTHING
RETURNING seq, update_id`,
}

const insertUnstorable = {
  text: `INSERT INTO hello_inbox (bot_id, update_id, lane, payload, settled_at, outcome, error)
VALUES ($1, $2, 'none', 'null', clock_timestamp(), 'failed', $3) ON CONFLICT (bot_id, update_id) DO NOTHING`,
}

const takeRow = {
  name: 'hello_inbox_take',
  text: 'SELECT 1 FROM hello_inbox WHERE seq = $1 AND settled_at IS NULL FOR UPDATE',
}

const settled = `settled_at = clock_timestamp(), attempts = attempts + 1, outcome`

const settleRow = {
  name: 'hello_inbox_settle',
  text: `UPDATE hello_inbox SET ${settled} = 'done' WHERE seq = $1`,
}

const settleRowAndStore = {
  name: 'hello_inbox_settle_and_store',
  text: `WITH settled AS (UPDATE hello_inbox SET ${settled} = 'done' WHERE seq = $3) ${storeCallsText}`,
}

const settleMany = {
  name: 'hello_inbox_settle_many',
  text: `UPDATE hello_inbox SET ${settled} = 'done' WHERE seq = ANY($1::bigint[]) AND settled_at IS NULL`,
}

function failRow(row: InboxRow, { plugin, error }: RecordedFailure): RawQuery {
  return {
    name: 'hello_inbox_fail',
    text: `UPDATE hello_inbox SET ${settled} = 'failed', plugin = $2, error = $3 WHERE seq = $1 AND settled_at IS NULL`,
    values: [row.seq, plugin ?? null, error.replaceAll('\u0000', '')],
  }
}
