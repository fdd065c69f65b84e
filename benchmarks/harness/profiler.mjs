/** Asks V8 where the time of this process goes, while its own code runs. Loaded into a peer for a round of its own. */
import { Session } from 'node:inspector/promises'

/** Starts to take samples. `stop` gives how long each function was on top, in microseconds, with the functions that it was called by. */
export async function startProfiler() {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  const before = process.cpuUsage()
  return {
    async stop() {
      const { user, system } = process.cpuUsage(before)
      const { profile } = await session.post('Profiler.stop')
      session.disconnect()
      return { cpuMicros: user + system, stacks: stacksOf(profile) }
    },
  }
}

/**
 * The stacks that were seen, each with its time. Pure.
 *
 * @param {import('node:inspector').Profiler.Profile} profile
 * @returns {{ micros: number, frames: { name: string, url: string, line: number, column: number }[] }[]} the innermost frame first
 */
export function stacksOf({ nodes, samples = [], timeDeltas = [] }) {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])))
  const micros = new Map()
  samples.forEach((id, index) => {
    // A difference tells how long the sample before it lasted.
    micros.set(id, (micros.get(id) ?? 0) + Math.max(0, timeDeltas[index + 1] ?? 0))
  })
  return [...micros].map(([id, time]) => {
    const frames = []
    for (let at = id; at !== undefined; at = parents.get(at)) frames.push(frameOf(byId.get(at)))
    return { micros: time, frames }
  })
}

function frameOf({ callFrame: { functionName, url, lineNumber, columnNumber } }) {
  return { name: functionName, url, line: lineNumber, column: columnNumber }
}
