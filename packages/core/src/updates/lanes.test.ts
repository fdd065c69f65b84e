import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lanes, type Postponed } from './lanes.js'

interface Work {
  readonly key: string
  readonly name: string
}

/** Lanes whose items end when the test says so. */
function openLanes(limit: number) {
  const begun: string[] = []
  const ends = new Map<string, (postponed?: Postponed) => void>()
  const lanes = new Lanes<Work>(({ name }) => {
    begun.push(name)
    return new Promise((resolve) => ends.set(name, resolve))
  }, limit)
  const end = async (name: string, postponed?: Postponed) => {
    ends.get(name)?.(postponed)
    await turn()
  }
  return { lanes, begun, end, push: (key: string, name: string) => lanes.push(key, { key, name }) }
}

const turn = () => new Promise(setImmediate)

test('handles a key in order and one at a time, other keys beside it', async () => {
  const { begun, end, push } = openLanes(10)
  push('a', 'a1')
  push('a', 'a2')
  push('b', 'b1')
  expect(begun).toEqual(['a1', 'b1'])
  await end('b1')
  expect(begun).toEqual(['a1', 'b1'])
  await end('a1')
  expect(begun).toEqual(['a1', 'b1', 'a2'])
})

test('handles no more at once than its limit, and lets no busy key keep others waiting', async () => {
  const { begun, end, push } = openLanes(2)
  for (const name of ['a1', 'a2', 'a3']) push('a', name)
  for (const key of ['b', 'c', 'd']) push(key, `${key}1`)
  expect(begun).toEqual(['a1', 'b1'])
  await end('a1')
  expect(begun).toEqual(['a1', 'b1', 'c1'])
  await end('c1')
  await end('b1')
  expect(begun).toEqual(['a1', 'b1', 'c1', 'd1', 'a2'])
})

test('keeps no memory of idle lanes and tells when nothing is left', async () => {
  const { lanes, end, push } = openLanes(100)
  await lanes.idle()
  for (let key = 0; key < 50; key++) push(`k${key}`, `n${key}`)
  expect([lanes.size, lanes.laneCount]).toEqual([50, 50])
  let isIdle = false
  const idle = lanes.idle().then(() => {
    isIdle = true
  })
  for (let key = 0; key < 49; key++) await end(`n${key}`)
  expect(isIdle).toBe(false)
  await end('n49')
  await idle
  expect([lanes.size, lanes.laneCount]).toEqual([0, 0])
})

test('gives back what waits when it is cleared, keeps the order behind what runs, and can go on', async () => {
  const { lanes, begun, end, push } = openLanes(1)
  push('a', 'a1')
  push('a', 'a2')
  push('b', 'b1')
  expect(
    lanes
      .clear()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['a2', 'b1'])
  expect([lanes.size, lanes.laneCount]).toEqual([1, 1])
  push('a', 'a3')
  expect(begun).toEqual(['a1'])
  await end('a1')
  expect(begun).toEqual(['a1', 'a3'])
  await end('a3')
  expect([lanes.size, lanes.laneCount]).toEqual([0, 0])
})

test('starts nothing after it is closed, and is idle when what runs has ended', async () => {
  const { lanes, begun, end, push } = openLanes(1)
  push('a', 'a1')
  push('a', 'a2')
  lanes.close()
  push('b', 'b1')
  const idle = lanes.idle()
  await end('a1', { until: Promise.resolve() })
  await idle
  await turn()
  expect(begun).toEqual(['a1'])
  expect([lanes.size, lanes.laneCount]).toEqual([0, 0])
})

test('calls again for what is postponed, before what waits behind it, and gives its place to others meanwhile', async () => {
  const { lanes, begun, end, push } = openLanes(1)
  push('a', 'a1')
  push('a', 'a2')
  push('b', 'b1')
  let resume = () => {}
  await end('a1', { until: new Promise<void>((resolve) => (resume = resolve)) })
  expect(begun).toEqual(['a1', 'b1'])
  await end('b1')
  expect(lanes.size).toBe(2)
  resume()
  await turn()
  expect(begun).toEqual(['a1', 'b1', 'a1'])
  await end('a1')
  expect(begun).toEqual(['a1', 'b1', 'a1', 'a2'])
})

test('does not call again for what was postponed and dropped', async () => {
  const { lanes, begun, end, push } = openLanes(1)
  push('a', 'a1')
  let resume = () => {}
  await end('a1', { until: new Promise<void>((resolve) => (resume = resolve)) })
  lanes.clear()
  expect([lanes.size, lanes.laneCount]).toEqual([0, 0])
  push('a', 'a2')
  resume()
  await turn()
  expect(begun).toEqual(['a1', 'a2'])
})

test('keeps the order of each key, never two at once, everything handled once, however the work interleaves', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), postpones: fc.nat(2) }), { maxLength: 20 }),
      async (scheduler, limit, works) => {
        const running = new Set<string>()
        const handled: number[] = []
        const items = works.map((work, index) => ({ ...work, index, left: work.postpones }))
        const lanes = new Lanes<(typeof items)[number]>(async (item) => {
          expect(running.has(item.key)).toBe(false)
          running.add(item.key)
          expect(running.size).toBeLessThanOrEqual(limit)
          await scheduler.schedule(Promise.resolve())
          running.delete(item.key)
          if (item.left-- > 0) return { until: scheduler.schedule(Promise.resolve()) }
          handled.push(item.index)
          return undefined
        }, limit)
        const pushing = scheduler.scheduleSequence(
          items.map((item) => async () => lanes.push(item.key, item)),
        )
        await scheduler.waitFor(pushing.task)
        await scheduler.waitFor(lanes.idle())
        expect(handled.toSorted((a, b) => a - b)).toEqual(items.map(({ index }) => index))
        for (const key of ['a', 'b', 'c']) {
          const ofKey = handled.filter((index) => works[index]?.key === key)
          expect(ofKey).toEqual(ofKey.toSorted((a, b) => a - b))
        }
        expect([lanes.size, lanes.laneCount]).toEqual([0, 0])
      },
    ),
    { numRuns: 300 },
  )
})
