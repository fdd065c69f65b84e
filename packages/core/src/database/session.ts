/** The database as services see it: models, SQL and savepoints that join the unit of work by themselves. */
import type { Model, ModelCtor, Repository, Sequelize } from 'sequelize-typescript'
import type { Appender } from './appender.js'
import type { Loader } from './loader.js'
import type { Sql } from './sql.js'
import type { Unit } from './unit.js'

/** A sequelize-typescript model bound to one app. Its queries join the unit of work. */
export type ModelRepository<M extends Model> = Repository<M>

/** The database in a unit of work. It costs nothing until its first query. */
export interface SqlSession {
  /**
   * SQL on the unit's transaction, prepared once for each connection. Values become parameters.
   *
   * @example
   * ```ts
   * const [row] = await session.sql<{ total: string }>`SELECT count(*) AS total FROM users WHERE role = ${role}`
   * ```
   * @throws UnitError UNIT_CLOSED: the unit has ended; nothing was run.
   */
  readonly sql: Sql
  /**
   * The row with this key, read in one statement with what other updates look for in the same moment; `undefined` where
   * there is none. A unit of work that only loads opens no transaction. See {@link defineLoader}.
   *
   * @throws UnitError UNIT_CLOSED: the unit has ended; nothing was read.
   */
  load<Key extends string | number, Row extends object>(
    loader: Loader<Key, Row>,
    key: Key,
  ): Promise<Row | undefined>
  /**
   * Writes a row with the commit, in one statement with the rows of other updates; nothing to wait for. What the server
   * refuses fails the update. See {@link defineAppender}.
   *
   * @throws UnitError UNIT_CLOSED: the unit has ended, so nothing would write it.
   */
  append<Row>(appender: Appender<Row>, row: Row): void
  /** The model bound to this app: `session.repository(User).findOne(…)`. The plugin's contract must name the model. */
  repository<M extends Model>(model: ModelCtor<M>): ModelRepository<M>
  /**
   * A savepoint around `work`: where it throws, what it wrote, put in the outbox or deferred is undone
   * and the error passed on; the unit goes on. One after the other, never two at once.
   *
   * @throws UnitError UNIT_ATTEMPT_OVERLAP: two ran at the same time; the unit cannot be kept.
   * @throws UnitError UNIT_ROLLED_BACK: a failed query was swallowed in it; what the attempt wrote is undone.
   */
  attempt<T>(work: () => Promise<T>): Promise<T>
  /**
   * Runs `work` once the commit is certain; its error is logged. It is lost with the process.
   *
   * @throws UnitError UNIT_CLOSED: the unit has ended, so nothing would run it.
   */
  afterCommit(work: () => unknown): void
  /** Aborted when the unit's deadline has passed. Pass it to slow calls. */
  readonly signal: AbortSignal
}

/**
 * The session of a unit. Its functions are its own, so that they can be taken out of it. The accessor stands on the
 * class: in an object literal it would keep each unit until the next full collection (docs/decisions/010).
 *
 * @internal
 */
export class UnitSqlSession implements SqlSession {
  readonly sql: SqlSession['sql']
  readonly load: SqlSession['load']
  readonly append: SqlSession['append']
  readonly repository: SqlSession['repository']
  readonly attempt: SqlSession['attempt']
  readonly afterCommit: SqlSession['afterCommit']
  readonly #unit: Unit

  constructor(unit: Unit, sequelize: Sequelize) {
    this.#unit = unit
    this.sql = unit.sql
    this.load = (loader, key) => unit.load(loader, key)
    this.append = (appender, row) => unit.append(appender, row)
    this.repository = (model) => sequelize.getRepository(model)
    this.attempt = (work) => unit.attempt(work)
    this.afterCommit = (work) => unit.defer(work)
  }

  get signal(): AbortSignal {
    return this.#unit.signal
  }
}
