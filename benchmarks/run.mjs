/** `npm run bench`: the whole job, Hello beside what is written by hand, interleaved in one run. */
import { parseArgs } from 'node:util'
import { startDatabases } from './harness/database.mjs'
import { startPeer } from './harness/peer.mjs'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    mode: { type: 'string', default: 'webhook' },
    'in-flight': { type: 'string', default: '32' },
  },
})

const allPeers = [
  { name: 'hello', script: 'hello.mjs', isHello: true },
  { name: 'hello-after-commit', script: 'hello.mjs', isHello: true, env: { SENDS: 'after-commit' } },
  { name: 'telegraf-pg', script: 'telegraf-pg.mjs' },
  { name: 'telegraf-sequelize', script: 'telegraf-sequelize.mjs' },
  { name: 'grammy-kysely', script: 'grammy-kysely.mjs' },
  { name: 'grammy-drizzle', script: 'grammy-drizzle.mjs' },
  { name: 'floor', script: 'floor.mjs' },
]
const wanted = options.only?.split(',')
const peers = allPeers.filter(({ name }) => wanted === undefined || wanted.includes(name))
const [rounds, count] = options.quick ? [3, 1_000] : [5, 5_000]
const people = 1_000
const inFlight = Number(options['in-flight'])

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

const databases = await startDatabases()
console.error(
  `Database: ${databases.description}; ${options.mode}, ${inFlight} in flight, ${rounds} rounds of ${count} updates`,
)
const figures = new Map(peers.map(({ name }) => [name, []]))
const running = []
try {
  for (const peer of peers) {
    const url = await databases.create({ isBare: !peer.isHello })
    const started = await startPeer(peer, url, { isWebhook: options.mode === 'webhook' })
    running.push({ peer, started })
    // The people are known and the code is warm before anything is measured.
    await started.round({ count: Math.max(count, people), inFlight, people, firstPerson: 7_000_000_000 })
  }
  for (let round = 0; round < rounds; round++) {
    for (const { peer, started } of running) {
      figures
        .get(peer.name)
        .push(await started.round({ count, inFlight, people, firstPerson: 7_000_000_000 }))
      console.error(`round ${round + 1}: ${peer.name}`)
    }
  }
} finally {
  for (const { started } of running) await started.stop()
  await databases.stop()
}

const medians = new Map(
  [...figures].map(([name, list]) => [
    name,
    Object.fromEntries(Object.keys(list[0]).map((key) => [key, median(list.map((figure) => figure[key]))])),
  ]),
)
console.table(
  Object.fromEntries(
    [...medians].map(([name, m]) => [
      name,
      {
        'updates/s': Math.round(m.updatesPerSecond),
        'CPU µs/update': Math.round(m.cpuMicros),
        'p50 ms': Number(m.p50Ms.toFixed(2)),
        'p99 ms': Number(m.p99Ms.toFixed(2)),
        'RSS MB': Math.round(m.rssMb),
      },
    ]),
  ),
)
