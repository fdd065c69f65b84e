/** One unit of work: nothing until the first query, then one connection and one transaction for everything that runs in it, whoever issues it. */
import type { Sequelize, Transaction } from 'sequelize'
import { UnitError } from '../errors.js'
import { type TracedUpdate, traceChannels } from '../trace.js'
import { isInfrastructureFailure } from './failure.js'
import {
  endTransaction,
  type RawConnection,
  type RawQuery,
  type RawResult,
  takeTransaction,
} from './sequelize-internals.js'
import { compileSql, type Sql } from './sql.js'

/** A call of the Bot API that is stored with the transaction and made after it. */
export interface OutgoingCall {
  /** The chat whose order it keeps. */
  readonly chatId: number | string
  readonly method: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** The inbox row that a unit takes when it opens and settles when it ends. */
export interface UnitClaim {
  /** Locks the row; `false` where it is settled already. */
  take(connection: RawConnection): Promise<boolean>
  /** Settles the row and stores what is to be sent, in the unit's transaction. */
  settle(connection: RawConnection, outgoing: readonly OutgoingCall[]): Promise<StoredCall[]>
  /** Marks the row as failed, in the unit's transaction, after the handler's own writes are undone. */
  fail(connection: RawConnection, error: unknown): Promise<void>
}

/** An {@link OutgoingCall} that stands in the outbox. */
export interface StoredCall extends OutgoingCall {
  /** Its number in the outbox: a bigint, as text. */
  readonly id: string
}

/** What a unit needs of its database. */
export interface UnitHost {
  readonly sequelize: Sequelize
  /** Stores calls of a unit that handles no update. */
  storeOutgoing(connection: RawConnection, outgoing: readonly OutgoingCall[]): Promise<StoredCall[]>
}

/** The connection and transaction of a unit that has opened. */
export interface UnitHold {
  readonly connection: RawConnection
  readonly transaction: Transaction
}

/** Thrown inside a unit whose update was settled before: nothing of it may run. */
export class DuplicateUpdate extends UnitError {}

interface Opening {
  /** The connection, with BEGIN on its way. */
  readonly held: Promise<UnitHold>
  /** BEGIN, the claim and the savepoint were answered. */
  readonly confirmed: Promise<void>
}

const savepoint = 'hello_handler'

/** See the file's purpose. Made for each update; `runUnit` ends it. */
export class Unit {
  /** Calls to store with the commit, in order. */
  readonly outgoing: OutgoingCall[] = []
  /** Work to run after the commit, in order. */
  readonly afterCommit: (() => unknown)[] = []
  readonly #host: UnitHost
  readonly #claim: UnitClaim | undefined
  readonly #traced: TracedUpdate | undefined
  readonly #attempts: string[] = []
  #opening: Opening | undefined
  #hold: UnitHold | undefined
  #closedBy: string | undefined
  #running = 0
  #attemptCount = 0
  #abort: AbortController | undefined
  #brokenBy: unknown

  constructor(host: UnitHost, claim?: UnitClaim, traced?: TracedUpdate) {
    this.#host = host
    this.#claim = claim
    this.#traced = traced
  }

  /** Whether a query has opened the transaction. */
  get isOpen(): boolean {
    return this.#opening !== undefined
  }

  /** The fault of the infrastructure that ended the transaction, whatever the handler made of it; the work may be tried again. */
  get brokenBy(): unknown {
    return this.#brokenBy
  }

  /** How many queries have not been answered yet. */
  get running(): number {
    return this.#running
  }

  /** Aborted when the unit's deadline has passed. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#closedBy === 'its deadline') this.#abort.abort()
    return this.#abort.signal
  }

  /** Runs `query` on the unit's connection; opens the transaction if it is the first. */
  async join<T>(query: (hold: UnitHold) => Promise<T>): Promise<T> {
    this.#assertLive()
    this.#opening ??= this.#open()
    this.#running++
    try {
      const hold = this.#hold ?? (await this.#opening.held)
      this.#assertLive()
      // Where the opening failed (a duplicate, a lost connection), its answer comes first and explains the query's.
      const [, answer] = await Promise.all([this.#opening.confirmed, query(hold)])
      return answer
    } catch (error) {
      if (isInfrastructureFailure(error)) this.#brokenBy = error
      throw error
    } finally {
      this.#running--
    }
  }

  /** SQL on the unit's transaction; see {@link Sql}. */
  readonly sql: Sql = async <Row extends object>(
    strings: TemplateStringsArray,
    ...values: readonly unknown[]
  ) => {
    const query = compileSql(strings, values)
    const result = await this.join(({ connection }) => this.traceSql(query.text, connection.query(query)))
    return result.rows as unknown as Row[]
  }

  /** Publishes a statement's time where somebody listens. */
  async traceSql<T>(text: string, answer: Promise<T>): Promise<T> {
    if (!traceChannels.sql.hasSubscribers) return answer
    const startedAtMs = performance.now()
    let ok = false
    try {
      const value = await answer
      ok = true
      return value
    } finally {
      traceChannels.sql.publish({ ...this.#traced, text, durationMs: performance.now() - startedAtMs, ok })
    }
  }

  /** A savepoint around `work`: where it throws, what it wrote, sent to the outbox or deferred is undone, and the unit goes on. */
  async attempt<T>(work: () => Promise<T>): Promise<T> {
    const name = `hello_attempt_${++this.#attemptCount}`
    const [calls, deferred] = [this.outgoing.length, this.afterCommit.length]
    await this.#control(`SAVEPOINT ${name}`)
    this.#attempts.push(name)
    try {
      const value = await work()
      this.#endAttempt(name)
      await this.#control(`RELEASE SAVEPOINT ${name}`)
      return value
    } catch (error) {
      if (this.#attempts.at(-1) === name) this.#attempts.pop()
      if (this.#closedBy === undefined) {
        this.outgoing.length = calls
        this.afterCommit.length = deferred
        await this.#undoTo(name, error)
      }
      throw error
    }
  }

  /** Refuses every later query; `reason` stands in the error. */
  close(reason: string): void {
    this.#closedBy ??= reason
    if (reason === 'its deadline') this.#abort?.abort()
  }

  /** Opens the transaction where only the outbox has something to store. */
  ensureOpen(): void {
    this.#opening ??= this.#open()
  }

  /** The connection, once BEGIN, claim and savepoint are answered. */
  async confirmed(): Promise<UnitHold> {
    const opening = this.#opening as Opening
    const [hold] = await Promise.all([opening.held, opening.confirmed])
    return hold
  }

  /** The connection if the pool has given one, whatever the answers. */
  async hold(): Promise<UnitHold | undefined> {
    return this.#opening?.held.catch(() => undefined)
  }

  /** Settles and commits. The result tells what the server said of each. */
  async settleAndCommit({
    connection,
  }: UnitHold): Promise<[PromiseSettledResult<StoredCall[]>, PromiseSettledResult<RawResult>]> {
    const settled = this.#settle(connection)
    // Sent without waiting: where settling fails, the server answers COMMIT with the tag ROLLBACK.
    return Promise.allSettled([settled, connection.query({ text: 'COMMIT' })])
  }

  /** Whether it handles an update, so that a failure is recorded. */
  get hasClaim(): boolean {
    return this.#claim !== undefined
  }

  /** Undoes the handler's writes, marks the claim as failed and commits that. `true` where the server confirmed it. */
  async failAndCommit({ connection }: UnitHold, error: unknown): Promise<boolean> {
    if (this.#claim === undefined) {
      return connection.query({ text: 'ROLLBACK' }).then(
        () => true,
        () => false,
      )
    }
    const [undone, marked, committed] = await Promise.allSettled([
      connection.query({ text: `ROLLBACK TO SAVEPOINT ${savepoint}` }),
      this.#claim.fail(connection, error),
      connection.query({ text: 'COMMIT' }),
    ])
    return (
      undone.status === 'fulfilled' &&
      marked.status === 'fulfilled' &&
      committed.status === 'fulfilled' &&
      committed.value.command === 'COMMIT'
    )
  }

  /** Gives the connection back after a clean end, or closes it where its state is not certain. */
  release({ transaction }: UnitHold, how: 'release' | 'destroy'): void {
    endTransaction(this.#host.sequelize, transaction, how)
  }

  #settle(connection: RawConnection): Promise<StoredCall[]> {
    if (this.#claim !== undefined) return this.#claim.settle(connection, this.outgoing)
    if (this.outgoing.length > 0) return this.#host.storeOutgoing(connection, this.outgoing)
    return Promise.resolve([])
  }

  #open(): Opening {
    const held = takeTransaction(this.#host.sequelize)
    const confirmed = held.then((hold) => {
      this.#hold = hold
      return this.#begin(hold)
    })
    // Whoever joins awaits it; a unit that nobody joins any more must not end the process.
    confirmed.catch(() => undefined)
    return { held, confirmed }
  }

  async #begin({ connection, transaction }: UnitHold): Promise<void> {
    // All three leave at once, and the unit's first query behind them. A BEGIN that is refused would let that query
    // commit by itself, so its text is constant and any error of it ends the connection.
    const begun = connection.query({ text: 'BEGIN' })
    const taken = this.#claim?.take(connection)
    const saved = this.#claim && connection.query({ text: `SAVEPOINT ${savepoint}` })
    const [begin, take, save] = await Promise.allSettled([begun, taken, saved])
    if (begin.status === 'rejected') {
      endTransaction(this.#host.sequelize, transaction, 'destroy')
      throw begin.reason
    }
    if (take.status === 'rejected') throw take.reason
    if (take.value === false) {
      throw new DuplicateUpdate(
        'UNIT_DUPLICATE',
        'This update was settled before; nothing of it is done again.',
      )
    }
    if (save.status === 'rejected') throw save.reason
  }

  async #control(text: string): Promise<void> {
    await this.join(({ connection }) => connection.query({ text } satisfies RawQuery))
  }

  async #undoTo(name: string, cause: unknown): Promise<void> {
    try {
      await this.#control(`ROLLBACK TO SAVEPOINT ${name}`)
      this.#brokenBy = undefined
    } catch {
      // The connection is gone: the first error says why, and brokenBy keeps the unit from committing.
      this.#brokenBy ??= cause
    }
  }

  #endAttempt(name: string): void {
    if (this.#attempts.at(-1) !== name) {
      throw new UnitError(
        'UNIT_ATTEMPT_OVERLAP',
        'Two attempts of one unit of work ran at the same time, so undoing one would undo the other. Await each session.attempt(…) before the next.',
      )
    }
    this.#attempts.pop()
  }

  #assertLive(): void {
    if (this.#closedBy === undefined) return
    throw new UnitError(
      'UNIT_CLOSED',
      `A query was made after its unit of work was closed by ${this.#closedBy}. Await every query before the handler returns.`,
    )
  }
}
