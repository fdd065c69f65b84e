/** Runs rows and prints their table: those that mostly wait beside the others. A row that crashes fails, and the others go on. */
import { setTimeout as delay } from 'node:timers/promises'
import { startTestServer } from '@hello/core/testing'
import { type Builds, createBuilds } from './builds.js'
import { createRandom } from './random.js'
import type { Row, RowRun } from './row.js'
import { SecretSearch } from './secret-search.js'
import { type RowResult, Tally } from './tally.js'

/** What a run is. */
export interface RunOptions {
  readonly isQuick: boolean
  /** What every random choice comes from. */
  readonly seed: number
  /** Frameworks to compare with: shown, and never a reason to fail. */
  readonly peers: readonly PeerRow[]
}

/** Another framework under the load and the kills of row 1. */
export interface PeerRow {
  readonly name: string
  readonly quick: number
  readonly full: number
  run(run: RowRun): Promise<void>
}

/** What came of it. */
export interface RunResult {
  readonly rows: readonly RowResult[]
  readonly isFailed: boolean
}

/** A row that goes on for longer hangs. */
const longestRowMs = { quick: 15 * 60_000, full: 4 * 3_600_000 }

interface Surroundings {
  readonly options: RunOptions
  /** Of the rows that run now. */
  readonly running: Set<Tally>
  readonly postgresUrl: string
  readonly builds: Builds
  readonly secrets: SecretSearch
}

/** See the file's purpose. The table goes to standard output, progress to standard error. */
export async function runRows(rows: readonly Row[], options: RunOptions): Promise<RunResult> {
  const startedAtMs = performance.now()
  const server = await startTestServer({ databaseUrl: process.env.DATABASE_URL, durable: true })
  const builds = await createBuilds()
  const secrets = new SecretSearch()
  console.error(`Faults on ${server.description}; Node ${process.version}, seed ${options.seed}`)
  const running = new Set<Tally>()
  const surroundings = { options, running, postgresUrl: server.url, builds, secrets }
  // Whose it was nobody knows, so that every row that runs has failed; and the others go on.
  const onStray = (error: unknown) => {
    console.error(error)
    for (const tally of running) tally.breach(`error that nobody caught (${firstLine(error)})`)
  }
  process.on('uncaughtException', onStray).on('unhandledRejection', onStray)
  const finished = new Map<Row, Finished>()
  const peers: [PeerRow, Finished][] = []
  const inTurn = async (each: readonly Row[]) => {
    for (const row of each) finished.set(row, await runOne(row, `row ${row.number}`, surroundings))
  }
  try {
    await Promise.all([inTurn(rows.filter(({ waits }) => waits)), inTurn(rows.filter(({ waits }) => !waits))])
    for (const peer of options.peers) peers.push([peer, await runOne(peer, peer.name, surroundings)])
  } finally {
    process.off('uncaughtException', onStray).off('unhandledRejection', onStray)
    await builds.remove()
    await server.stop()
  }
  const results = rows.map((row) => {
    const { tally, wanted } = finished.get(row) as Finished
    return tally.result(row.number, wanted)
  })
  printTable(rows, finished, peers, options.isQuick)
  const leaks = secrets.hits
  console.log(`Secrets in ${secrets.megabytes.toFixed(1)} MB of output: ${leaks}`)
  console.log(`${Math.round((performance.now() - startedAtMs) / 1_000)} s, seed ${options.seed}`)
  return { rows: results, isFailed: leaks > 0 || results.some(({ failed }) => failed) }
}

interface Finished {
  readonly tally: Tally
  readonly wanted: number
  readonly seconds: number
}

async function runOne(
  row: Row | PeerRow,
  name: string,
  { options, running, postgresUrl, builds, secrets }: Surroundings,
): Promise<Finished> {
  const { isQuick, seed } = options
  const startedAtMs = performance.now()
  const tally = new Tally()
  const wanted = isQuick ? row.quick : row.full
  const closers: (() => unknown)[] = []
  const say = (text: string) => console.error(`${name}: ${text}`)
  const keepOutput = secrets.open()
  running.add(tally)
  try {
    say('begins')
    const work = row.run({
      trials: wanted,
      isQuick,
      tally,
      postgresUrl,
      builds,
      random: createRandom(seed + ('number' in row ? row.number : 1)),
      keepOutput,
      addSecret: (text) => secrets.add(text),
      say,
      onEnd: (close) => void closers.push(close),
    })
    await orTooLate(work, longestRowMs[isQuick ? 'quick' : 'full'])
  } catch (error) {
    tally.breach(`crash (${firstLine(error)})`)
    say(error instanceof Error ? String(error.stack) : String(error))
  }
  for (const close of closers.reverse()) {
    try {
      await close()
    } catch (error) {
      tally.breach(`not closed (${firstLine(error)})`)
    }
  }
  running.delete(tally)
  const seconds = (performance.now() - startedAtMs) / 1_000
  const { failed } = tally.result(0, wanted)
  say(`${failed ? 'FAILED' : 'ok'}, ${tally.trials} trials in ${seconds.toFixed(1)} s; ${tally.note(wanted)}`)
  return { tally, wanted, seconds }
}

async function orTooLate(work: Promise<void>, withinMs: number): Promise<void> {
  const ended = new AbortController()
  const late = delay(withinMs, undefined, { signal: ended.signal }).then(
    () => {
      throw new Error(`It had not ended after ${withinMs} ms.`)
    },
    () => undefined,
  )
  await Promise.race([work, late]).finally(() => ended.abort())
}

const firstLine = (error: unknown) => String(error instanceof Error ? error.message : error).split('\n')[0]

function printTable(
  rows: readonly Row[],
  finished: ReadonlyMap<Row, Finished>,
  peers: readonly [PeerRow, Finished][],
  isQuick: boolean,
): void {
  const line = (cells: readonly string[]) => console.log(`| ${cells.join(' | ')} |`)
  line(['row', 'fault', 'trials', 'lost', 'doubled', 'bound 3/n', 's', 'result', 'remarks'])
  line(['--:', '---', '--:', '--:', '--:', '--:', '--:', '---', '---'])
  const cellsOf = ({ tally, wanted, seconds }: Finished, result: string, remark = '') => [
    String(tally.trials),
    String(tally.lost),
    String(tally.doubled),
    boundOf(tally),
    seconds.toFixed(0),
    result,
    [tally.note(wanted), remark].filter((text) => text !== '').join('; '),
  ]
  for (const row of rows) {
    const one = finished.get(row) as Finished
    const { failed } = one.tally.result(row.number, one.wanted)
    line([
      String(row.number),
      row.fault,
      ...cellsOf(one, failed ? 'FAILED' : 'ok', isQuick ? row.scaledDown : undefined),
    ])
  }
  for (const [peer, one] of peers)
    line(['1', `kill -9 during polling load: ${peer.name}`, ...cellsOf(one, 'for comparison')])
}

/** With no failure in n trials the true rate is below 3/n, at 95 %. */
function boundOf({ trials, lost, doubled, broken }: Tally): string {
  if (trials === 0 || lost + doubled + broken.size > 0) return '–'
  return `${((3 / trials) * 100).toPrecision(2)} %`
}
