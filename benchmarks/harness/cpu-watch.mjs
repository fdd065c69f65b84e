/** Who uses the processors: the benchmark, its database, and everybody else. Reads /proc, so on Linux alone; elsewhere nothing is known. */
import { readdirSync, readFileSync } from 'node:fs'

/** Microseconds of one tick of /proc: USER_HZ is 100 on every system that Node runs on. */
const tickMicros = 10_000

/**
 * @param {number | undefined} postmasterPid the server's first process, where it runs on this machine
 * @returns {{ read(): Reading | undefined }}
 *
 * @typedef {{ elapsed: number, busy: number, own: number, database: number | undefined }} Reading CPU time in microseconds; `elapsed` over all processors
 */
export function createCpuWatch(postmasterPid) {
  if (process.platform !== 'linux') return { read: () => undefined }
  return {
    read() {
      const processes = readProcesses()
      const database = postmasterPid && [
        postmasterPid,
        ...processes.filter(({ parent }) => parent === postmasterPid).map(({ pid }) => pid),
      ]
      const own = descendantsOf(process.pid, processes)
      for (const pid of database ?? []) own.delete(pid)
      return {
        ...readMachine(),
        own: timeOf(own, processes),
        database: database && timeOf(new Set(database), processes),
      }
    },
  }
}

/**
 * What happened between two readings. Pure.
 *
 * @param {Reading | undefined} before @param {Reading | undefined} after
 * @returns {{ foreignShare?: number, ownMicros?: number, databaseMicros?: number }} the share of the machine that others used; `ownMicros`: of the bot and the benchmark
 */
export function usageBetween(before, after) {
  if (before === undefined || after === undefined) return {}
  const spent = (key) => after[key] - before[key]
  const databaseMicros = before.database === undefined ? undefined : spent('database')
  const foreign = spent('busy') - spent('own') - (databaseMicros ?? 0)
  const foreignShare = Math.max(0, foreign / Math.max(1, spent('elapsed')))
  return { foreignShare, ownMicros: spent('own'), databaseMicros }
}

/** The server's first process, by one that serves a connection; `undefined` where the number is not that of a server here. @param {number} backendPid */
export function postmasterOf(backendPid) {
  if (process.platform !== 'linux') return undefined
  const backend = readProcesses().find(({ pid }) => pid === backendPid)
  return backend?.name.startsWith('postgres') ? backend.parent : undefined
}

/** One line of /proc/PID/stat. Pure. @param {string} line */
export function parseProcess(line) {
  // The name stands in brackets, and may hold anything, brackets too.
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const [user, system, endedUser, endedSystem] = fields.slice(11, 15).map(Number)
  return {
    pid: Number.parseInt(line, 10),
    name: line.slice(line.indexOf('(') + 1, line.lastIndexOf(')')),
    parent: Number(fields[1]),
    micros: (user + system) * tickMicros,
    /** Of its children that have ended. */
    endedMicros: (endedUser + endedSystem) * tickMicros,
  }
}

/** The first line of /proc/stat. Pure. @param {string} text */
export function parseMachine(text) {
  const [user, nice, system, idle, ioWait, irq, softIrq, steal] = text
    .split('\n')[0]
    .split(/\s+/)
    .slice(1)
    .map(Number)
  const busy = user + nice + system + irq + softIrq + steal
  return { busy: busy * tickMicros, elapsed: (busy + idle + ioWait) * tickMicros }
}

function readMachine() {
  return parseMachine(readFileSync('/proc/stat', 'utf8'))
}

function readProcesses() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [parseProcess(readFileSync(`/proc/${name}/stat`, 'utf8'))]
      } catch {
        // It has ended meanwhile.
        return []
      }
    })
}

function descendantsOf(pid, processes) {
  const found = new Set([pid])
  for (const one of found)
    for (const { pid: child, parent } of processes) if (parent === one) found.add(child)
  return found
}

function timeOf(pids, processes) {
  return processes
    .filter(({ pid }) => pids.has(pid))
    .reduce((sum, { micros, endedMicros }) => sum + micros + endedMicros, 0)
}
