/** What is undone to come back to a migration, with arrays. */
import { expect, test } from 'vitest'
import { defineMigration } from './migration.js'
import type { KnownPlugin } from './order.js'
import type { AppliedMigration } from './plan.js'
import { planDown } from './plan-down.js'

const nothing = () => undefined
const migration = (name: string, more: object = {}) =>
  defineMigration({ name, up: nothing, down: nothing, ...more })

const known: KnownPlugin[] = [
  {
    plugin: 'users',
    requires: [],
    migrations: [migration('0001-a'), migration('0002-b'), migration('0003-c', { down: undefined })],
  },
  {
    plugin: 'events',
    requires: ['users'],
    migrations: [migration('0001-a'), migration('0002-b', { after: ['users/0002-b'] })],
  },
]

/** What these plans do not ask for. */
const unknown = { checksum: '', appliedAt: new Date(0) }

function applied(...ids: string[]): AppliedMigration[] {
  return ids.map((id) => {
    const [plugin = '', name = ''] = id.split('/')
    return { plugin, name, state: 'done', ...unknown }
  })
}

const idsOf = (rows: AppliedMigration[], to?: string) => planDown(known, rows, to).map(({ id }) => id)

function codesOf(rows: AppliedMigration[], to?: string): string[] {
  try {
    planDown(known, rows, to)
    return []
  } catch (error) {
    return (error instanceof AggregateError ? error.errors : [error]).map(
      ({ code }: { code: string }) => code,
    )
  }
}

test('without a target the one that was applied last goes', () => {
  expect(idsOf(applied('users/0001-a', 'events/0001-a', 'users/0002-b'))).toEqual(['users/0002-b'])
  expect(idsOf(applied('users/0001-a', 'gone/0001-a'))).toEqual(['users/0001-a'])
  expect(idsOf([])).toEqual([])
})

test('the target stays, later ones of its plugin go, the newest first', () => {
  expect(idsOf(applied('events/0001-a', 'events/0002-b', 'users/0001-a'), 'events/0001-a')).toEqual([
    'events/0002-b',
  ])
  expect(idsOf(applied('events/0001-a', 'events/0002-b'), 'events/0002-b')).toEqual([])
})

test('plugin/0 undoes all of a plugin', () => {
  expect(idsOf(applied('events/0001-a', 'events/0002-b', 'users/0001-a'), 'events/0')).toEqual([
    'events/0002-b',
    'events/0001-a',
  ])
})

test('MIGRATION_NO_DOWN', () => {
  expect(codesOf(applied('users/0001-a', 'users/0002-b', 'users/0003-c'), 'users/0002-b')).toEqual([
    'MIGRATION_NO_DOWN',
  ])
})

test('MIGRATION_DEPENDENTS: another says after it', () => {
  const rows = applied('users/0001-a', 'users/0002-b', 'events/0001-a', 'events/0002-b')
  expect(() => planDown(known, rows, 'users/0001-a')).toThrow(
    expect.objectContaining({
      code: 'MIGRATION_DEPENDENTS',
      message: expect.stringContaining('events/0002-b depends on it'),
    }),
  )
})

test('MIGRATION_DEPENDENTS: a plugin that requires this one still has tables', () => {
  expect(codesOf(applied('users/0001-a', 'events/0001-a'), 'users/0')).toEqual(['MIGRATION_DEPENDENTS'])
  expect(codesOf(applied('users/0001-a'), 'users/0')).toEqual([])
})

test('MIGRATION_TARGET: never applied, unknown, or not an id', () => {
  const rows = applied('users/0001-a')
  for (const to of ['users/0002-b', 'nobody/0', 'users', '0001-a', ''])
    expect(codesOf(rows, to)).toEqual(['MIGRATION_TARGET'])
})

test('MIGRATION_MISSING: what the code does not have cannot be undone', () => {
  expect(codesOf(applied('users/0001-a', 'users/0007-x'), 'users/0001-a')).toEqual(['MIGRATION_MISSING'])
})

test('MIGRATION_DIRTY: what is half done is not undone', () => {
  expect(codesOf([{ plugin: 'users', name: '0001-a', state: 'started', ...unknown }])).toEqual([
    'MIGRATION_DIRTY',
  ])
})
