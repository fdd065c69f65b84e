import { expect, test, vi } from 'vitest'
import { Batch } from './batch.js'

test('what arrives while a flush is under way goes together with the next, in its order', async () => {
  const flushes: number[][] = []
  const batch = new Batch<number, number>(async (items) => {
    flushes.push([...items])
    await new Promise(setImmediate)
    return items.map((item) => item * 2)
  })
  const first = [batch.add(1), batch.add(2)]
  await new Promise(setImmediate)
  const second = [batch.add(3), batch.add(4)]
  expect(await Promise.all([...first, ...second])).toEqual([2, 4, 6, 8])
  expect(flushes).toEqual([
    [1, 2],
    [3, 4],
  ])
  await batch.drained()
})

test('a flush takes no more than its maximum', async () => {
  const sizes: number[] = []
  const batch = new Batch<number, void>(
    async (items) => {
      sizes.push(items.length)
      return items.map(() => undefined)
    },
    { max: 2 },
  )
  await Promise.all([1, 2, 3, 4, 5].map((item) => batch.add(item)))
  expect(sizes).toEqual([2, 2, 1])
})

test('a flush that fails fails its own items, and the next is tried', async () => {
  let isBroken = true
  const batch = new Batch<number, number>(async (items) => {
    if (isBroken) throw new Error('broken')
    return [...items]
  })
  const failed = await Promise.allSettled([batch.add(1), batch.add(2)])
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  isBroken = false
  expect(await batch.add(3)).toBe(3)
})

test('after several a flush waits as long as more come, and takes them all', async () => {
  const flushes: number[][] = []
  const batch = new Batch<number, void>(async (items) => {
    flushes.push([...items])
    return items.map(() => undefined)
  })
  await Promise.all([batch.add(1), batch.add(2)])
  // However slow this machine is, the longest time is not over.
  using _ = stoppedClock()
  const added: Promise<void>[] = []
  for (const item of [3, 4, 5]) {
    added.push(batch.add(item))
    await new Promise(setImmediate)
  }
  await Promise.all(added)
  expect(flushes).toEqual([
    [1, 2],
    [3, 4, 5],
  ])
})

test('what has time waits for others, and leaves at once where somebody waits for the end', async () => {
  const flushes: number[][] = []
  const batch = new Batch<number, void>(
    async (items) => {
      flushes.push([...items])
      return items.map(() => undefined)
    },
    { waitMs: 2 ** 30 },
  )
  const first = batch.add(1)
  await new Promise(setImmediate)
  const second = batch.add(2)
  await new Promise(setImmediate)
  expect(flushes).toEqual([])
  await batch.drained()
  await Promise.all([first, second])
  expect(flushes).toEqual([[1, 2]])
})

function stoppedClock(): Disposable {
  const clock = vi.spyOn(performance, 'now').mockReturnValue(0)
  return { [Symbol.dispose]: () => clock.mockRestore() }
}
