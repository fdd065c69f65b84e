/** Corrects the log of migrations where a person says that the database is as it should be. Changes no table but the log. */
import { withClient } from '../database/client.js'
import { noChecksum } from './checksum.js'
import { choosePending } from './choose.js'
import { migrationId } from './order.js'
import { planMigrations } from './plan.js'
import { recordApplied, recordMigration } from './record-migration.js'
import { type MigratorOptions, migratorConnection, withMigrationLock } from './with-lock.js'

/**
 * Takes migrations as they are now, whose SQL has changed since they were applied (MIGRATION_CHANGED).
 *
 * @returns their ids
 * @throws as `migrate`. Nothing was done.
 */
export async function repairMigrations(options: MigratorOptions): Promise<readonly string[]> {
  const { databaseUrl, known } = options
  return withClient(databaseUrl, migratorConnection, (client) =>
    withMigrationLock(client, options, async ({ log }) => {
      const records = await log.read()
      const recorded = await recordApplied(known, records)
      const repaired: string[] = []
      for (const record of records) {
        const now = recorded.get(migrationId(record))
        if (now === undefined || record.checksum === now.plain) continue
        // One that differs in layout alone was never refused, and is written anew in passing.
        if (record.checksum !== now.exact) repaired.push(migrationId(record))
        await log.replaceChecksum(record, now.plain)
      }
      return repaired
    }),
  )
}

/** Options of {@link baselineMigrations}. */
export interface BaselineOptions extends MigratorOptions {
  /** `plugin/name`: the last that the database already has. @default all */
  readonly to?: string
}

/**
 * Writes down as applied what the database already has from elsewhere, without running it.
 *
 * @returns ids, in order
 * @throws MigrationError as `migrate`, and MIGRATION_TARGET. Nothing was done.
 */
export async function baselineMigrations(options: BaselineOptions): Promise<readonly string[]> {
  const { databaseUrl, known, coreVersion, to } = options
  return withClient(databaseUrl, migratorConnection, (client) =>
    withMigrationLock(client, options, async ({ log }) => {
      const records = await log.read()
      const { pending } = planMigrations(known, records, {}, await recordApplied(known, records))
      const chosen = choosePending(known, pending, to === undefined ? {} : { to })
      await client.query('BEGIN')
      for (const planned of chosen) {
        const checksum = (await recordMigration(planned))?.plain ?? noChecksum
        await log.writeDone({
          plugin: planned.plugin,
          name: planned.name,
          checksum,
          coreVersion,
          durationMs: 0,
        })
      }
      await client.query('COMMIT')
      return chosen.map(({ id }) => id)
    }),
  )
}
