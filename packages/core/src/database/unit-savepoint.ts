/** What Sequelize takes for a transaction inside a unit of work: an attempt of the unit, on its connection. */
import { type Sequelize, Transaction } from 'sequelize'
import type { Unit } from './unit.js'
import type { Attempt } from './unit-attempts.js'
import type { UnitHold } from './unit-transaction.js'

/** See the file's purpose. The savepoint stands already; whoever makes it ends it. */
export class UnitSavepoint extends Transaction {
  readonly unit: Unit
  readonly attempt: Attempt

  constructor(sequelize: Sequelize, hold: UnitHold, unit: Unit, attempt: Attempt) {
    super(sequelize, { transaction: hold.transaction })
    this.unit = unit
    this.attempt = attempt
    Object.assign(this, { connection: hold.connection })
  }

  /** @throws what a query of it had failed with; what it wrote is then undone. */
  override async commit(): Promise<void> {
    try {
      await this.unit.releaseAttempt(this.attempt)
    } catch (error) {
      await this.rollback()
      // findOrCreate commits after its error: the same one passes on.
      throw this.attempt.failedBy ?? error
    }
  }

  override async rollback(): Promise<void> {
    await this.unit.undoAttempt(this.attempt)
  }

  // Sequelize would run it even where COMMIT failed.
  override afterCommit(work: (transaction: this) => unknown): void {
    this.unit.defer(() => work(this))
  }
}
