/** One order across all plugins, with arrays. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineMigration } from './migration.js'
import { type KnownPlugin, orderMigrations } from './order.js'

/** `plugin('users', ['0001-a', '0002-b'])`; a migration with `after` as a pair. */
function plugin(
  name: string,
  migrations: (string | [string, string[]])[],
  requires: string[] = [],
): KnownPlugin {
  return {
    plugin: name,
    requires,
    migrations: migrations.map((entry) => {
      const [migration, after] = typeof entry === 'string' ? [entry, []] : entry
      return defineMigration({ name: migration, after, up: () => undefined })
    }),
  }
}

const idsOf = (known: readonly KnownPlugin[]) => orderMigrations(known).map(({ id }) => id)

function codesOf(known: readonly KnownPlugin[]): unknown[] {
  try {
    orderMigrations(known)
    return []
  } catch (error) {
    return (error instanceof AggregateError ? error.errors : [error]).map(
      ({ code }: { code: string }) => code,
    )
  }
}

describe('order', () => {
  test('by requires, then by name', () => {
    const known = [
      plugin('users', ['0002-b', '0001-a']),
      plugin('analytics', ['0001-c'], ['users']),
      plugin('bare', []),
    ]
    expect(idsOf(known)).toEqual(['users/0001-a', 'users/0002-b', 'analytics/0001-c'])
  })

  test('after lets a plugin wait for one that it does not require', () => {
    const known = [plugin('a', ['0001-a', ['0002-b', ['b/0001-a']]]), plugin('b', ['0001-a', '0002-b'])]
    expect(idsOf(known)).toEqual(['a/0001-a', 'b/0001-a', 'a/0002-b', 'b/0002-b'])
  })

  test('what a plugin requires by way of one without migrations still comes first', () => {
    const known = [
      plugin('c', [['0001-a', ['d/0001-a']]]),
      plugin('b', [], ['c']),
      plugin('a', ['0001-a'], ['b']),
      plugin('d', ['0001-a']),
    ]
    expect(idsOf(known)).toEqual(['d/0001-a', 'c/0001-a', 'a/0001-a'])
  })

  test('every migration once, after all that it waits for', () => {
    const sizes = fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 5 })
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.nat()), (counts, numbers) => {
        const pick = () => numbers.next().value as number
        const known = counts.map((count, index) =>
          plugin(
            `p${index}`,
            Array.from({ length: count }, (_, at): [string, string[]] => {
              const other = index === 0 ? 0 : pick() % index
              const size = counts[other] ?? 0
              const after =
                index > 0 && size > 0 && pick() % 2 === 0 ? [`p${other}/000${pick() % size}-m`] : []
              return [`000${at}-m`, after]
            }),
            index > 0 && pick() % 2 === 0 ? [`p${pick() % index}`] : [],
          ),
        )
        const ids = idsOf(known)
        expect([...ids].sort()).toEqual(
          known.flatMap((one) => one.migrations.map(({ name }) => `${one.plugin}/${name}`)).sort(),
        )
        for (const one of known) {
          for (const { name, after } of one.migrations) {
            for (const wanted of after)
              expect(ids.indexOf(wanted)).toBeLessThan(ids.indexOf(`${one.plugin}/${name}`))
          }
        }
      }),
    )
  })
})

describe('refusals', () => {
  test('MIGRATION_DUPLICATE', () => {
    expect(() => orderMigrations([plugin('users', ['0001-a', '0001-a', '0001-a'])])).toThrow(
      expect.objectContaining({
        code: 'MIGRATION_DUPLICATE',
        message: expect.stringContaining('"users/0001-a"'),
      }),
    )
    expect(codesOf([plugin('a', ['0001-a']), plugin('b', ['0001-a'])])).toEqual([])
  })

  test('MIGRATION_AFTER_UNKNOWN says what was found', () => {
    const known = [plugin('users', ['0001-a']), plugin('b', [['0001-b', ['users/0009-x']]])]
    expect(() => orderMigrations(known)).toThrow(
      expect.objectContaining({
        code: 'MIGRATION_AFTER_UNKNOWN',
        message: expect.stringContaining('found for "users": 0001-a'),
      }),
    )
  })

  test('all mistakes at once', () => {
    expect(codesOf([plugin('a', ['0001-a', '0001-a', ['0002-b', ['x/0001-a']]])])).toEqual([
      'MIGRATION_DUPLICATE',
      'MIGRATION_AFTER_UNKNOWN',
    ])
  })

  test('MIGRATION_CYCLE prints the ring and the reason of each step', () => {
    const known = [
      plugin('users', [['0001-a', ['analytics/0001-b']]]),
      plugin('analytics', ['0001-b'], ['users']),
    ]
    expect(() => orderMigrations(known)).toThrow(
      expect.objectContaining({
        code: 'MIGRATION_CYCLE',
        message: expect.stringContaining(
          'users/0001-a → analytics/0001-b (after) → users/0001-a (analytics requires users)',
        ),
      }),
    )
    expect(codesOf([plugin('a', [['0001-a', ['a/0002-b']], '0002-b'])])).toEqual(['MIGRATION_CYCLE'])
    expect(codesOf([plugin('a', [['0001-a', ['a/0001-a']]])])).toEqual(['MIGRATION_CYCLE'])
  })

  test('a migration that no defineMigration has seen is checked, and its plugin named', () => {
    const known = [{ plugin: 'users', requires: [], migrations: [{ name: '0001-a' } as never] }]
    expect(() => orderMigrations(known)).toThrow(/of plugin "users": "up" must be a function/)
  })
})
