/** Row 44: hours of work under changing faults, and nothing grows. */

import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { type Lab, openLab } from '../harness/lab.js'
import type { Row, RowRun } from '../harness/row.js'

/** See the file's purpose. */
export const soakRows: readonly Row[] = [
  {
    number: 44,
    fault: 'soak: 50 updates/s under the faults of rows 14, 27 and 32; a trial is an update',
    quick: 8_000,
    full: 300_000,
    waits: true,
    scaledDown: '3 minutes in place of 2 hours',
    run: soak,
  },
]

interface Sample {
  readonly atMs: number
  readonly rssMb: number
  /** Of V8's heap: what it has of the system, and what is in use after a collection. */
  readonly heapMb: number
  readonly liveMb: number
  /** Of buffers, outside the heap. */
  readonly externalMb: number
  readonly handles: number
  readonly openRows: number
}

async function soak(run: RowRun): Promise<void> {
  const lab = await openLab(run, { people: 50 })
  const bot = await lab.fork({ LOG_LEVEL: 'warn', LONG_POLL: '1s' })
  await bot.started
  const lastsMs = run.isQuick ? 180_000 : 7_200_000
  const warmUpMs = run.isQuick ? 60_000 : 900_000
  const startedAtMs = performance.now()
  const elapsedMs = () => performance.now() - startedAtMs
  const load = setInterval(() => lab.say(5), 100)
  run.onEnd(() => clearInterval(load))
  const samples: Sample[] = []
  for (let turn = 0; elapsedMs() < lastsMs; turn++) {
    await disturb(lab, turn)
    await delay(5_000)
    if (elapsedMs() > warmUpMs) samples.push(await sample(lab, bot.child, elapsedMs()))
    if (turn % 12 === 11) run.say(`${Math.round(elapsedMs() / 1_000)} s, ${lab.issued.length} updates`)
  }
  clearInterval(load)
  await lab.untilQuiet()
  run.tally.expect((await bot.stop()) === 0, 'exit code not 0')
  run.tally.trial(lab.issued.length)
  weigh(run, samples)
  run.tally.add(await lab.judge())
}

/** The faults in turn: Telegram's polls, PostgreSQL's connections, Telegram's patience. */
async function disturb(lab: Lab, turn: number): Promise<void> {
  const { faults } = lab.server
  if (turn % 3 === 0) {
    faults.next('getUpdates', { kind: 'error', errorCode: 502, description: 'Bad Gateway' })
    faults.next('getUpdates', { kind: 'cut', when: 'after' })
  } else if (turn % 3 === 1) {
    await lab.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name LIKE 'hello%'`,
    )
  } else {
    const parameters = { retry_after: 1 }
    faults.next('sendMessage', {
      kind: 'error',
      errorCode: 429,
      description: 'Too Many Requests: retry after 1',
      parameters,
      times: 10,
    })
  }
}

async function sample(lab: Lab, child: ChildProcess, atMs: number): Promise<Sample> {
  const answer = new Promise<NodeJS.MemoryUsage & { handles: number }>((resolve) =>
    child.once('message', (message) => resolve(message as never)),
  )
  child.send('memory')
  const { rss, heapTotal, heapUsed, external, handles } = await answer
  return {
    atMs,
    rssMb: rss / 2 ** 20,
    heapMb: heapTotal / 2 ** 20,
    liveMb: heapUsed / 2 ** 20,
    externalMb: external / 2 ** 20,
    handles,
    openRows: await lab.openRows(),
  }
}

/** The slope of the memory over the hours; in three minutes it says little, so that a quick run only bounds the growth. */
function weigh({ tally, isQuick }: RowRun, samples: readonly Sample[]): void {
  const slope = slopeOf(samples, 'rssMb')
  const third = Math.floor(samples.length / 3)
  const grown = medianOf(samples.slice(-third), 'rssMb') - medianOf(samples.slice(0, third), 'rssMb')
  if (isQuick) tally.expect(grown < 8, `memory grew by ${grown.toFixed(1)} MB`)
  else tally.expect(slope < 1, `memory grows by ${slope.toFixed(1)} MB an hour`)
  const handles = medianOf(samples.slice(-third), 'handles') - medianOf(samples.slice(0, third), 'handles')
  tally.expect(handles < 10, `${handles} handles more`)
  tally.expect(medianOf(samples.slice(-third), 'openRows') < 500, 'rows pile up')
  const shown = isQuick
    ? `memory ${grown.toFixed(1)} MB more after the first minute`
    : `${slope.toFixed(2)} MB an hour; by quarters ${quarters(samples, 'rssMb')} MB, of them V8's heap ${quarters(samples, 'heapMb')} (live ${quarters(samples, 'liveMb')}), buffers ${quarters(samples, 'externalMb')}`
  tally.figures.push(shown)
}

function medianOf(samples: readonly Sample[], key: keyof Sample): number {
  const values = samples.map((one) => one[key]).sort((a, b) => a - b)
  return values[Math.floor(values.length / 2)] ?? Number.NaN
}

/** Whether it goes on growing, or came to its size. */
function quarters(samples: readonly Sample[], key: keyof Sample): string {
  const size = Math.ceil(samples.length / 4)
  const medians = [0, 1, 2, 3].map((quarter) =>
    medianOf(samples.slice(quarter * size, (quarter + 1) * size), key).toFixed(1),
  )
  return medians.join(', ')
}

/** By the hour; least squares. */
function slopeOf(samples: readonly Sample[], key: keyof Sample): number {
  const points = samples.map((one) => [one.atMs / 3_600_000, one[key]] as const)
  const mean = (index: 0 | 1) => points.reduce((total, point) => total + point[index], 0) / points.length
  const [meanX, meanY] = [mean(0), mean(1)]
  const covariance = points.reduce((total, [x, y]) => total + (x - meanX) * (y - meanY), 0)
  return covariance / points.reduce((total, [x]) => total + (x - meanX) ** 2, 0)
}
