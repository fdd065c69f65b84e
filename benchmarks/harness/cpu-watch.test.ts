/** Reading /proc, and what others used. */
import { expect, test } from 'vitest'
import { createCpuWatch, parseMachine, parseProcess, usageBetween } from './cpu-watch.mjs'

test('a process is read whatever its name holds', () => {
  const line =
    '4711 (postgres: a) b (c) S 4700 4711 4711 0 -1 4194304 100 200 0 0 150 50 7 3 20 0 1 0 100 1000 10 18446744073709551615'
  expect(parseProcess(line)).toEqual({
    pid: 4711,
    name: 'postgres: a) b (c',
    parent: 4700,
    micros: 2_000_000,
    endedMicros: 100_000,
  })
})

test('a machine is busy with everything but idling and waiting for its disk', () => {
  const text = 'cpu  100 10 50 800 40 5 5 20 0 0\ncpu0 50 5 25 400 20 2 3 10 0 0\n'
  expect(parseMachine(text)).toEqual({ busy: 1_900_000, elapsed: 10_300_000 })
})

test('what neither the benchmark nor its database used, others did', () => {
  const before = { elapsed: 0, busy: 0, own: 0, database: 0 }
  const after = { elapsed: 2_000, busy: 1_500, own: 900, database: 300 }
  expect(usageBetween(before, after)).toEqual({
    foreignShare: 0.15,
    ownMicros: 900,
    databaseMicros: 300,
  })
})

test('of a database elsewhere only the rest is known', () => {
  const before = { elapsed: 0, busy: 0, own: 0, database: undefined }
  const after = { elapsed: 2_000, busy: 1_000, own: 1_000, database: undefined }
  expect(usageBetween(before, after)).toEqual({
    foreignShare: 0,
    ownMicros: 1_000,
    databaseMicros: undefined,
  })
})

test('ticks that are counted late are no foreign load below nothing', () => {
  const before = { elapsed: 0, busy: 0, own: 0, database: 0 }
  expect(usageBetween(before, { elapsed: 100, busy: 50, own: 60, database: 0 }).foreignShare).toBe(0)
})

test('where there is no /proc, nothing is said', () => {
  expect(usageBetween(undefined, undefined)).toEqual({})
})

test.runIf(process.platform === 'linux')('its own work is counted as its own', () => {
  const watch = createCpuWatch(undefined)
  const before = watch.read()
  const { user } = process.cpuUsage()
  while (process.cpuUsage().user - user < 60_000) Math.sqrt(Math.random())
  const after = watch.read()
  expect(after?.own).toBeGreaterThanOrEqual((before?.own ?? 0) + 40_000)
})
