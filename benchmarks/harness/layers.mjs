/** Says to which part of the work a piece of a profile belongs, by the file of the innermost function that is known. */
import { existsSync, readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Parts in the order of an update's way; the first whose pattern fits a file has it. */
const layers = [
  ['receiving the webhook', /packages\/core\/src\/http\//],
  ['inbox', /packages\/core\/src\/updates\/(inbox|json-text|update-facts)/],
  ['outbox', /packages\/core\/src\/(updates|telegram)\/(outbox|flood|bulk|moved)/],
  ['lanes and engine', /packages\/core\/src\/updates\/(?!update-handler|group-commit)/],
  [
    'scope: services of the plugins',
    /packages\/core\/src\/(container|telegram\/plugin-services)|node_modules\/awilix/,
  ],
  ['calls to the Bot API', /packages\/core\/src\/telegram\/(transport|exchange|answer)|node_modules\/undici/],
  [
    'unit of work and group commit',
    /packages\/core\/src\/(database\/|batch|updates\/group-commit)|node_modules\/(sequelize|sequelize-pool|retry-as-promised)\//,
  ],
  ['logs', /packages\/core\/src\/(logger|log-fields|secrets)|node_modules\/(pino|sonic-boom|thread-stream)/],
  ['context and dispatch', /packages\/core\/src\/|node_modules\/telegraf\//],
  ['what the plugins do', /packages\/plugin-|benchmarks\/peers\//],
  ['PostgreSQL driver', /node_modules\/(pg|pg-[a-z]+|postgres-[a-z]+)\//],
  ['Node: HTTP', /^node:(_http|internal\/http|http)/],
  ['Node: sockets and timers', /^node:/],
]

/** What of a profile has no file. */
const named = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'Node: event loop and system calls',
  '(root)': 'Node: event loop and system calls',
}

/** Everything that may stand in a table of parts, in its order. */
export const layerNames = [
  ...layers.map(([name]) => name),
  'other packages',
  ...new Set(Object.values(named)),
  'other threads',
]

/**
 * How much of the processor's time each part took.
 *
 * @param {{ cpuMicros: number, stacks: ReturnType<typeof import('./profiler.mjs').stacksOf> }} profile
 * @param {(frame: { url: string, line: number, column: number }) => string} fileOf
 * @returns {Map<string, number>} shares of all of it, which make 1 together
 */
export function sharesOf({ cpuMicros, stacks }, fileOf = createFileFinder()) {
  const busy = stacks.filter(({ frames }) => frames[0].name !== '(idle)')
  const micros = new Map()
  const add = (layer, time) => micros.set(layer, (micros.get(layer) ?? 0) + time)
  for (const { frames, micros: time } of busy) add(layerOf(frames, fileOf), time)
  const onMainThread = busy.reduce((sum, { micros: time }) => sum + time, 0)
  // Helpers of the garbage collector, the compiler, and what Node does aside.
  add('other threads', Math.max(0, cpuMicros - onMainThread))
  const all = Math.max(cpuMicros, onMainThread)
  return new Map(layerNames.filter((name) => micros.has(name)).map((name) => [name, micros.get(name) / all]))
}

function layerOf(frames, fileOf) {
  if (frames[0].name in named && frames[0].url === '') return named[frames[0].name]
  // undici's parser is WebAssembly, which has no file either.
  const files = frames.map(fileOf).filter((file) => file !== '' && !file.startsWith('wasm:'))
  // Node works for whoever called it; where nobody did, for itself.
  const file = files.find((each) => !each.startsWith('node:')) ?? files[0]
  if (file === undefined) return named['(program)']
  return layers.find(([, pattern]) => pattern.test(file))?.[0] ?? 'other packages'
}

/** Finds the source of what was built. */
export function createFileFinder() {
  const maps = new Map()
  const mapOf = (url) => {
    if (!maps.has(url)) maps.set(url, readMap(url))
    return maps.get(url)
  }
  return ({ url, line, column }) => {
    if (!url.startsWith('file:')) return url
    const entry = mapOf(url)?.findEntry(line, column)
    return entry?.originalSource === undefined ? url : new URL(entry.originalSource, url).pathname
  }
}

function readMap(url) {
  const path = `${fileURLToPath(url)}.map`
  return existsSync(path) ? new SourceMap(JSON.parse(readFileSync(path, 'utf8'))) : undefined
}
