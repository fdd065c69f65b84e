/** One unit of work: nothing until the first query, then one connection and one transaction for everything that runs in it, whoever issues it. */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { UnitError } from '../errors.js'
import { type TracedUpdate, traceChannels, traceSql } from '../trace.js'
import { AppendedRows, type Appender } from './appender.js'
import { isInfrastructureFailure } from './failure.js'
import { type Loader, type Loads, selectOf } from './loader.js'
import { OpenQueries, tellPlace } from './open-queries.js'
import { compileSql, type Sql, type Statement } from './sql.js'
import { transactionControl } from './transaction-control.js'
import { type Attempt, AttemptStack } from './unit-attempts.js'
import type { OutgoingCall, UnitClaim } from './unit-claim.js'
import { type TransactionHost, type UnitHold, UnitTransaction } from './unit-transaction.js'

export type { OutgoingCall, StoredCall, UnitClaim } from './unit-claim.js'

/** Where running code belongs: to a unit, and within it to an attempt. */
export interface UnitScope {
  readonly unit: Unit
  readonly attempt: Attempt | undefined
}

/** Gives what log lines carry; asked for each line anew, since a unit goes from plugin to plugin. */
export type LogFields = () => Readonly<Record<string, unknown>>

/** What a unit needs of its database. */
export interface UnitHost extends TransactionHost {
  /** Reads outside of any transaction, many keys in one statement. */
  readonly loads: Loads
  /** Which unit and attempt the running code belongs to. */
  readonly current: AsyncLocalStorage<UnitScope>
  /** Whether each query notes where it is made, for the error of one that is not awaited. */
  readonly keepsPlaces: boolean
}

const deadline = 'its deadline'

/** See the file's purpose. Made for each update; `runUnit` ends it. */
export class Unit {
  /** Calls to store with the commit, in order. */
  readonly outgoing: OutgoingCall[] = []
  /** Rows to write with the commit. */
  readonly appended = new AppendedRows()
  /** Work to run after the commit, in order. */
  readonly afterCommit: (() => unknown)[] = []
  readonly logFields: LogFields | undefined
  /** The update that it handles, for those who listen. */
  readonly traced: TracedUpdate | undefined
  /** Whether a call of the Bot API was made in it, which nothing undoes. */
  hasSent = false
  readonly #host: UnitHost
  readonly #claim: UnitClaim | undefined
  readonly #attempts = new AttemptStack()
  readonly #open: OpenQueries
  #transaction: UnitTransaction | undefined
  #hold: UnitHold | undefined
  #closedBy: string | undefined
  #abort: AbortController | undefined
  #brokenBy: unknown
  #failedBy: unknown
  /** Why appended rows could not be sent ahead of a query. */
  #unwritable: unknown

  constructor(host: UnitHost, claim?: UnitClaim, traced?: TracedUpdate, logFields?: LogFields) {
    this.#host = host
    this.#claim = claim
    this.traced = traced
    this.logFields = logFields
    this.#open = new OpenQueries(host.keepsPlaces)
  }

  /** Whether there is something to store with the commit. */
  get hasWrites(): boolean {
    return this.outgoing.length > 0 || !this.appended.isEmpty
  }

  /** The transaction, once a query has asked for it. */
  get transaction(): UnitTransaction | undefined {
    return this.#transaction
  }

  /** Whether a query has opened its transaction and its work goes on. */
  get isOpen(): boolean {
    return this.#transaction !== undefined && this.#closedBy === undefined
  }

  /** Whether it has a claim that records a failure. */
  get recordsFailure(): boolean {
    return this.#claim?.fail !== undefined
  }

  /** The fault of the infrastructure that ended the transaction, whatever the handler made of it; the work may be tried again. */
  get brokenBy(): unknown {
    return this.#brokenBy
  }

  /** The first failed query outside of any attempt: why the server will undo everything. */
  get failedBy(): unknown {
    return this.#failedBy
  }

  /** The misuse for which nothing of the unit may be kept, whatever the handler made of it. */
  get spoiledBy(): unknown {
    return this.#attempts.spoiledBy ?? this.#unwritable
  }

  /** How many queries and attempts have not ended yet. */
  get running(): number {
    return this.#open.size + this.#attempts.depth
  }

  /** @throws UnitError UNIT_NOT_AWAITED: names what has not ended. */
  assertAllAwaited(): void {
    if (this.running > 0) throw this.#open.notAwaited(this.#attempts.depth)
  }

  /** Aborted when the unit's deadline has passed. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#closedBy === deadline) this.#abort.abort()
    return this.#abort.signal
  }

  /** Runs `query` on the unit's connection, in the caller's attempt or in the one given; opens the transaction if it is the first. `text` names it where nobody awaits it. */
  async join<T>(
    query: (hold: UnitHold) => Promise<T>,
    attempt = this.#attempts.isEmpty ? undefined : this.callersAttempt(),
    text?: string,
  ): Promise<T> {
    this.#assertLive()
    this.#attempts.assertTurnOf(attempt)
    const transaction = this.open()
    const asked = this.#open.begin(text)
    try {
      if (this.#hold === undefined) {
        this.#hold = await transaction.held
        this.#assertLive()
      }
      const writing = this.#writeAppended(this.#hold)
      // Where the opening failed (a duplicate, a lost connection), its answer comes first and explains the query's.
      const [, , answer] = await Promise.all([transaction.confirmed, writing, query(this.#hold)])
      return answer
    } catch (error) {
      if (isInfrastructureFailure(error)) this.#brokenBy ??= error
      if (attempt !== undefined) attempt.failedBy ??= error
      else this.#failedBy ??= error
      if (this.#closedBy !== undefined) tellPlace(error, asked)
      throw error
    } finally {
      this.#open.end(asked)
    }
  }

  /** SQL on the unit's transaction; see {@link Sql}. */
  readonly sql: Sql = async <Row extends object>(
    strings: TemplateStringsArray,
    ...values: readonly unknown[]
  ) => {
    const query = compileSql(strings, values)
    if (query.control !== undefined) throw transactionControl(query.control)
    return this.#query<Row>(query)
  }

  /** The row with this key; see `defineLoader`. */
  async load<Key extends string | number, Row extends object>(
    loader: Loader<Key, Row>,
    key: Key,
  ): Promise<Row | undefined> {
    this.#assertLive()
    const statement = selectOf(loader, [key])
    if (this.#transaction !== undefined || !this.appended.isEmpty)
      return (await this.#query<Row>(statement)).find((row) => loader.keyOf(row) === key)
    const asked = this.#open.begin(statement.text)
    try {
      return await this.traceSql(() => statement.text, this.#host.loads.load(loader, key))
    } catch (error) {
      if (isInfrastructureFailure(error)) this.#brokenBy ??= error
      throw error
    } finally {
      this.#open.end(asked)
    }
  }

  /** Writes a row with the commit; see `defineAppender`. @throws UnitError UNIT_CLOSED */
  append<Row>(appender: Appender<Row>, row: Row): void {
    this.#assertLive()
    this.appended.add(appender, row)
  }

  /** Publishes a statement's time where somebody listens; `shown` gives what may be seen of its text. */
  traceSql<T>(shown: () => string, answer: Promise<T>): Promise<T> {
    return traceChannels.sql.hasSubscribers ? traceSql(this.traced, shown(), answer) : answer
  }

  /** A savepoint around `work`: where it throws, what it wrote, sent to the outbox or deferred is undone, and the unit goes on. */
  async attempt<T>(work: (attempt: Attempt) => Promise<T>, parent?: Attempt): Promise<T> {
    const attempt = await this.beginAttempt(parent)
    try {
      const value = await this.#host.current.run({ unit: this, attempt }, () => work(attempt))
      await this.releaseAttempt(attempt)
      return value
    } catch (error) {
      await this.undoAttempt(attempt)
      throw error
    }
  }

  /** Sets the savepoint of an attempt within `parent`. `isLoose`: ended by hand, so queries that name no attempt are part of it. */
  async beginAttempt(parent = this.callersAttempt(), isLoose = false): Promise<Attempt> {
    this.#assertLive()
    const attempt = this.#attempts.push(parent, isLoose, this.outgoing.length, this.afterCommit.length)
    try {
      await this.#control(`SAVEPOINT ${attempt.name}`, attempt)
      return attempt
    } catch (error) {
      this.#attempts.end(attempt)
      throw error
    }
  }

  /** Keeps what an attempt did. @throws UnitError UNIT_ROLLED_BACK: one of its queries failed and that was swallowed; the attempt is still to be undone. */
  async releaseAttempt(attempt: Attempt): Promise<void> {
    const { failedBy } = attempt
    try {
      await this.#control(`RELEASE SAVEPOINT ${attempt.name}`, attempt)
    } catch (error) {
      if (failedBy === undefined || this.#closedBy !== undefined) throw error
      throw new UnitError(
        'UNIT_ROLLED_BACK',
        'A query in session.attempt(…) failed and the attempt went on as if it had not, so what the attempt wrote is undone. Let the error pass.',
        { cause: failedBy },
      )
    }
    this.#attempts.end(attempt)
  }

  /** Undoes what an attempt did, if it has not ended. Never throws: where undoing fails, the whole unit is not kept. */
  async undoAttempt(attempt: Attempt): Promise<void> {
    if (attempt.hasEnded || this.#closedBy !== undefined) return
    this.outgoing.length = attempt.outgoingBefore
    this.afterCommit.length = attempt.afterCommitBefore
    // What was appended before was written before its savepoint.
    this.appended.clear()
    const { name } = attempt
    try {
      await this.#control(`ROLLBACK TO SAVEPOINT ${name}; RELEASE SAVEPOINT ${name}`, attempt)
      this.#brokenBy = undefined
    } catch (error) {
      this.#failedBy ??= attempt.failedBy ?? error
    }
    this.#attempts.end(attempt)
  }

  /** The attempt that the running code belongs to. */
  callersAttempt(): Attempt | undefined {
    const scope = this.#host.current.getStore()
    return scope?.unit === this ? scope.attempt : undefined
  }

  /** Stores a call with the commit. @throws UnitError UNIT_CLOSED */
  send(call: OutgoingCall): void {
    this.#assertLive()
    this.outgoing.push(call)
  }

  /** Defers work to the commit. @throws UnitError UNIT_CLOSED */
  defer(work: () => unknown): void {
    this.#assertLive()
    this.afterCommit.push(work)
  }

  /** Refuses every later query; `reason` stands in the error. */
  close(reason: string): void {
    this.#closedBy ??= reason
  }

  /** Closes it because its time is over, and aborts its signal. */
  expire(): void {
    this.close(deadline)
    if (this.#closedBy === deadline) this.#abort?.abort()
  }

  /** Asks for the transaction if no query has. */
  open(): UnitTransaction {
    this.#transaction ??= new UnitTransaction(this.#host, this.#claim)
    return this.#transaction
  }

  async #query<Row extends object>(query: Statement): Promise<Row[]> {
    const { rows } = await this.join(
      ({ connection }) => this.traceSql(() => query.text, connection.query(query)),
      undefined,
      query.text,
    )
    return rows as unknown as Row[]
  }

  /** Sends what waits to be appended ahead of a query, so that the query sees it. */
  async #writeAppended({ connection }: UnitHold): Promise<void> {
    if (this.appended.isEmpty) return
    let statements: readonly Statement[]
    try {
      statements = this.appended.statements()
    } catch (error) {
      this.#unwritable ??= error
      throw error
    } finally {
      this.appended.clear()
    }
    await Promise.all(statements.map((each) => this.traceSql(() => each.text, connection.query(each))))
  }

  async #control(text: string, attempt: Attempt): Promise<void> {
    await this.join(({ connection }) => connection.query({ text }), attempt)
  }

  #assertLive(): void {
    if (this.#closedBy === undefined) return
    throw new UnitError(
      'UNIT_CLOSED',
      `A unit of work was used after it was closed by ${this.#closedBy}. Await everything before the handler returns.`,
    )
  }
}
