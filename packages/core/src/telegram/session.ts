/** The unit of work as plugins see it: the database and the outbox of one transaction. */
import type { Sequelize } from 'sequelize-typescript'
import type { Database } from '../database/database.js'
import { type SqlSession, UnitSqlSession } from '../database/session.js'
import type { Unit } from '../database/unit.js'
import { createOutbox, type UnitOutbox } from './outbox.js'

/** The unit of work of an update (or of `database.unit`). It costs nothing until its first query. */
export interface DatabaseSession extends SqlSession {
  /** Messages that leave with the unit's transaction. */
  readonly outbox: UnitOutbox
}

/** Opens units of work where no update is. */
export interface UnitRunner {
  /**
   * Runs `work` in one transaction: it returns, commit; it throws, everything is undone and the error passed on. What it
   * puts in `session.outbox` leaves with the commit. Inside a running unit it joins that one, as `attempt` does.
   *
   * @throws UnitError UNIT_ROLLED_BACK: a failed query was swallowed; nothing is kept.
   * @throws UnitError UNIT_OUTCOME_UNKNOWN: the connection was lost during COMMIT; look before you repeat.
   */
  unit<T>(work: (session: DatabaseSession) => Promise<T>): Promise<T>
}

/** The session of a unit, with its outbox. @internal */
export class UnitSession extends UnitSqlSession implements DatabaseSession {
  readonly outbox: UnitOutbox

  constructor(unit: Unit, sequelize: Sequelize, outbox = createOutbox((call) => unit.send(call))) {
    super(unit, sequelize)
    this.outbox = outbox
  }
}

/** What runs units of `database` for plugins. @internal */
export function createUnitRunner(database: Database): UnitRunner {
  return { unit: (work) => database.unitOf((unit) => work(new UnitSession(unit, database.sequelize))) }
}
