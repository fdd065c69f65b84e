import { createApp } from '@hello/core'
import { startTestBot, type TestBot } from '@hello/core/testing'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { User, users } from '../src/index.js'

const app = createApp({ plugins: [users()] })
let bot: TestBot
beforeAll(async () => {
  bot = await startTestBot(app, { postgresUrl: inject('postgresUrl') })
})
afterAll(() => bot.stop())

let nextId = 2 ** 41
const person = (fields: object = {}) => ({ id: nextId++, is_bot: false, first_name: 'Alice', ...fields })
const rowsOf = (id: number) =>
  app.unit(({ session }) => session.repository(User).findAll({ where: { telegramId: id } }))

test('creates a person at the first meeting and knows them at the second', async () => {
  const alice = person({ username: 'alice', last_name: 'Liddell', language_code: 'en' })
  const first = await app.unit(({ users }) => users.remember(alice))
  const second = await app.unit(({ users }) => users.remember(alice))
  expect(first).toMatchObject({
    isNew: true,
    telegramId: alice.id,
    displayName: 'alice',
    fullName: 'Alice Liddell',
  })
  expect(second).toMatchObject({ isNew: false, id: first.id, languageCode: 'en' })
})

test('refreshes the profile when it changed, and writes nothing when it did not', async () => {
  const alice = person({ username: 'alice_1' })
  const before = await app.unit(({ users }) => users.remember(alice))
  const unchanged = await app.unit(({ users }) => users.remember(alice))
  const changed = await app.unit(({ users }) => users.remember({ ...alice, username: 'alice_2' }))
  expect(unchanged.updatedAt).toEqual(before.updatedAt)
  expect(changed).toMatchObject({ id: before.id, isNew: false, displayName: 'alice_2' })
  expect(changed.updatedAt.getTime()).toBeGreaterThan(before.updatedAt.getTime())
})

test('makes one row of 100 simultaneous first messages of one person', async () => {
  const alice = person()
  const remembered = await Promise.all(
    Array.from({ length: 100 }, () => app.unit(({ users }) => users.remember(alice))),
  )
  expect(await rowsOf(alice.id)).toHaveLength(1)
  expect(new Set(remembered.map(({ id }) => id)).size).toBe(1)
  expect(remembered.filter(({ isNew }) => isNew)).toHaveLength(1)
})

test.each([2 ** 31, 2 ** 40 + 1, 2 ** 52 - 1])('keeps the Telegram id %d exactly', async (id) => {
  const { telegramId } = await app.unit(({ users }) => users.remember(person({ id })))
  expect(telegramId).toBe(id)
  expect(await app.unit(({ users }) => users.get(id))).toMatchObject({ telegramId: id })
  expect((await rowsOf(id)).map((row) => row.telegramId)).toEqual([id])
})

test('keeps names that PostgreSQL could not hold as they are', async () => {
  const { firstName, lastName } = await app.unit(({ users }) =>
    users.remember(person({ first_name: 'A\u0000lice', last_name: 'broken \ud83d' })),
  )
  expect(firstName).toBe('Alice')
  expect(lastName).toBe('broken \ufffd')
})

test('gives nothing for somebody it has not met', async () => {
  expect(await app.unit(({ users }) => users.get(1))).toBeUndefined()
})

test('reads the same person through the model', async () => {
  const alice = person({ last_name: 'Liddell' })
  await app.unit(({ users }) => users.remember(alice))
  const [row] = await rowsOf(alice.id)
  expect(row).toMatchObject({ displayName: 'Alice Liddell', fullName: 'Alice Liddell' })
})

test('forgets what a failed unit of work wrote', async () => {
  const alice = person()
  const failing = app.unit(async ({ users }) => {
    await users.remember(alice)
    throw new RangeError('after it')
  })
  await expect(failing).rejects.toThrow('after it')
  expect(await rowsOf(alice.id)).toHaveLength(0)
})
