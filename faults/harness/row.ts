/** What a row of the fault matrix is made of, and what it is given to run with. */
import type { Builds } from './builds.js'
import type { Tally } from './tally.js'

/** A fault, and how many trials of it are made. */
export interface Row {
  /** Its number in the matrix. */
  readonly number: number
  readonly fault: string
  /** How many trials a quick run makes. */
  readonly quick: number
  /** How many a full run makes. */
  readonly full: number
  /** Whether it mostly waits, so that others may run beside it. @default false */
  readonly waits?: boolean
  /** What a quick run does with shorter waits than a full one, for the table. */
  readonly scaledDown?: string
  run(run: RowRun): Promise<void>
}

/** A run of one row. */
export interface RowRun {
  /** How many trials to make. */
  readonly trials: number
  readonly isQuick: boolean
  readonly tally: Tally
  /** The PostgreSQL server of the run. */
  readonly postgresUrl: string
  readonly builds: Builds
  /** What the random choices of the row come from. */
  random(): number
  /** Takes everything that a bot has written, to be searched for secrets. */
  keepOutput(text: string): void
  /** Makes a text one that must stand in no output. */
  addSecret(text: string): void
  /** One line of progress. */
  say(text: string): void
  /** Closes something at the end of the row, last in, first out. */
  onEnd(close: () => unknown): void
}
