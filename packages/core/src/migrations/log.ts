/** The table `hello_migrations`: which migrations this database has. Named with its schema everywhere, so that a migration that changes `search_path` cannot lead its own row astray. */
import type pg from 'pg'
import { describeDatabase } from '../database/client.js'
import { DatabaseError } from '../errors.js'
import { noChecksum } from './checksum.js'
import type { AppliedMigration } from './plan.js'

/** A row of `hello_migrations`. */
export interface MigrationRecord extends AppliedMigration {
  /** Version of core that applied it. */
  readonly coreVersion: string
  readonly durationMs: number
}

/** What is written when a migration has been applied. */
export type MigrationEntry = Omit<MigrationRecord, 'state' | 'appliedAt'>

type Key = Pick<AppliedMigration, 'plugin' | 'name'>

/** Opens the log without writing; absent where no migration was ever applied. */
export async function findMigrationLog(client: pg.Client): Promise<MigrationLog | undefined> {
  const { rows } = await client.query(
    `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c
     JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass('hello_migrations')`,
  )
  return rows.length === 0 ? undefined : new MigrationLog(client, rows[0].name)
}

/**
 * Opens the log and creates it where it is missing. To be called while the migration lock is held.
 *
 * @throws DatabaseError DB_FORBIDDEN: the role may not create tables; nothing was done.
 */
export async function createMigrationLog(client: pg.Client, url: string): Promise<MigrationLog> {
  const existing = await findMigrationLog(client)
  if (existing !== undefined) return existing
  try {
    await client.query(`CREATE TABLE hello_migrations (
      plugin text NOT NULL,
      name text NOT NULL,
      checksum text NOT NULL,
      core_version text NOT NULL,
      state text NOT NULL CHECK (state IN ('started', 'done')),
      duration_ms integer NOT NULL,
      applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (plugin, name)
    )`)
  } catch (error) {
    throw explainCreate(error, url)
  }
  return (await findMigrationLog(client)) as MigrationLog
}

/** Reads and writes the log on the connection, and so in the transaction, of the migration. */
export class MigrationLog {
  constructor(
    private readonly client: pg.Client,
    private readonly table: string,
  ) {}

  /** All rows, in the order in which they were applied. */
  async read(): Promise<MigrationRecord[]> {
    const { rows } = await this.client.query<MigrationRecord>(
      `SELECT plugin, name, state, checksum, core_version AS "coreVersion", duration_ms AS "durationMs",
         applied_at AS "appliedAt" FROM ${this.table} ORDER BY applied_at, plugin, name`,
    )
    return rows
  }

  /** Writes that a migration outside of a transaction begins, or begins to be undone. */
  async writeStarted({ plugin, name }: Key, coreVersion: string): Promise<void> {
    await this.client.query(
      `INSERT INTO ${this.table} AS log (plugin, name, checksum, core_version, state, duration_ms)
       VALUES ($1, $2, $4, $3, 'started', 0) ON CONFLICT (plugin, name) DO UPDATE SET state = 'started'`,
      [plugin, name, coreVersion, noChecksum],
    )
  }

  /** Writes that a migration is applied. */
  async writeDone({ plugin, name, checksum, coreVersion, durationMs }: MigrationEntry): Promise<void> {
    await this.client.query(
      `INSERT INTO ${this.table} AS log (plugin, name, checksum, core_version, state, duration_ms)
       VALUES ($1, $2, $3, $4, 'done', $5) ON CONFLICT (plugin, name) DO UPDATE
       SET checksum = excluded.checksum, state = 'done', duration_ms = excluded.duration_ms, applied_at = clock_timestamp()
       WHERE log.state = 'started'`,
      [plugin, name, checksum, coreVersion, durationMs],
    )
  }

  /** Writes another checksum of one that is applied. */
  async replaceChecksum({ plugin, name }: Key, checksum: string): Promise<void> {
    await this.client.query(
      `UPDATE ${this.table} SET checksum = $3 WHERE plugin = $1 AND name = $2 AND state = 'done'`,
      [plugin, name, checksum],
    )
  }

  /** Writes that a migration is undone. */
  async remove({ plugin, name }: Key): Promise<void> {
    await this.client.query(`DELETE FROM ${this.table} WHERE plugin = $1 AND name = $2`, [plugin, name])
  }
}

function explainCreate(error: unknown, url: string): unknown {
  const state = (error as { code?: string }).code
  // 3F000: the role has no right to use any schema of its search_path.
  if (state !== '42501' && state !== '3F000') return error
  return new DatabaseError(
    'DB_FORBIDDEN',
    `The role may not create tables in ${describeDatabase(url)}: ${(error as Error).message}. Make it the owner of the database, let an owner run GRANT USAGE, CREATE ON SCHEMA public TO this role, or migrate as another role.`,
    { cause: error },
  )
}
