/** A job as an author writes it: background work of a plugin, run by one instance at a time, each run in a unit of work. */
import type { Duration } from '../config/duration.js'
import type { AnyContract, OptionsOf, UpdateServicesOf } from './contract.js'
import type { Schedule } from './schedule.js'

/** Nothing when the run is done, `'again'` where there is more to do. */
export type JobResult = void | 'again' | Promise<void> | Promise<'again' | undefined>

/** What a run is given. */
export interface JobContext<C extends AnyContract> {
  /** As in an update: everything in them joins the transaction of the run. */
  readonly services: UpdateServicesOf<C>
  readonly options: OptionsOf<C>
  /** The moment that the schedule says; a run that is caught up is later. */
  readonly scheduledFor: Date
  /** Aborted when the deadline has passed, and when the app stops. Return `'again'` then: what is left is done at the next start. */
  readonly signal: AbortSignal
}

/**
 * One job of a plugin.
 *
 * A run is a unit of work: it returns, and what it wrote is kept together with the mark that it ran, so that a kill at
 * any moment neither loses nor doubles it; it throws, and all of it is undone. What it does outside of the database it
 * may do twice.
 */
export interface Job<C extends AnyContract> {
  /** `every('15m')`, `daily('08:00', { timeZone })`, `cron(…)`, `once()`; or made of the plugin's options. */
  readonly schedule: Schedule | ((options: OptionsOf<C>) => Schedule)
  /** Longest pass. From 1 s to 1 h; while it waits for something else than the database, a transaction that is open ends after 30 s. @default '1m' */
  readonly deadline?: Duration
  /** How often a failed run is tried again, after 1, 2, 4 … 60 minutes, before its next time comes. Integer from 0 to 100. @default 3 */
  readonly retries?: number
  /** Does the work. Giving `'again'` commits this pass and runs the next one at once: long work in small transactions. */
  run(job: JobContext<C>): JobResult
}
