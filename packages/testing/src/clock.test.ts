import { expect, test } from 'vitest'
import { createManualClock } from './clock.js'

test('runs timers in the order in which they fall due, each at its own time', () => {
  const clock = createManualClock({ startUnix: 100 })
  const ran: [string, number][] = []
  clock.after(2000, () => ran.push(['second', clock.nowMs()]))
  clock.after(1000, () => {
    ran.push(['first', clock.nowMs()])
    clock.after(500, () => ran.push(['nested', clock.nowMs()]))
  })
  clock.after(1000, () => ran.push(['cancelled', 0])).cancel()
  clock.advance(999)
  expect(ran).toEqual([])
  clock.advance(5000)
  expect(ran).toEqual([
    ['first', 101_000],
    ['nested', 101_500],
    ['second', 102_000],
  ])
  expect(clock.nowMs()).toBe(105_999)
})

test('CLOCK_BACKWARDS: refuses to go back', () => {
  expect(() => createManualClock().advance(-1)).toThrow(expect.objectContaining({ code: 'CLOCK_BACKWARDS' }))
})
