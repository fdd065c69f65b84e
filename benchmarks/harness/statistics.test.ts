/** Medians, spreads and ratios of rounds. */
import { expect, test } from 'vitest'
import { median, mediansOf, quantile, ratio, spread, spreadsOf } from './statistics.mjs'

test('the median is the middle one, whatever the order, and leaves its input alone', () => {
  const numbers = [9, 1, 5]
  expect(median(numbers)).toBe(5)
  expect(numbers).toEqual([9, 1, 5])
})

test('of an even count the median is one that was measured', () => {
  expect(median([4, 1, 3, 2])).toBe(2)
})

test('there is no median of nothing', () => {
  expect(median([])).toBeUndefined()
})

test('a percentile is the smallest that so many do not exceed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1)
  expect(quantile(hundred, 0.99)).toBe(99)
  expect(quantile(hundred, 0.5)).toBe(50)
  expect(quantile(hundred, 1)).toBe(100)
  expect(quantile([7], 0.99)).toBe(7)
})

test('one slow answer of a thousand does not make a p99', () => {
  const latencies = [...Array.from({ length: 999 }, () => 2), 500]
  expect(quantile(latencies, 0.99)).toBe(2)
})

test('the spread is the distance of the ends in parts of the median', () => {
  expect(spread([90, 100, 120])).toBeCloseTo(0.3)
  expect(spread([])).toBeUndefined()
})

test('each figure of the rounds has its own median and spread', () => {
  const rounds = [
    { speed: 10, cost: 3 },
    { speed: 30, cost: 1 },
    { speed: 20, cost: 2 },
  ]
  expect(mediansOf(rounds)).toEqual({ speed: 20, cost: 2 })
  expect(spreadsOf(rounds)).toEqual({ speed: 1, cost: 1 })
})

test('a figure that was not measured in every round is that of the others, and of none it is none', () => {
  const rounds = [
    { cost: 1, database: undefined },
    { cost: 2, database: undefined },
    { cost: undefined, database: undefined },
  ]
  expect(mediansOf(rounds)).toEqual({ cost: 1, database: undefined })
})

test('a ratio is ours divided by theirs, and nothing where one is missing', () => {
  expect(ratio(300, 100)).toBe(3)
  expect(ratio(undefined, 100)).toBeUndefined()
  expect(ratio(300, undefined)).toBeUndefined()
})
