/** Runs work in a unit and ends it: commit with its tag checked, failure recorded, or everything undone. Never reports success for what was rolled back. */
import type { AsyncLocalStorage } from 'node:async_hooks'
import { UnitError } from '../errors.js'
import type { TracedUpdate } from '../trace.js'
import { isConnectionLost, isInfrastructureFailure, sqlStateOf } from './failure.js'
import {
  DuplicateUpdate,
  type StoredCall,
  Unit,
  type UnitClaim,
  type UnitHold,
  type UnitHost,
} from './unit.js'

/** How a unit ended. */
export type UnitEnd<T> =
  /** Everything is in the database. */
  | { readonly outcome: 'committed'; readonly value: T; readonly stored: readonly StoredCall[] }
  /** No query was made, so there was nothing to commit. */
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
  /** Which unit the running code belongs to. */
  readonly current: AsyncLocalStorage<Unit>
  /**
   * Cancels the statement that a backend is running and waits for `end`, which is queued behind it;
   * ends the backend where that takes too long, and then gives `undefined`.
   */
  interrupt<T>(processId: number, end: Promise<T>): Promise<T | undefined>
}

/** What a unit is run for. */
export interface UnitOptions {
  readonly claim?: UnitClaim
  readonly traced?: TracedUpdate
  /** After so long the work is given up and undone. Integer > 0; none where absent. */
  readonly deadlineMs?: number
}

/** Runs `work` in a new unit; `after` of the unit is for the caller to run once the end is `committed` or `untouched`. Never throws. */
export async function runUnit<T>(
  environment: UnitEnvironment,
  options: UnitOptions,
  work: (unit: Unit) => Promise<T>,
): Promise<{ readonly unit: Unit; readonly end: UnitEnd<T> }> {
  const unit = new Unit(environment, options.claim, options.traced)
  let end: UnitEnd<T>
  try {
    const value = await environment.current.run(unit, () => withDeadline(unit, options.deadlineMs, work))
    end = await succeed(unit, value)
  } catch (error) {
    end = await fail(environment, unit, error)
  }
  return { unit, end }
}

async function withDeadline<T>(unit: Unit, deadlineMs: number | undefined, work: (unit: Unit) => Promise<T>) {
  if (deadlineMs === undefined) return work(unit)
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      unit.close('its deadline')
      reject(
        new UnitError(
          'UNIT_DEADLINE',
          `The handler was not done after ${deadlineMs} ms; what it wrote is undone.`,
        ),
      )
    }, deadlineMs)
  })
  try {
    return await Promise.race([work(unit), deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** Ends a unit whose work returned. @throws what `fail` has to deal with; the transaction then is still open or was never begun. */
async function succeed<T>(unit: Unit, value: T): Promise<UnitEnd<T>> {
  if (unit.running > 0) {
    throw new UnitError(
      'UNIT_NOT_AWAITED',
      `The handler returned while ${unit.running} of its queries had no answer yet; nothing was kept. Await every query.`,
    )
  }
  unit.close('the end of its handler')
  if (!unit.isOpen && unit.outgoing.length === 0) return { outcome: 'untouched', value }
  unit.ensureOpen()
  const hold = await unit.confirmed()
  if (unit.brokenBy !== undefined) throw unit.brokenBy
  const [settled, committed] = await unit.settleAndCommit(hold)
  if (committed.status === 'rejected') return endRefusedCommit(unit, hold, committed.reason)
  if (committed.value.command === 'COMMIT' && settled.status === 'fulfilled') {
    unit.release(hold, 'release')
    return { outcome: 'committed', value, stored: settled.value }
  }
  unit.release(hold, 'release')
  return endRolledBack(settled)
}

/** The server answered ROLLBACK to our COMMIT: a statement had failed, and the handler had not said so. */
function endRolledBack(settled: PromiseSettledResult<unknown>): UnitEnd<never> {
  const cause = settled.status === 'rejected' ? settled.reason : undefined
  if (cause !== undefined && isInfrastructureFailure(cause)) return { outcome: 'retry', error: cause }
  if (cause !== undefined && sqlStateOf(cause) !== '25P02')
    return { outcome: 'failed', error: cause, recorded: false }
  const error = new UnitError(
    'UNIT_ROLLED_BACK',
    'A query of this unit of work failed and the handler went on as if it had not, so PostgreSQL undid everything. Let the error pass, or put the query in session.attempt(…).',
  )
  return { outcome: 'failed', error, recorded: false }
}

async function endRefusedCommit(unit: Unit, hold: UnitHold, error: unknown): Promise<UnitEnd<never>> {
  if (isConnectionLost(error)) {
    unit.release(hold, 'destroy')
    return { outcome: 'unknown', error }
  }
  // A deferred constraint or a serialization failure: the server has undone the transaction and says so.
  unit.release(hold, 'release')
  if (isInfrastructureFailure(error)) return { outcome: 'retry', error }
  return { outcome: 'failed', error, recorded: false }
}

async function fail(environment: UnitEnvironment, unit: Unit, error: unknown): Promise<UnitEnd<never>> {
  unit.close('the failure of its handler')
  if (!unit.isOpen) return { outcome: 'failed', error, recorded: false }
  const hold = await unit.hold()
  if (hold === undefined) return { outcome: 'retry', error: unit.brokenBy ?? error }
  const opening = await unit.confirmed().then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  )
  if (opening !== undefined) return endFailedOpening(unit, hold, opening.reason)
  if (unit.brokenBy !== undefined) {
    unit.release(hold, 'destroy')
    return { outcome: 'retry', error: unit.brokenBy }
  }
  return recordFailure(environment, unit, hold, error)
}

async function endFailedOpening(unit: Unit, hold: UnitHold, reason: unknown): Promise<UnitEnd<never>> {
  const isDuplicate = reason instanceof DuplicateUpdate
  const undone = isDuplicate && (await hold.connection.query({ text: 'ROLLBACK' }).catch(() => undefined))
  unit.release(hold, undone ? 'release' : 'destroy')
  return isDuplicate ? { outcome: 'duplicate' } : { outcome: 'retry', error: reason }
}

async function recordFailure(
  environment: UnitEnvironment,
  unit: Unit,
  hold: UnitHold,
  error: unknown,
): Promise<UnitEnd<never>> {
  if (unit.running === 0) {
    const recorded = await unit.failAndCommit(hold, error)
    unit.release(hold, recorded ? 'release' : 'destroy')
    return { outcome: 'failed', error, recorded: recorded && unit.hasClaim }
  }
  // A destroyed socket alone would leave a backend that holds the row's lock until its statement ends.
  const recorded = await environment.interrupt(hold.connection.processID, unit.failAndCommit(hold, error))
  // A cancel may arrive late and hit the next statement, so a connection that was cancelled serves no other unit.
  unit.release(hold, 'destroy')
  return { outcome: 'failed', error, recorded: recorded === true && unit.hasClaim }
}
