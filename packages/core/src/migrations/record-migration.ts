/** Finds out what a migration would send, without a database: `up` runs against a recorder that answers every statement with no rows. Whatever cannot be found out so is left open, and never an error. */
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises'
import { isChecksumOf, type MigrationChecksums, noChecksum, type RecordedChecksums } from './checksum.js'
import { MigrationRun } from './migration-run.js'
import { type KnownPlugin, migrationId, orderMigrations, type PlannedMigration } from './order.js'
import type { AppliedMigration } from './plan.js'

/** An `up` that only sends its statements is through in less than a millisecond. */
const defaultDeadlineMs = 1_000

/** Two recordings further apart than this differ where the SQL holds the time. */
const secondLookAfterMs = 10

/**
 * Records all applied migrations that can be compared, at the same time.
 *
 * @throws MigrationError what {@link orderMigrations} throws.
 */
export async function recordApplied(
  known: readonly KnownPlugin[],
  applied: readonly AppliedMigration[],
): Promise<RecordedChecksums> {
  const loggedOf = new Map(
    applied.filter(({ state }) => state === 'done').map((row) => [migrationId(row), row.checksum]),
  )
  const recorded = orderMigrations(known).map(async (planned) => {
    const logged = loggedOf.get(planned.id) ?? noChecksum
    const checksums = logged === noChecksum ? undefined : await recordTwice(planned, logged)
    return checksums === undefined ? [] : [[planned.id, checksums] as const]
  })
  return new Map((await Promise.all(recorded)).flat())
}

/**
 * Runs `up` against the recorder.
 *
 * @param deadlineMs longest wait for it. @default 1_000
 * @returns nothing where the statements cannot be known: `up` says so (`checksum: false`), reads an answer, fails,
 * does not await its queries, or is not through in time.
 */
export function recordMigration(
  planned: PlannedMigration,
  deadlineMs = defaultDeadlineMs,
): Promise<MigrationChecksums | undefined> {
  if (!planned.migration.checksum) return Promise.resolve(undefined)
  return record(planned, 'up', deadlineMs)
}

/** A statement as a migration sends it. */
export interface RecordedStatement {
  readonly text: string
  /** Of `$1 …`. */
  readonly values: readonly unknown[]
}

/**
 * The statements that a migration would send.
 *
 * @returns nothing where they cannot be known without running it, as in {@link recordMigration}
 */
export async function recordStatements(
  planned: PlannedMigration,
  direction: 'up' | 'down',
): Promise<readonly RecordedStatement[] | undefined> {
  if (!planned.migration.checksum) return undefined
  const statements: RecordedStatement[] = []
  const recorded = await record(planned, direction, defaultDeadlineMs, (statement) =>
    statements.push(statement),
  )
  return recorded && statements
}

function record(
  planned: PlannedMigration,
  direction: 'up' | 'down',
  deadlineMs: number,
  onStatement: (statement: RecordedStatement) => void = () => undefined,
): Promise<MigrationChecksums | undefined> {
  return new Promise((resolve) => {
    let isOver = false
    const end = (checksums?: MigrationChecksums) => {
      isOver = true
      clearTimeout(timer)
      resolve(checksums)
    }
    const timer = setTimeout(() => end(), deadlineMs)
    const query = async (text: string, values: readonly unknown[] = []) => {
      onStatement({ text, values })
      // In a turn of its own, as a database answers: a loop without end cannot hold up the timer.
      await nextTurn()
      // Code that goes on after the end waits for ever: a refusal could be a rejection that nobody handles.
      return isOver ? never() : { rows: watched(() => end()) }
    }
    const run = new MigrationRun({ query }, planned)
    play(planned, direction, run).then(end, () => end())
  })
}

async function play(
  { migration }: PlannedMigration,
  direction: 'up' | 'down',
  run: MigrationRun,
): Promise<MigrationChecksums | undefined> {
  await migration[direction]?.(run.context)
  return run.isIdle ? run.checksums() : undefined
}

/** Where the SQL seems to have changed, a second recording tells whether it is the same each time. */
async function recordTwice(
  planned: PlannedMigration,
  logged: string,
): Promise<MigrationChecksums | undefined> {
  const first = await recordMigration(planned)
  if (first === undefined || isChecksumOf(logged, first)) return first
  await delay(secondLookAfterMs)
  const second = await recordMigration(planned)
  return second?.exact === first.exact ? first : undefined
}

/** No rows; whoever looks at them is told of. */
function watched(onRead: () => void): object[] {
  return new Proxy<object[]>([], {
    get: (rows, key) => {
      // Every promise asks what it is resolved with for `then`.
      if (key !== 'then') onRead()
      return Reflect.get(rows, key)
    },
    has: (rows, key) => {
      onRead()
      return Reflect.has(rows, key)
    },
    ownKeys: (rows) => {
      onRead()
      return Reflect.ownKeys(rows)
    },
  })
}

function never(): Promise<never> {
  return new Promise(() => undefined)
}
