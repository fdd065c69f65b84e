/** What a piece of work costs: CPU time of the process, garbage collection and its helpers included. */
import { median } from '../harness/statistics.mjs'

/** Microseconds of CPU for each time; the median of five batches, after one that warms up. */
export async function cpuMicrosOf(times: number, work: (count: number) => Promise<void>): Promise<number> {
  await work(times)
  const costs: number[] = []
  for (let batch = 0; batch < 5; batch++) {
    const before = process.cpuUsage()
    await work(times)
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / times)
  }
  return median(costs) as number
}
