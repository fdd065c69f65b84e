/** How busy the machine was with work that is not ours: `/proc/stat` less the ticks of our own processes. */
import { readFileSync } from 'node:fs'

const ticksPerSecond = 100

/** Busy CPU seconds of the machine so far; undefined where the system does not tell. */
export function machineBusySeconds() {
  try {
    const [, user, nice, system, , , irq, softirq] = readFileSync('/proc/stat', 'utf8')
      .split('\n')[0]
      .split(/\s+/)
      .map(Number)
    return (user + nice + system + irq + softirq) / ticksPerSecond
  } catch {
    return undefined
  }
}

/** CPU seconds of these processes so far, children that have ended not counted. */
export function ownSeconds(pids) {
  let ticks = 0
  for (const pid of pids) {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {
      // It has ended.
    }
  }
  return ticks / ticksPerSecond
}
