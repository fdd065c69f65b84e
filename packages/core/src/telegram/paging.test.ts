/** Pages of a list: every row is on one page, and every button leads to a page that exists. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pagingRow, planPage } from './paging.js'

const textsOf = (page: number, pages: number) =>
  pagingRow({ page, pages }, (target) => `p:${target}`).map(({ text }) => text)

test('a row has what leads somewhere, and says where', () => {
  expect(textsOf(1, 1)).toEqual([])
  expect(textsOf(1, 2)).toEqual(['1 / 2', '2 ›'])
  expect(textsOf(1, 3)).toEqual(['1 / 3', '2 ›', '3 »'])
  expect(textsOf(2, 3)).toEqual(['‹ 1', '2 / 3', '3 ›'])
  expect(textsOf(4, 9)).toEqual(['« 1', '‹ 3', '4 / 9', '5 ›', '9 »'])
  expect(textsOf(9, 9)).toEqual(['« 1', '‹ 8', '9 / 9'])
})

test('each button has the data of its page, the middle one that of no action', () => {
  const row = pagingRow({ page: 4, pages: 9 }, (page) => `p:${page}`)
  expect(row.map(({ callback_data }) => callback_data)).toEqual(['p:1', 'p:3', 'hello_none', 'p:5', 'p:9'])
})

test('a page that the list no longer has is its last, one before it the first', () => {
  expect(planPage({ page: 7, pageSize: 10, total: 25 })).toEqual({ page: 3, pages: 3, offset: 20, limit: 10 })
  expect(planPage({ page: -1, pageSize: 10, total: 25 })).toMatchObject({ page: 1, offset: 0 })
  expect(planPage({ page: 7, pageSize: 10, total: 0 })).toEqual({ page: 1, pages: 1, offset: 0, limit: 10 })
})

test('every row of a list is on exactly one page', () => {
  fc.assert(
    fc.property(fc.nat(500), fc.integer({ min: 1, max: 60 }), (total, pageSize) => {
      const { pages } = planPage({ page: 1, pageSize, total })
      const rows = Array.from({ length: pages }, (_, index) => {
        const { offset, limit } = planPage({ page: index + 1, pageSize, total })
        return Math.min(limit, total - offset)
      })
      expect(rows.every((count) => count > 0 || total === 0)).toBe(true)
      expect(rows.reduce((sum, count) => sum + count, 0)).toBe(total)
    }),
  )
})

test.each([
  ['page', { page: Number.NaN, pageSize: 1, total: 1 }, 'page is NaN, expected a whole number.'],
  ['pageSize', { page: 1, pageSize: 0, total: 1 }, 'pageSize is 0, expected a whole number of at least 1'],
  [
    'total',
    { page: 1, pageSize: 1, total: '3' as never },
    'total is 3, expected a whole number of at least 0',
  ],
])('refuses a %s that is none', (_, request, reason) => {
  expect(() => planPage(request)).toThrow(
    expect.objectContaining({ code: 'PAGE_INVALID', message: expect.stringContaining(reason) }),
  )
})
