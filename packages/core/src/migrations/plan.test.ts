/** Code and database side by side, with arrays. */
import { describe, expect, test } from 'vitest'
import { StatementHash } from './checksum.js'
import { defineMigration } from './migration.js'
import type { KnownPlugin } from './order.js'
import { type AppliedMigration, inspectMigrations, type PlanOptions, planMigrations } from './plan.js'

const up = () => undefined

function plugin(name: string, ...names: string[]): KnownPlugin {
  return {
    plugin: name,
    requires: [],
    migrations: names.map((migration) => defineMigration({ name: migration, up })),
  }
}

/** What these plans do not ask for. */
const unknown = { checksum: '', appliedAt: new Date(0) }

function applied(...ids: string[]): AppliedMigration[] {
  return ids.map((id) => {
    const [plugin = '', name = ''] = id.split('/')
    return { plugin, name, state: 'done', ...unknown }
  })
}

function refusal(
  known: KnownPlugin[],
  rows: AppliedMigration[],
  options?: PlanOptions,
): { code: string; message: string } {
  try {
    planMigrations(known, rows, options)
  } catch (error) {
    return error as { code: string; message: string }
  }
  return expect.unreachable('planned')
}

test('an empty database gets everything', () => {
  const { pending, orphaned } = planMigrations([plugin('users', '0001-a', '0002-b')], [])
  expect(pending.map(({ id }) => id)).toEqual(['users/0001-a', 'users/0002-b'])
  expect(orphaned).toEqual([])
})

test('what is applied is not pending, what belongs to a removed plugin is orphaned', () => {
  const rows = applied('users/0001-a', 'gone/0001-x', 'gone/0002-y')
  const plan = planMigrations([plugin('users', '0001-a', '0002-b')], rows)
  expect(plan.pending.map(({ id }) => id)).toEqual(['users/0002-b'])
  expect(plan.orphaned).toEqual(['gone/0001-x', 'gone/0002-y'])
})

test('an inspection shows what is applied, and refuses nothing', () => {
  const rows = [
    ...applied('users/0001-a', 'users/0009-z'),
    { plugin: 'users', name: '0002-b', state: 'started' as const, ...unknown },
  ]
  const { applied: ids, problems } = inspectMigrations([plugin('users', '0001-a', '0002-b')], rows)
  expect(ids).toEqual(['users/0001-a'])
  expect(problems.map(({ code }) => code)).toEqual(['MIGRATION_DIRTY', 'MIGRATION_AHEAD'])
})

describe('MIGRATION_AHEAD', () => {
  const known = [plugin('users', '0001-a')]
  const rows = applied('users/0001-a', 'users/0002-b', 'users/0003-c')

  test('names what is newer, the newest of the code, and the flag', () => {
    const error = refusal(known, rows)
    expect(error.code).toBe('MIGRATION_AHEAD')
    expect(error.message).toContain('users/0002-b, users/0003-c')
    expect(error.message).toContain('is 0001-a')
    expect(error.message).toContain('--allow-ahead')
  })

  test('is let through by allowAhead', () => {
    expect(planMigrations(known, rows, { allowAhead: true }).pending).toEqual([])
  })

  test('a plugin that has no migrations any more', () => {
    expect(refusal([plugin('users')], applied('users/0001-a')).code).toBe('MIGRATION_AHEAD')
  })
})

test('MIGRATION_MISSING: one in between is lost, whatever the flags', () => {
  const known = [plugin('users', '0001-a', '0003-c')]
  const error = refusal(known, applied('users/0001-a', 'users/0002-b', 'users/0003-c'), { allowAhead: true })
  expect(error.code).toBe('MIGRATION_MISSING')
  expect(error.message).toContain('users/0002-b')
})

describe('MIGRATION_OUT_OF_ORDER', () => {
  const known = [plugin('users', '0001-a', '0002-b', '0003-c'), plugin('b', '0001-a')]

  test('names the pending one and those it is too late for', () => {
    const error = refusal(known, applied('users/0001-a', 'users/0003-c', 'b/0001-a'))
    expect(error.code).toBe('MIGRATION_OUT_OF_ORDER')
    expect(error.message).toMatch(/"users\/0002-b" .* users\/0003-c, .*--allow-out-of-order/)
  })

  test('is let through by allowOutOfOrder', () => {
    const plan = planMigrations(known, applied('users/0003-c'), { allowOutOfOrder: true })
    expect(plan.pending.map(({ id }) => id)).toEqual(['users/0001-a', 'users/0002-b', 'b/0001-a'])
  })

  test('does not look across plugins', () => {
    expect(planMigrations(known, applied('b/0001-a')).pending).toHaveLength(3)
  })
})

describe('MIGRATION_CHANGED', () => {
  const checksumsOf = (text: string) => {
    const hash = new StatementHash()
    hash.add(text)
    return hash.checksums()
  }
  const now = checksumsOf('SELECT 2')
  const recorded = new Map([['users/0001-a', now]])
  const problemsOf = (checksum: string) => {
    const row = { plugin: 'users', name: '0001-a', state: 'done' as const, checksum, appliedAt: new Date(0) }
    return inspectMigrations([plugin('users', '0001-a')], [row], {}, recorded).problems
  }

  test('names the migration, both checksums, the date, and the ways out', () => {
    const before = checksumsOf('SELECT 1').plain
    const [error] = problemsOf(before)
    expect(error?.code).toBe('MIGRATION_CHANGED')
    expect(error?.message).toContain(
      `"users/0001-a" has changed since it was applied (applied: ${before.slice(0, 12)}, 1970-01-01T00:00:00.000Z; now: ${now.plain.slice(0, 12)})`,
    )
    for (const way of ['write a new migration', 'remove the folder .hello', 'checksum: false']) {
      expect(error?.message).toContain(way)
    }
  })

  test('is none where either form of the checksum is that of the log', () => {
    expect(problemsOf(now.plain)).toEqual([])
    expect(problemsOf(now.exact)).toEqual([])
  })
})

test('MIGRATION_DIRTY gives both ways out; a removed plugin is left alone', () => {
  const rows: AppliedMigration[] = [
    { plugin: 'users', name: '0001-a', state: 'started', ...unknown },
    { plugin: 'gone', name: '0001-a', state: 'started', ...unknown },
  ]
  const error = refusal([plugin('users', '0001-a')], rows)
  expect(error.code).toBe('MIGRATION_DIRTY')
  expect(error.message).toContain(
    `UPDATE hello_migrations SET state = 'done' WHERE plugin = 'users' AND name = '0001-a'`,
  )
  expect(error.message).toContain(`DELETE FROM hello_migrations WHERE plugin = 'users'`)
})

test('several misfits come together', () => {
  const error = refusal(
    [plugin('users', '0001-a', '0002-b'), plugin('b', '0001-a')],
    applied('users/0002-b', 'b/0002-x'),
  )
  expect(error).toBeInstanceOf(AggregateError)
  expect((error as unknown as AggregateError).errors.map(({ code }) => code)).toEqual([
    'MIGRATION_AHEAD',
    'MIGRATION_OUT_OF_ORDER',
    'MIGRATION_OUT_OF_ORDER',
  ])
})
