/** Many chats in lanes: what an item costs, and what a lane takes while something waits in it and afterwards. */
import { Lanes } from '../../packages/core/src/updates/lanes.js'
import { median } from '../harness/statistics.mjs'

/** Of so many chats, each with one update. */
export interface LanesCost {
  readonly chats: number
  /** CPU time, from being pushed to being handled. */
  readonly microsPerItem: number
  readonly bytesPerWaitingLane: number
  /** When everything is handled. */
  readonly bytesPerIdleLane: number
  /** Lanes that are left then. */
  readonly lanesLeft: number
}

const inFlight = 100

/** Needs `--expose-gc`. */
export async function measureLanes(counts: readonly number[]): Promise<LanesCost[]> {
  const results: LanesCost[] = []
  for (const chats of counts)
    results.push({ chats, ...(await measureMemory(chats)), microsPerItem: await measureTime(chats) })
  return results
}

async function measureMemory(chats: number) {
  const keys = keysOf(chats)
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const lanes = new Lanes<number>(async () => {
    await released
    return undefined
  }, inFlight)
  const before = heapBytes()
  keys.forEach((key, index) => {
    lanes.push(key, index)
  })
  const waiting = heapBytes()
  release()
  await lanes.idle()
  const after = heapBytes()
  return {
    bytesPerWaitingLane: (waiting - before) / chats,
    bytesPerIdleLane: Math.max(0, after - before) / chats,
    lanesLeft: lanes.laneCount,
  }
}

async function measureTime(chats: number): Promise<number> {
  const keys = keysOf(chats)
  const rounds = Math.max(1, Math.ceil(20_000 / chats))
  const costs: number[] = []
  for (let batch = 0; batch < 4; batch++) {
    const lanes = new Lanes<number>(async () => undefined, inFlight)
    const before = process.cpuUsage()
    for (let round = 0; round < rounds; round++) {
      keys.forEach((key, index) => {
        lanes.push(key, index)
      })
      await lanes.idle()
    }
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / (rounds * chats))
  }
  // The first one warms up.
  return median(costs.slice(1)) as number
}

const keysOf = (chats: number) => Array.from({ length: chats }, (_, index) => String(7_000_000_000 + index))

function heapBytes(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}
