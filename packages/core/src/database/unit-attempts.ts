/** The attempts of one unit, one inside the other: whose turn it is, so that undoing one never undoes another's work. Pure: the savepoints are set by `unit.ts`. */
import { UnitError } from '../errors.js'

/** A savepoint and what was in the unit when it was set. */
export interface Attempt {
  /** Of the savepoint. */
  readonly name: string
  readonly parent: Attempt | undefined
  /** Ended by hand (a Sequelize transaction without a callback): queries that name no attempt are part of it. */
  readonly isLoose: boolean
  readonly outgoingBefore: number
  readonly afterCommitBefore: number
  /** Its first failed query. */
  failedBy: unknown
  hasEnded: boolean
}

/** See the file's purpose. */
export class AttemptStack {
  #innermost: Attempt | undefined
  #count = 0
  #spoiledBy: UnitError | undefined

  /** Whether there was never an attempt, so that nobody needs to ask whose turn it is. */
  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** How many are under way. */
  get depth(): number {
    let depth = 0
    for (let attempt = this.#innermost; attempt !== undefined; attempt = attempt.parent) depth++
    return depth
  }

  /** Set once two attempts overlapped: what is whose cannot be told any more. */
  get spoiledBy(): UnitError | undefined {
    return this.#spoiledBy
  }

  /** Starts one inside `parent`. @throws UnitError UNIT_ATTEMPT_OVERLAP, UNIT_CLOSED */
  push(
    parent: Attempt | undefined,
    isLoose: boolean,
    outgoingBefore: number,
    afterCommitBefore: number,
  ): Attempt {
    assertRunning(parent)
    if (parent !== this.#innermost) throw this.#overlap()
    const name = `hello_attempt_${++this.#count}`
    const start = { outgoingBefore, afterCommitBefore, failedBy: undefined, hasEnded: false }
    this.#innermost = { name, parent, isLoose, ...start }
    return this.#innermost
  }

  /** Ends one and those that are still under way inside it. */
  end(attempt: Attempt): void {
    while (!attempt.hasEnded && this.#innermost !== undefined) {
      this.#innermost.hasEnded = true
      this.#innermost = this.#innermost.parent
    }
  }

  /** @throws UnitError UNIT_ATTEMPT_OVERLAP: a query of `attempt` would land in another one. UNIT_CLOSED: `attempt` has ended. */
  assertTurnOf(attempt: Attempt | undefined): void {
    if (attempt === this.#innermost) return
    assertRunning(attempt)
    let reached = this.#innermost
    while (reached?.isLoose && reached !== attempt) reached = reached.parent
    if (reached !== attempt) throw this.#overlap()
  }

  #overlap(): UnitError {
    this.#spoiledBy ??= new UnitError(
      'UNIT_ATTEMPT_OVERLAP',
      'Two attempts of one unit of work, or an attempt and a query beside it, ran at the same time, so undoing one would undo the other; nothing is kept. Await each session.attempt(…), sequelize.transaction(…) and findOrCreate(…) before the next query.',
    )
    return this.#spoiledBy
  }
}

function assertRunning(attempt: Attempt | undefined): void {
  if (!attempt?.hasEnded) return
  throw new UnitError(
    'UNIT_CLOSED',
    'A query was made after its attempt had ended. Await every query before the work of session.attempt(…) returns.',
  )
}
