import { expect, test } from 'vitest'
import { FloodControl } from './flood-control.js'

test('keeps one chat waiting, and no other, until its time has come', () => {
  const flood = new FloodControl()
  flood.refused('1', 3_000, 1_000)
  expect([flood.waitMs('1', 1_000), flood.waitMs('2', 1_000)]).toEqual([3_000, 0])
  expect([flood.waitMs('1', 3_999), flood.waitMs('1', 4_000), flood.waitMs('1', 0)]).toEqual([1, 0, 0])
})

test('keeps all waiting where several chats are refused in a row', () => {
  const flood = new FloodControl()
  flood.refused('1', 3_000, 0)
  flood.refused('2', 5_000, 0)
  expect([flood.waitMs('1', 0), flood.waitMs('3', 0)]).toEqual([5_000, 5_000])
  expect(flood.waitMs('3', 5_000)).toBe(0)
})

test('takes two chats that are refused with a success between for two bounds of their own', () => {
  const flood = new FloodControl()
  flood.refused('1', 3_000, 0)
  flood.taken()
  flood.refused('2', 3_000, 0)
  expect(flood.waitMs('3', 0)).toBe(0)
})

test('never shortens a wait, and one chat that is refused again is still one', () => {
  const flood = new FloodControl()
  flood.refused('1', 9_000, 0)
  flood.refused('1', 1_000, 0)
  expect([flood.waitMs('1', 0), flood.waitMs('2', 0)]).toEqual([9_000, 0])
})
