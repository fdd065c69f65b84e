import { expect, test, vi } from 'vitest'
import { BacklogWatch } from './backlog-watch.js'
import { keepLog } from './core-tables.fixture.js'

test('asks once for all who want to know within two seconds, and says so once', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const answers = [true, true, false]
  let asked = 0
  const log = keepLog()
  const watch = new BacklogWatch(async () => answers[asked++] as boolean, log.logger)
  const later = async () => {
    await Promise.resolve()
    vi.advanceTimersByTime(2_001)
  }
  expect([watch.isOver(), watch.isOver()]).toEqual([false, false])
  await later()
  expect([asked, watch.isOver()]).toEqual([1, true])
  await later()
  expect(watch.isOver()).toBe(true)
  await later()
  expect(watch.isOver()).toBe(false)
  expect(log.lines).toEqual(['warn: Too much waits in the inbox; the webhook answers 503'])
  vi.useRealTimers()
})

test('a database that is away is told by who writes to it', async () => {
  const watch = new BacklogWatch(() => Promise.reject(new Error('gone')), keepLog().logger)
  expect(watch.isOver()).toBe(false)
  await Promise.resolve()
  expect(watch.isOver()).toBe(false)
})
