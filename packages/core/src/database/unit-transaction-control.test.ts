import { expect, test } from 'vitest'
import { openUnitDatabase } from '../../test/support/unit-database.js'
import { identifier, raw } from './sql.js'
import type { Unit } from './unit.js'

test.each<[string, (unit: Unit, raw: (text: string) => Promise<unknown>) => Promise<unknown>]>([
  ['COMMIT in session.sql', (unit) => unit.sql`COMMIT`],
  ['BEGIN in session.sql', (unit) => unit.sql`BEGIN`],
  ['SAVEPOINT with a name of its own', (unit) => unit.sql`SAVEPOINT ${identifier('mine')}`],
  ['a fragment', (unit) => unit.sql`${raw('rollback')} to savepoint hello_handler`],
  ['a raw query of Sequelize', (_, query) => query('ROLLBACK')],
  ['the second of two statements', (_, query) => query("INSERT INTO notes (text) VALUES ('x'); COMMIT")],
])('refuses %s at that statement, and what the handler threw away is gone', async (_, control) => {
  const { database, claimOf, stateOf } = await openUnitDatabase()
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await unit.sql`INSERT INTO notes (text) VALUES ('lost')`
    await control(unit, (text) => database.sequelize.query(text))
  })
  expect(end).toMatchObject({ outcome: 'failed', recorded: true, error: { code: 'UNIT_TX_CONTROL' } })
  expect(await stateOf(1)).toMatchObject({ notes: [], outcome: 'failed' })
})

test('sends nothing of it, so that a handler which goes on keeps its work', async () => {
  const { database, claimOf, stateOf } = await openUnitDatabase()
  const { end } = await database.run({ claim: claimOf(1) }, async (unit) => {
    await unit.sql`INSERT INTO notes (text) VALUES ('kept')`
    await unit.sql`COMMIT`.catch(() => undefined)
    await unit.sql`SELECT CASE WHEN true THEN 'COMMIT' END`
  })
  expect(end.outcome).toBe('committed')
  expect(await stateOf(1)).toMatchObject({ notes: ['kept'], outcome: 'done' })
})
