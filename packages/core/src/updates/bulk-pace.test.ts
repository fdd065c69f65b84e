import { expect, test } from 'vitest'
import { BulkPace } from './bulk-pace.js'

test('lets 30 messages leave in a second, over all chats', () => {
  const pace = new BulkPace()
  const times = Array.from({ length: 90 }, (_, chat) => pace.reserve(String(chat), 0))
  expect(times[0]).toBe(0)
  for (let second = 0; second < 2; second++)
    expect(times.filter((at) => Math.floor(at / 1_000) === second).length).toBeLessThanOrEqual(31)
  expect(times.at(-1)).toBeCloseTo(89 / 0.03, 5)
})

test('lets one message a second go to a person, and one every three seconds to a group', () => {
  const pace = new BulkPace()
  expect([pace.reserve('1', 0), pace.reserve('1', 0), pace.reserve('1', 0)]).toEqual([0, 1_000, 2_000])
  const group = [pace.reserve('-100', 500), pace.reserve('-100', 500), pace.reserve('-100', 500)] as const
  expect([group[1] - group[0], group[2] - group[0]]).toEqual([3_000, 6_000])
})

test('a chat that waits keeps no other waiting', () => {
  const pace = new BulkPace()
  for (let i = 0; i < 10; i++) pace.reserve('-100', 0)
  expect(pace.reserve('2', 0)).toBeLessThan(1_000)
})

test('replies take places from the mailing, and cost nothing where none is', () => {
  const pace = new BulkPace()
  pace.yield(0)
  expect(pace.reserve('1', 0)).toBe(0)
  pace.yield(0)
  expect(pace.reserve('2', 0)).toBeCloseTo(2_000 / 30, 5)
})

test('forgets chats whose time is over', () => {
  const pace = new BulkPace()
  for (let chat = 0; chat < 2_500; chat++) pace.reserve(String(chat), chat * 1_000)
  expect(pace.reserve('0', 2_500_000)).toBe(2_500_000)
})
