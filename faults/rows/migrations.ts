/** Rows 36 to 39: migrations raced, killed, broken, and built outside of a transaction. */
import { setTimeout as delay } from 'node:timers/promises'
import { createApp } from '@hello/core'
import { numberedBot } from '../bot/numbered-bot.js'
import { stepsPlugin } from '../bot/steps.js'
import { type Lab, openLab, until } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const migrationRows: readonly Row[] = [
  {
    number: 36,
    fault: 'four processes start at once on an empty database',
    quick: 10,
    full: 50,
    run: startTogether,
  },
  { number: 37, fault: 'kill -9 in the middle of a migration', quick: 24, full: 100, run: killMigrations },
  {
    number: 38,
    fault: 'a migration fails in the middle of a batch',
    quick: 10,
    full: 10,
    run: breakMigrations,
  },
  {
    number: 39,
    fault: 'CREATE INDEX CONCURRENTLY while another instance waits',
    quick: 10,
    full: 10,
    run: indexConcurrently,
  },
]

async function startTogether(run: RowRun): Promise<void> {
  const clean = await cleanSchema(run, 'well')
  for (let trial = 0; trial < run.trials; trial++) {
    const lab = await openLab(run, { people: 2 })
    const bots = await Promise.all(Array.from({ length: 4 }, () => lab.fork({ FAULTS_STEPS: 'well' })))
    await Promise.all(bots.map(({ started }) => started))
    lab.say(4)
    await lab.untilQuiet()
    const ends = await Promise.all(bots.map((bot) => bot.stop()))
    run.tally.breach('exit code not 0', ends.filter((end) => end !== 0).length)
    run.tally.expect((await schemaOf(lab)) === clean, 'another schema than a clean one')
    run.tally.add(await lab.judge())
    run.tally.trial()
  }
}

/** Three kills on each database, then a start that ends the work. */
async function killMigrations(run: RowRun): Promise<void> {
  const clean = await cleanSchema(run, 'well')
  const env = { FAULTS_STEPS: 'well', FAULTS_DO: 'migrate' }
  let inTheMiddle = 0
  while (run.tally.trials < run.trials) {
    const lab = await openLab(run, { people: 1 })
    for (let kill = 0; kill < 3; kill++) {
      const applied = await appliedCount(lab)
      const bot = await lab.fork(env)
      await until(async () => bot.child.exitCode !== null || (await isMigrating(lab)), {
        what: 'a migration ran',
        everyMs: 1,
      })
      await delay(run.random() * 120)
      await bot.kill()
      if ((await bot.ended) === 'SIGKILL') inTheMiddle += 1
      run.tally.expect((await appliedCount(lab)) >= applied, 'a migration was undone')
      run.tally.trial()
    }
    const last = await lab.fork(env)
    run.tally.expect((await last.ended) === 0, `the start behind the kills ended with ${await last.ended}`)
    run.tally.expect((await schemaOf(lab)) === clean, 'another schema than a clean one')
  }
  run.tally.figures.push(`${inTheMiddle} died while they migrated`)
}

async function breakMigrations(run: RowRun): Promise<void> {
  const clean = await cleanSchema(run, 'well')
  for (let trial = 0; trial < run.trials; trial++) {
    const lab = await openLab(run, { people: 1 })
    const bot = await lab.fork({ FAULTS_STEPS: 'broken', FAULTS_DO: 'migrate' })
    run.tally.expect((await bot.ended) === 1, `exit code ${await bot.ended}`)
    run.tally.expect(bot.output.includes('MIGRATION_FAILED'), 'no MIGRATION_FAILED')
    const steps = await lab.query<{ name: string }>(
      `SELECT name FROM hello_migrations WHERE plugin = 'steps'`,
    )
    run.tally.expect(steps.length === 6, `${steps.length} steps were kept, of 6`)
    const [half] = await lab.query<{ table: string | null }>(`SELECT to_regclass('step_0007') AS table`)
    run.tally.expect(half?.table === null, 'half of the broken step was kept')
    await migrate(lab, 'well')
    run.tally.expect((await schemaOf(lab)) === clean, 'another schema than a clean one')
    run.tally.trial()
  }
}

async function indexConcurrently(run: RowRun): Promise<void> {
  const clean = await cleanSchema(run, 'concurrent')
  for (let trial = 0; trial < run.trials; trial++) {
    const lab = await openLab(run, { people: 1 })
    const env = { FAULTS_STEPS: 'concurrent', FAULTS_DO: 'migrate' }
    const bots = [await lab.fork(env), await lab.fork(env)]
    const ends = await Promise.all(bots.map(({ ended }) => ended))
    run.tally.breach('exit code not 0', ends.filter((end) => end !== 0).length)
    run.tally.expect((await schemaOf(lab)) === clean, 'another schema than a clean one')
    run.tally.trial()
  }
}

async function migrate(lab: Lab, kind: string): Promise<void> {
  const app = createApp({ plugins: [numberedBot()(), stepsPlugin(kind)()] })
  await app.migrate({ env: (await lab.env({ LOG_LEVEL: 'silent' })) as Record<string, string> })
}

async function cleanSchema(run: RowRun, kind: string): Promise<string> {
  const lab = await openLab(run, { people: 1 })
  await migrate(lab, kind)
  return schemaOf(lab)
}

async function appliedCount(lab: Lab): Promise<number> {
  const [table] = await lab.query<{ log: string | null }>(`SELECT to_regclass('hello_migrations') AS log`)
  if (table?.log === null) return 0
  return (await lab.query('SELECT FROM hello_migrations')).length
}

async function isMigrating(lab: Lab): Promise<boolean> {
  const rows = await lab.query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(0.02)%' AND pid <> pg_backend_pid()`,
  )
  return rows.length > 0
}

/** Columns, indexes, constraints, what was applied and how many rows the steps have: as text, to be compared. */
async function schemaOf(lab: Lab): Promise<string> {
  const parts = [
    `SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
      WHERE table_schema = 'public' ORDER BY 1, 2`,
    `SELECT indexname, indexdef, indisvalid FROM pg_indexes JOIN pg_index ON indexrelid = (schemaname || '.' || indexname)::regclass
      WHERE schemaname = 'public' ORDER BY 1`,
    `SELECT conname, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2`,
    'SELECT plugin, name FROM hello_migrations ORDER BY 1, 2',
    `SELECT count(*) FROM step_0001 UNION ALL SELECT count(*) FROM step_0007 UNION ALL SELECT count(*) FROM step_0012`,
  ]
  const rows = []
  for (const part of parts) rows.push(...(await lab.query(part)))
  return JSON.stringify(rows)
}
