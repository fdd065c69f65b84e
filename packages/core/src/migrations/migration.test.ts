/** What may be called a migration, and what each mistake is answered with. */
import { describe, expect, test } from 'vitest'
import { assertMigration, defineMigration } from './migration.js'

const up = () => undefined

test('freezes a migration and fills what was left out', () => {
  const migration = defineMigration({ name: '0001-create-users', up })
  expect(migration).toEqual({ name: '0001-create-users', up, after: [], transactional: true, checksum: true })
  expect(Object.isFrozen(migration)).toBe(true)
  expect(Object.isFrozen(migration.after)).toBe(true)
})

test('a change of the definition afterwards changes nothing', () => {
  const after = ['users/0001-create-users']
  const migration = defineMigration({ name: '0002-more', up, after })
  after.push('users/0002-other')
  expect(migration.after).toEqual(['users/0001-create-users'])
})

describe('MIGRATION_NAME', () => {
  test.each([undefined, '', '1-a', '0001', '0001_a', '0001-A', '0001-a/b', '00001-a', 1, null])(
    'refuses %j',
    (name) => {
      expect(() => defineMigration({ name, up } as never)).toThrow(
        expect.objectContaining({
          code: 'MIGRATION_NAME',
          message: expect.stringContaining('0001-create-users'),
        }),
      )
    },
  )
})

describe('MIGRATION_SHAPE', () => {
  test.each([
    [null, 'is null'],
    ['0001-a', 'is "0001-a"'],
    [{ name: '0001-a' }, '"up" must be a function, and is undefined'],
    [{ name: '0001-a', up: 'DROP' }, '"up" must be a function, and is "DROP"'],
    [{ name: '0001-a', up, down: 1 }, '"down" must be a function or absent, and is a number'],
    [
      { name: '0001-a', up, transactional: 'no' },
      '"transactional" must be true, false or absent, and is "no"',
    ],
    [{ name: '0001-a', up, checksum: 'no' }, '"checksum" must be true, false or absent, and is "no"'],
    [{ name: '0001-a', up, after: '0001-b' }, '"after" must be a list of ids'],
    [{ name: '0001-a', up, after: ['0001-b'] }, 'is a list ("0001-b")'],
    [
      { name: '0001-a', up, transaction: false },
      'unknown field transaction (known: name, up, down, transactional, checksum, after)',
    ],
  ])('refuses %j', (value, found) => {
    expect(() => defineMigration(value as never)).toThrow(
      expect.objectContaining({ code: 'MIGRATION_SHAPE', message: expect.stringContaining(found) }),
    )
  })

  test('names the plugin where it is known', () => {
    expect(() => assertMigration({ name: '0001-a' }, 'users')).toThrow('Migration "0001-a" of plugin "users"')
    expect(() => assertMigration(undefined, 'users')).toThrow('A migration of plugin "users" is undefined')
  })
})
