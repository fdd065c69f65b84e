/** One app's database: a pool for units of work, and one connection for the app's own short statements. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import type { ModelCtor } from 'sequelize-typescript'
import { UnitError } from '../errors.js'
import type { PoolUsage } from '../gauges.js'
import type { Logger } from '../logger.js'
import { runAfterCommit } from './after-commit.js'
import { connectClient } from './client.js'
import { isConnectionLost } from './failure.js'
import { Loads } from './loader.js'
import { runUnit, type UnitEnd, type UnitEnvironment, type UnitOptions } from './run-unit.js'
import {
  endTransaction,
  GuardedClient,
  poolUsageOf,
  type RawQuery,
  type RawResult,
  type StatementRunner,
  takeTransaction,
} from './sequelize-internals.js'
import { type SqlSession, UnitSqlSession } from './session.js'
import type { LogFields, Unit, UnitScope } from './unit.js'
import type { OutgoingCall, StoredCall } from './unit-claim.js'
import { UnitSequelize } from './unit-sequelize.js'

/** How the database is used. All times in milliseconds. */
export interface DatabaseOptions {
  /** `postgresql://user:password@host:port/name`. */
  readonly url: string
  /** Connections in all, besides the leader's: one for the app, the others for units. Integer ≥ 3. */
  readonly poolSize: number
  readonly statementTimeoutMs: number
  readonly queryTimeoutMs: number
  readonly lockTimeoutMs: number
  readonly idleInTransactionTimeoutMs: number
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string
  readonly models: readonly ModelCtor[]
  readonly logger: Logger
  /** Whether the error of a query that is not awaited tells where it was made; costs some microseconds a query. */
  readonly keepsPlaces: boolean
  /** Stores the outbox of a unit that handles no update. */
  storeOutgoing(connection: StatementRunner, outgoing: readonly OutgoingCall[]): Promise<StoredCall[]>
  /** Told what a unit outside of an update has stored. */
  onStored(stored: readonly StoredCall[]): void
  /** Told what work that such a unit has deferred to its commit throws. */
  onDeferredError(error: unknown): void
}

/** Options of {@link Database.unitOf}. */
export interface OwnUnitOptions extends Pick<UnitOptions, 'deadlineMs'> {
  /** Told what deferred work throws, in place of the database's `onDeferredError`. */
  onDeferredError?(error: unknown): void
}

const cancelPatienceMs = 2_000

/** See the file's purpose. Opening it does no I/O; `connect` does. */
export class Database {
  readonly sequelize: UnitSequelize
  readonly #options: DatabaseOptions
  /** Of the unit whose deferred work runs: it is closed by then, and no query belongs to it. */
  readonly deferredFor = new AsyncLocalStorage<LogFields>()
  readonly #current = new AsyncLocalStorage<UnitScope>()
  readonly #service: pg.Pool
  readonly #environment: UnitEnvironment

  constructor(options: DatabaseOptions) {
    this.#options = options
    const driver = driverOptions(options)
    this.sequelize = new UnitSequelize({
      url: options.url,
      current: this.#current,
      models: options.models,
      poolMax: options.poolSize - 1,
      driver,
    })
    this.#service = new pg.Pool({
      connectionString: options.url,
      max: 1,
      idleTimeoutMillis: 0,
      Client: GuardedClient,
      ...driver,
    })
    this.#service.on('error', (error) =>
      options.logger.warn({ err: error }, 'The service connection was lost'),
    )
    this.#environment = {
      sequelize: this.sequelize,
      current: this.#current,
      keepsPlaces: options.keepsPlaces,
      loads: new Loads(async (statement) => (await this.#read(statement)).rows),
      storeOutgoing: options.storeOutgoing,
      interrupt: (processId, end) => this.#interrupt(processId, end),
    }
  }

  /** Checks that the server can be reached and used. @throws DatabaseError with what stands against it. */
  async connect(): Promise<void> {
    const client = await connectClient(this.#options.url, { applicationName: this.#options.applicationName })
    await client.end()
  }

  /** How the connections for units are used at this moment. */
  get poolUsage(): PoolUsage {
    return poolUsageOf(this.sequelize, this.#options.poolSize - 1)
  }

  /** A short statement of the app itself, outside of any unit. */
  async query(query: RawQuery): Promise<RawResult> {
    return (await this.#service.query(query as pg.QueryConfig)) as RawResult
  }

  /** Runs work in a unit and says how it ended; for updates, whose end is more than a value. */
  run<T>(options: UnitOptions, work: (unit: Unit) => Promise<T>): Promise<{ unit: Unit; end: UnitEnd<T> }> {
    return runUnit(this.#environment, options, work)
  }

  /** The unit of work that the running code is in. */
  get currentUnit(): Unit | undefined {
    return this.#current.getStore()?.unit
  }

  /** Runs work in a unit that handles no update; inside of one it is an attempt of that. @throws UnitError UNIT_ROLLED_BACK, UNIT_OUTCOME_UNKNOWN, and what `work` throws */
  unit<T>(work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.unitOf((unit) => work(new UnitSqlSession(unit, this.sequelize)))
  }

  /** The same with the unit itself, for what core builds on it. */
  async unitOf<T>(
    work: (unit: Unit) => Promise<T>,
    { onDeferredError = this.#options.onDeferredError, ...options }: OwnUnitOptions = {},
  ): Promise<T> {
    const current = this.currentUnit
    if (current !== undefined) return current.attempt(() => work(current))
    const { unit, end } = await this.run(options, work)
    const value = keptValue(end)
    if (end.outcome === 'committed' && end.stored.length > 0) this.#options.onStored(end.stored)
    await runAfterCommit(unit, this.#options.logger, onDeferredError)
    return value
  }

  /** What a log line that is written here carries. */
  logFields(): ReturnType<LogFields> | undefined {
    return (this.#current.getStore()?.unit.logFields ?? this.deferredFor.getStore())?.()
  }

  /** Closes every connection. Units must have ended. */
  async close(): Promise<void> {
    await Promise.allSettled([this.sequelize.close(), this.#service.end()])
  }

  /** A statement on a connection for units, in no transaction: there it can only read. */
  async #read(query: RawQuery): Promise<RawResult> {
    const { connection, transaction } = await takeTransaction(this.sequelize)
    try {
      const result = await connection.query(query)
      endTransaction(this.sequelize, transaction, 'release')
      return result
    } catch (error) {
      endTransaction(this.sequelize, transaction, isConnectionLost(error) ? 'destroy' : 'release')
      throw error
    }
  }

  async #interrupt<T>(processId: number, end: Promise<T>): Promise<T | undefined> {
    await this.query({ text: 'SELECT pg_cancel_backend($1)', values: [processId] }).catch(() => undefined)
    const patience = new AbortController()
    const ended = await Promise.race([
      end.finally(() => patience.abort()),
      delay(cancelPatienceMs, undefined, { signal: patience.signal, ref: false }).catch(() => undefined),
    ])
    if (ended === undefined) {
      await this.query({ text: 'SELECT pg_terminate_backend($1)', values: [processId] }).catch(
        () => undefined,
      )
    }
    return ended
  }
}

function keptValue<T>(end: UnitEnd<T>): T {
  switch (end.outcome) {
    case 'committed':
    case 'untouched':
      return end.value
    case 'unknown':
      throw new UnitError(
        'UNIT_OUTCOME_UNKNOWN',
        'The connection was lost while the answer to COMMIT was awaited: the work may or may not be in the database. Look before you repeat it.',
        { cause: end.error },
      )
    case 'duplicate':
      throw new UnitError(
        'UNIT_DUPLICATE',
        'This unit of work was settled before; nothing of it is done again.',
      )
    default:
      throw end.error
  }
}

function driverOptions(options: DatabaseOptions) {
  return {
    application_name: options.applicationName,
    keepAlive: true,
    connectionTimeoutMillis: 5_000,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.queryTimeoutMs,
    lock_timeout: options.lockTimeoutMs,
    idle_in_transaction_session_timeout: options.idleInTransactionTimeoutMs,
  }
}
