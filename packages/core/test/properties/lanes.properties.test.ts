/** Lanes against what they promise, for any order in which items come, end, are put off and are dropped. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lanes } from '../../src/updates/lanes.js'
import { runs } from './seed.js'

interface Item {
  readonly key: string
  readonly place: number
  /** How often it is put off before it ends. */
  readonly delays: number
}

const items = fc.array(
  fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), delays: fc.constantFrom(0, 0, 0, 1, 2) }),
  { maxLength: 25 },
)

test('a key is handled in order and one at a time, no more at once than the limit, and nothing is forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      items,
      fc.integer({ min: 1, max: 4 }),
      async (scheduler, planned, limit) => {
        const running = new Set<string>()
        const left = new Map<number, number>()
        const ended: Item[] = []
        let inHand = 0
        const lanes = new Lanes<Item>(async (item) => {
          expect(running.has(item.key)).toBe(false)
          running.add(item.key)
          inHand += 1
          expect(inHand).toBeLessThanOrEqual(limit)
          await scheduler.schedule(Promise.resolve(), `handle ${item.place}`)
          running.delete(item.key)
          inHand -= 1
          const delays = left.get(item.place) ?? item.delays
          left.set(item.place, delays - 1)
          if (delays > 0) return { until: scheduler.schedule(Promise.resolve(), `put off ${item.place}`) }
          ended.push(item)
          return undefined
        }, limit)
        scheduler.scheduleSequence(
          planned.map(({ key, delays }, place) => ({
            builder: async () => lanes.push(key, { key, place, delays }),
            label: `push ${place}`,
          })),
        )
        await scheduler.waitIdle()
        await lanes.idle()
        expect(ended.map(({ place }) => place).sort((a, b) => a - b)).toEqual(
          planned.map((_, place) => place),
        )
        for (const key of 'abcd') {
          const places = ended.filter((item) => item.key === key).map(({ place }) => place)
          expect(places).toEqual(places.toSorted((a, b) => a - b))
        }
        expect([lanes.size, lanes.laneCount]).toEqual([0, 0])
      },
    ),
    runs(1_000),
  )
})

test('what is dropped is given back once and never handled, and what comes later keeps its order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), items, fc.nat({ max: 25 }), async (scheduler, planned, dropAt) => {
      const begun: number[] = []
      const dropped: number[] = []
      const lanes = new Lanes<Item>(async ({ place, delays }) => {
        begun.push(place)
        await scheduler.schedule(Promise.resolve(), `handle ${place}`)
        const isFirst = begun.filter((one) => one === place).length === 1
        return isFirst && delays > 0 ? { until: scheduler.schedule(Promise.resolve(), 'put off') } : undefined
      }, 2)
      scheduler.scheduleSequence(
        planned.map(({ key, delays }, place) => ({
          builder: async () => {
            if (place === dropAt) dropped.push(...lanes.clear().map((item) => item.place))
            lanes.push(key, { key, place, delays })
          },
          label: `push ${place}`,
        })),
      )
      await scheduler.waitIdle()
      await lanes.idle()
      expect(new Set(dropped).size).toBe(dropped.length)
      // One that was put off when all was dropped had begun, and is given back with the others.
      const unput = dropped.filter((place) => planned[place]?.delays === 0)
      expect(begun.filter((place) => unput.includes(place))).toEqual([])
      const seen = new Set([...begun, ...dropped])
      expect(seen.size).toBe(planned.length)
      expect([lanes.size, lanes.laneCount]).toEqual([0, 0])
    }),
    runs(1_000),
  )
})
