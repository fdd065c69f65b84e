/** One lock for the whole plan: whoever has it migrates, the others ask again until it is free. Held by the connection that migrates, so that neither outlives the other. */
import type pg from 'pg'
import { MigrationError } from '../errors.js'

/** Time as the lock sees it; tests hold their own. */
export interface LockClock {
  /** Milliseconds from a fixed point that does not move back. */
  nowMs(): number
  /** Resolves after this many milliseconds. */
  wait(ms: number): Promise<void>
}

/** Who has the lock. */
export interface LockHolder {
  /** Process id of the server's backend. */
  readonly pid: number
  readonly applicationName: string
  /** When its connection began; absent where this role may not see it. */
  readonly since?: Date
}

/** Options of {@link acquireMigrationLock}. */
export interface LockOptions {
  /** Longest wait. Integer ≥ 0; 0 = ask once. @default 60_000 */
  readonly deadlineMs?: number
  readonly clock?: LockClock
  /** Called once, when the lock is found taken. */
  readonly onWait?: (holder: LockHolder | undefined) => void
}

/** The lock, held. */
export interface MigrationLock {
  /** Backend that holds it; every migration checks that it runs on this one. */
  readonly pid: number
  /** Gives it back. Does not throw: the end of the connection does the same. */
  release(): Promise<void>
}

type Queryable = Pick<pg.Client, 'query'>

/** First key of the advisory lock: "MIGR" in ASCII, so that it stands out in pg_locks. */
const lockNamespace = 0x4d494752
const pollIntervalMs = 100

/**
 * Waits for the lock without blocking the server: a session that waits inside `pg_advisory_lock` holds a
 * snapshot, which makes CREATE INDEX CONCURRENTLY of the holder wait for it, and so both wait forever.
 *
 * @throws MigrationError MIGRATION_LOCKED: another process has it and the deadline passed.
 * @throws MigrationError MIGRATION_POOLER: consecutive queries ran on different backends. Nothing is held.
 */
export async function acquireMigrationLock(
  client: Queryable,
  options: LockOptions = {},
): Promise<MigrationLock> {
  const { deadlineMs = 60_000, clock = systemClock } = options
  const deadline = clock.nowMs() + deadlineMs
  const pid = await backendPid(client)
  for (let hasWaited = false; ; hasWaited = true) {
    const { rows } = await client.query(
      'SELECT pg_backend_pid() AS pid, pg_try_advisory_lock($1, hashtext(current_database())) AS locked',
      [lockNamespace],
    )
    if (rows[0].pid !== pid) throw poolerError()
    if (rows[0].locked) return { pid, release: () => release(client) }
    if (clock.nowMs() >= deadline) throw lockedError(await findLockHolder(client), deadlineMs)
    if (!hasWaited) options.onWait?.(await findLockHolder(client))
    await clock.wait(Math.min(pollIntervalMs, deadline - clock.nowMs()))
  }
}

/**
 * Refuses a pooler in transaction mode (PgBouncer and its like), where each query may run on another backend and
 * a lock is left behind on one of them. An idle pooler gives the same backend twice, so where the server's own
 * process id shows that something stands in between, a second connection is compared as well.
 *
 * @param connectAnother - opens a second connection to the same URL; it is ended here.
 * @throws MigrationError MIGRATION_POOLER. Nothing is held.
 */
export async function refusePooler(
  client: Queryable,
  connectAnother: () => Promise<pg.Client>,
): Promise<void> {
  const pid = await backendPid(client)
  if ((await backendPid(client)) !== pid) throw poolerError()
  // The process id that the server told at the start (BackendKeyData); the driver's types leave it out.
  if ((client as { processID?: number }).processID === pid) return
  const other = await connectAnother()
  try {
    const isShared = (await backendPid(other)) === pid
    if (isShared || (await backendPid(client)) !== pid) throw poolerError()
  } finally {
    await other.end()
  }
}

/** Says that the backend has changed between the lock and a migration. */
export function poolerError(): MigrationError {
  return new MigrationError(
    'MIGRATION_POOLER',
    'The queries of one connection ran on different backends: between here and Postgres stands a pooler in transaction mode, where a lock does not hold. Give DATABASE_URL the address of Postgres itself, or of a pooler in session mode.',
  )
}

const systemClock: LockClock = {
  nowMs: () => performance.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
}

async function backendPid(client: Queryable): Promise<number> {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid')
  return rows[0].pid
}

async function release(client: Queryable): Promise<void> {
  await client
    .query('SELECT pg_advisory_unlock($1, hashtext(current_database()))', [lockNamespace])
    .catch(() => undefined)
}

async function findLockHolder(client: Queryable): Promise<LockHolder | undefined> {
  const { rows } = await client.query(
    `SELECT l.pid, coalesce(a.application_name, '') AS "applicationName", a.backend_start AS since
     FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid = $1::int::oid
       AND l.objid = hashtext(current_database())::oid
       AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    [lockNamespace],
  )
  const [row] = rows
  return row && { pid: row.pid, applicationName: row.applicationName, ...(row.since && { since: row.since }) }
}

function lockedError(holder: LockHolder | undefined, deadlineMs: number): MigrationError {
  const who =
    holder === undefined
      ? 'it was given back just now'
      : `held by pid ${holder.pid} (application "${holder.applicationName}", connected since ${holder.since?.toISOString() ?? 'unknown'})`
  const way = holder === undefined ? '' : `, or end it with SELECT pg_terminate_backend(${holder.pid})`
  return new MigrationError(
    'MIGRATION_LOCKED',
    `Another process migrates this database: the lock was not free within ${deadlineMs} ms, ${who}. Wait for it${way}.`,
  )
}
