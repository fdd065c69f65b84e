/** Runs work in a unit and ends it: commit with its tag checked, failure recorded, or everything undone. Never reports success for what was rolled back. */
import { setTimeout as delay } from 'node:timers/promises'
import { UnitError } from '../errors.js'
import { failpoint } from '../failpoint.js'
import type { TracedUpdate } from '../trace.js'
import { isConnectionLost, isInfrastructureFailure, sqlStateOf } from './failure.js'
import { type LogFields, Unit, type UnitHost } from './unit.js'
import type { StoredCall, UnitClaim } from './unit-claim.js'
import { DuplicateUpdate, type UnitHold, type UnitTransaction } from './unit-transaction.js'

/** How a unit ended. */
export type UnitEnd<T> =
  /** Everything is in the database. */
  | { readonly outcome: 'committed'; readonly value: T; readonly stored: readonly StoredCall[] }
  /** No transaction was opened. What the unit has to write, if anything, is left to the caller of `leavesWrites`. */
  | { readonly outcome: 'untouched'; readonly value: T }
  /** The work threw; nothing of it is kept. `recorded` says whether the claim is marked in the database already. */
  | { readonly outcome: 'failed'; readonly error: unknown; readonly recorded: boolean }
  /** The claim was settled before; nothing was done. */
  | { readonly outcome: 'duplicate' }
  /** The infrastructure failed; nothing is kept and the work may be tried again. */
  | { readonly outcome: 'retry'; readonly error: unknown }
  /** The answer to COMMIT was lost: only the claim's row can tell. */
  | { readonly outcome: 'unknown'; readonly error: unknown }

/** What a unit runs on. */
export interface UnitEnvironment extends UnitHost {
  /**
   * Cancels the statement that a backend is running and waits for `end`, which is queued behind it;
   * ends the backend where that takes too long, and then gives `undefined`.
   */
  interrupt<T>(processId: number, end: Promise<T>): Promise<T | undefined>
}

/** What a unit is run for. */
export interface UnitOptions {
  readonly claim?: UnitClaim
  /** Whether a unit that has made no query leaves what it appends and sends to the caller, who commits it with that of others. @default false */
  readonly leavesWrites?: boolean
  readonly traced?: TracedUpdate
  /** What log lines that are written in it carry. */
  readonly logFields?: LogFields
  /** After so long the work is given up and undone. Integer > 0; none where absent. */
  readonly deadlineMs?: number
}

/** How long the other queries of a failed handler may take to end by themselves before they are cancelled. */
const stragglerPatienceMs = 100

/** Runs `work` in a new unit; `afterCommit` of the unit is for the caller to run once the end is `committed` or `untouched`. Never throws. */
export async function runUnit<T>(
  environment: UnitEnvironment,
  options: UnitOptions,
  work: (unit: Unit) => Promise<T>,
): Promise<{ readonly unit: Unit; readonly end: UnitEnd<T> }> {
  const unit = new Unit(environment, options.claim, options.traced, options.logFields)
  let end: UnitEnd<T>
  try {
    const scope = { unit, attempt: undefined }
    const value = await environment.current.run(scope, () => withDeadline(unit, options.deadlineMs, work))
    end = await succeed(unit, value, options.leavesWrites === true)
  } catch (error) {
    end = await fail(environment, unit, error)
  }
  return { unit, end }
}

/** Written by hand: a race of promises costs each update as much as the rest of its unit. */
function withDeadline<T>(
  unit: Unit,
  deadlineMs: number | undefined,
  work: (unit: Unit) => Promise<T>,
): Promise<T> {
  if (deadlineMs === undefined) return work(unit)
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      unit.expire()
      reject(
        new UnitError(
          'UNIT_DEADLINE',
          `The handler was not done after ${deadlineMs} ms; what it wrote is undone.`,
        ),
      )
    }, deadlineMs)
    work(unit).then(
      (value) => {
        clearTimeout(timer)
        resolve(value)
      },
      (error: unknown) => {
        clearTimeout(timer)
        reject(error)
      },
    )
  })
}

/** Ends a unit whose work returned. @throws what `fail` has to deal with; the transaction then is still open or was never begun. */
async function succeed<T>(unit: Unit, value: T, leavesWrites: boolean): Promise<UnitEnd<T>> {
  unit.assertAllAwaited()
  unit.close('the end of its handler')
  const refused = unit.brokenBy ?? unit.spoiledBy
  if (refused !== undefined) throw refused
  if (unit.transaction === undefined && (leavesWrites || !unit.hasWrites))
    return { outcome: 'untouched', value }
  const transaction = unit.open()
  const hold = await (transaction.canSettleAtOnce ? transaction.held : transaction.confirmed)
  const statements = unit.appended.statements()
  const [settled, committed] = await transaction.settleAndCommit(hold, unit.outgoing, (connection) =>
    statements.map((each) => unit.traceSql(() => each.text, connection.query(each))),
  )
  FAILPOINT: failpoint('after-commit')
  if (committed.status === 'rejected') return endRefusedCommit(transaction, hold, committed.reason)
  // Only now: where the answer to BEGIN was lost with that to COMMIT, both may have been done. Where BEGIN was refused,
  // what came after it could write nothing, and COMMIT says that it went well.
  await transaction.confirmed
  // COMMIT and ROLLBACK are both an end of the transaction, so the connection is as good as new.
  transaction.release(hold, 'release')
  if (committed.value.command !== 'COMMIT') return endRolledBack(settled, unit.failedBy)
  // Settled, though what the server answered to it could not be read.
  if (settled.status === 'rejected') return { outcome: 'unknown', error: settled.reason }
  return { outcome: 'committed', value, stored: settled.value }
}

/** The server answered ROLLBACK to our COMMIT: a statement had failed, and the handler had not said so. */
function endRolledBack(settled: PromiseSettledResult<unknown>, failedBy: unknown): UnitEnd<never> {
  const cause = settled.status === 'rejected' ? settled.reason : undefined
  if (cause instanceof DuplicateUpdate) return { outcome: 'duplicate' }
  if (cause !== undefined && isInfrastructureFailure(cause)) return { outcome: 'retry', error: cause }
  if (cause !== undefined && sqlStateOf(cause) !== '25P02')
    return { outcome: 'failed', error: cause, recorded: false }
  const error = new UnitError(
    'UNIT_ROLLED_BACK',
    'A query of this unit of work failed and the handler went on as if it had not, so PostgreSQL undid everything. Let the error pass, or put the query in session.attempt(…).',
    { cause: failedBy },
  )
  return { outcome: 'failed', error, recorded: false }
}

function endRefusedCommit(transaction: UnitTransaction, hold: UnitHold, error: unknown): UnitEnd<never> {
  if (isConnectionLost(error)) {
    transaction.release(hold, 'destroy')
    return { outcome: 'unknown', error }
  }
  // A deferred constraint or a serialization failure: the server has undone the transaction and says so.
  transaction.release(hold, 'release')
  if (isInfrastructureFailure(error)) return { outcome: 'retry', error }
  return { outcome: 'failed', error, recorded: false }
}

async function fail(environment: UnitEnvironment, unit: Unit, error: unknown): Promise<UnitEnd<never>> {
  unit.close('the failure of its handler')
  const { transaction } = unit
  if (transaction === undefined) {
    if (unit.brokenBy !== undefined) return { outcome: 'retry', error: unit.brokenBy }
    return { outcome: 'failed', error, recorded: false }
  }
  const hold = await transaction.held.catch(() => undefined)
  if (hold === undefined) return { outcome: 'retry', error: unit.brokenBy ?? error }
  try {
    await transaction.confirmed
  } catch (reason) {
    return endFailedOpening(transaction, hold, reason)
  }
  if (unit.brokenBy === undefined) return recordFailure(environment, unit, hold, error)
  // After a deadlock the connection is as good as ever; after its loss nothing can be asked of it.
  const isUsable = unit.running === 0 && !isConnectionLost(unit.brokenBy)
  const undone = isUsable && (await transaction.rollback(hold))
  transaction.release(hold, undone ? 'release' : 'destroy')
  return { outcome: 'retry', error: unit.brokenBy }
}

async function endFailedOpening(
  transaction: UnitTransaction,
  hold: UnitHold,
  reason: unknown,
): Promise<UnitEnd<never>> {
  const isDuplicate = reason instanceof DuplicateUpdate
  const undone = isDuplicate && (await transaction.rollback(hold))
  transaction.release(hold, undone ? 'release' : 'destroy')
  return isDuplicate ? { outcome: 'duplicate' } : { outcome: 'retry', error: reason }
}

async function recordFailure(
  environment: UnitEnvironment,
  unit: Unit,
  hold: UnitHold,
  error: unknown,
): Promise<UnitEnd<never>> {
  const transaction = unit.open()
  const hasStragglers = unit.running > 0
  let ending: Promise<boolean | undefined> = transaction.failAndCommit(hold, error)
  let isInterrupted = false
  if (hasStragglers) {
    // The rest of a Promise.all ends by itself in a moment. What is slow is cancelled: a destroyed socket alone
    // would leave a backend that holds the row's lock until its statement ends.
    isInterrupted = unit.signal.aborted || !(await endsWithin(ending, stragglerPatienceMs))
    if (isInterrupted) ending = environment.interrupt(hold.connection.processID, ending)
  }
  const recorded = await ending
  // A cancel may arrive late and hit the next statement, so a connection that was cancelled serves no other unit.
  transaction.release(hold, recorded && !isInterrupted ? 'release' : 'destroy')
  return { outcome: 'failed', error, recorded: recorded === true && unit.recordsFailure }
}

/** Whether it resolves in time. It goes on where it does not. */
export async function endsWithin(ending: Promise<unknown>, patienceMs: number): Promise<boolean> {
  const patience = new AbortController()
  const late = delay(patienceMs, false, { signal: patience.signal }).catch(() => false)
  const isEnded = await Promise.race([ending.then(() => true), late])
  patience.abort()
  return isEnded
}
