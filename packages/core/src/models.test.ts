import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createUnitDatabase, openDatabase, Person } from '../test/support/unit-database.js'
import type { Database } from './database/database.js'
import { toSafeInteger } from './models.js'
import type { TestDatabase } from './testing/test-database.js'

let target: TestDatabase
let database: Database

beforeAll(async () => {
  target = await createUnitDatabase(inject('postgresUrl'))
  database = openDatabase(target.url)
})

afterAll(async () => {
  await database.close()
  await target.drop()
})

test.each([2 ** 31, 2 ** 40, 2 ** 53 - 1, -(2 ** 40), 0])(
  'reads the bigint %d as a number',
  async (telegramId) => {
    await database.unit(async (session) => {
      const people = session.repository(Person)
      await people.create({ telegramId, name: 'x' })
      const found = await people.findOne({ where: { telegramId }, rejectOnEmpty: true })
      expect(found.telegramId).toBe(telegramId)
      await found.destroy()
    })
  },
)

test('refuses to read a bigint that a number cannot hold', async () => {
  await database.unit(async (session) => {
    await session.sql`INSERT INTO people (telegram_id, name) VALUES (9007199254740993, 'x')`
    const found = await session.repository(Person).findOne({ rejectOnEmpty: true })
    expect(() => found.telegramId).toThrow(
      expect.objectContaining({
        code: 'DB_UNSAFE_INTEGER',
        message: expect.stringContaining('9007199254740993'),
      }),
    )
  })
})

test('reads what is not there as it is', () => {
  const person = database.sequelize.getRepository(Person).build({ name: 'x' })
  expect(person.telegramId).toBeUndefined()
  person.set('telegramId', null)
  expect(person.telegramId).toBeNull()
})

test.each(['9007199254740992', '-9007199254740992', '1.5', '', ' 7', '1e3', 'x', 2 ** 53, 0.5, Number.NaN])(
  'refuses %j',
  (value) => {
    expect(() => toSafeInteger(value)).toThrow(expect.objectContaining({ code: 'DB_UNSAFE_INTEGER' }))
  },
)

test.each([
  ['9007199254740991', 9007199254740991],
  ['-5', -5],
  [7, 7],
])('takes %j', (value, number) => {
  expect(toSafeInteger(value)).toBe(number)
})
