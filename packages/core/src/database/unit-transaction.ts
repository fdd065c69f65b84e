/** The transaction of one unit of work: opened, ended and given back with as few round trips as is safe. Who may use it is decided in `unit.ts`. */
import type { Sequelize, Transaction } from 'sequelize'
import { UnitError } from '../errors.js'
import { failpoint } from '../failpoint.js'
import {
  endTransaction,
  type RawConnection,
  type RawResult,
  type StatementRunner,
  sendTogether,
  takeTransaction,
} from './sequelize-internals.js'
import type { OutgoingCall, StoredCall, UnitClaim } from './unit-claim.js'

/** The connection and transaction of a unit that has opened. */
export interface UnitHold {
  readonly connection: RawConnection
  readonly transaction: Transaction
}

/** Thrown inside a unit whose update was settled before: nothing of it may run. */
export class DuplicateUpdate extends UnitError {
  constructor(options?: ErrorOptions) {
    super('UNIT_DUPLICATE', 'This update was settled before; nothing of it is done again.', options)
  }
}

/** What a transaction needs of the unit's database. */
export interface TransactionHost {
  readonly sequelize: Sequelize
  /** Stores calls of a unit that handles no update. */
  storeOutgoing(connection: StatementRunner, outgoing: readonly OutgoingCall[]): Promise<StoredCall[]>
}

const savepoint = 'hello_handler'

/** See the file's purpose. Making one asks the pool for a connection. */
export class UnitTransaction {
  /** The connection, with BEGIN, claim and savepoint on their way. Rejects where the pool gives none. */
  readonly held: Promise<UnitHold>
  /** The same, once the server has answered all three. @throws DuplicateUpdate, or what the server refused. */
  readonly confirmed: Promise<UnitHold>
  /** Whether it may be settled before the server has confirmed that it is open. */
  readonly canSettleAtOnce: boolean
  readonly #host: TransactionHost
  readonly #claim: UnitClaim | undefined

  constructor(host: TransactionHost, claim: UnitClaim | undefined) {
    this.#host = host
    this.#claim = claim
    this.canSettleAtOnce = claim?.take === undefined
    const taken = takeTransaction(host.sequelize)
    // Reactions run in the order in which they were added: BEGIN leaves before any query that awaits `held`.
    this.confirmed = taken.then((hold) => this.#begin(hold))
    this.held = taken
    // Whoever joins awaits it; a unit that nobody joins any more must not end the process.
    this.confirmed.catch(() => undefined)
  }

  /** Settles, runs what `write` sends at once, and commits. The result tells what the server said of each. @throws what settling failed with before anything was sent. */
  async settleAndCommit(
    { connection }: UnitHold,
    outgoing: readonly OutgoingCall[],
    write: (connection: RawConnection) => Promise<unknown>[],
  ): Promise<[PromiseSettledResult<StoredCall[]>, PromiseSettledResult<RawResult>]> {
    FAILPOINT: failpoint('before-commit')
    sendTogether(connection)
    let isSent = false
    const watched: StatementRunner = {
      query(query) {
        isSent = true
        return connection.query(query)
      },
    }
    const settling = (async () => this.#settle(watched, outgoing))()
    // What fails before it reaches the server would not keep it from committing the rest.
    if (!isSent) await settling
    const settled = firstInOrder([settling, ...write(connection)])
    // Sent without waiting: where the server refuses one of these, it answers COMMIT with the tag ROLLBACK.
    return Promise.allSettled([settled, connection.query({ text: 'COMMIT' })])
  }

  /** Undoes the handler's writes, marks the claim as failed and commits that. `true` where the server confirmed all of it. */
  async failAndCommit({ connection }: UnitHold, error: unknown): Promise<boolean> {
    const claim = this.#claim
    if (claim?.fail === undefined) return this.rollback({ connection })
    sendTogether(connection)
    const [undone, marked, committed] = await Promise.allSettled([
      connection.query({ text: `ROLLBACK TO SAVEPOINT ${savepoint}` }),
      (async () => claim.fail?.(connection, error))(),
      connection.query({ text: 'COMMIT' }),
    ])
    return (
      undone.status === 'fulfilled' &&
      marked.status === 'fulfilled' &&
      committed.status === 'fulfilled' &&
      committed.value.command === 'COMMIT'
    )
  }

  /** Undoes everything. `true` where the server confirmed it. */
  rollback({ connection }: Pick<UnitHold, 'connection'>): Promise<boolean> {
    return connection.query({ text: 'ROLLBACK' }).then(
      () => true,
      () => false,
    )
  }

  /** Gives the connection back after a confirmed end, or closes it where its state is not certain. */
  release({ transaction }: UnitHold, how: 'release' | 'destroy'): void {
    endTransaction(this.#host.sequelize, transaction, how)
  }

  async #settle(connection: StatementRunner, outgoing: readonly OutgoingCall[]): Promise<StoredCall[]> {
    if (this.#claim !== undefined) return this.#claim.settle(connection, outgoing)
    if (outgoing.length > 0) return this.#host.storeOutgoing(connection, outgoing)
    return []
  }

  async #begin(hold: UnitHold): Promise<UnitHold> {
    const { connection, transaction } = hold
    sendTogether(connection)
    // All three leave at once, and the unit's first query behind them. Where BEGIN is refused the server still runs that
    // query, by itself: the connection is read-only outside of a transaction that says READ WRITE, so it can write
    // nothing. Any error of BEGIN ends the connection.
    const [begun, taken, saved] = await Promise.allSettled([
      connection.query({ text: 'BEGIN READ WRITE' }),
      (async () => this.#claim?.take?.(connection))(),
      this.#claim?.fail && connection.query({ text: `SAVEPOINT ${savepoint}` }),
    ])
    if (begun.status === 'rejected') {
      endTransaction(this.#host.sequelize, transaction, 'destroy')
      throw begun.reason
    }
    if (taken.status === 'rejected') throw taken.reason
    if (taken.value === false) throw new DuplicateUpdate()
    if (saved.status === 'rejected') throw saved.reason
    return hold
  }
}

/** What the first promise gives, once all have ended; else the first failure in their order, since those behind it fail because of it. */
async function firstInOrder<T>([first, ...others]: [Promise<T>, ...Promise<unknown>[]]): Promise<T> {
  const ends = await Promise.allSettled([first, ...others])
  for (const end of ends) if (end.status === 'rejected') throw end.reason
  return first
}
