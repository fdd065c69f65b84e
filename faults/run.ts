/** `npm run faults`: every row of the fault matrix, its trials counted, and the same kill loop for other frameworks. */
import { parseArgs } from 'node:util'
import { runRows } from './harness/run-rows.js'
import { peerRows } from './rows/peers.js'
import { allRows } from './rows/rows.js'

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    row: { type: 'string', multiple: true },
    peers: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
})

const wanted = options.row?.map(Number)
const unknown = wanted?.filter((number) => !allRows.some((row) => row.number === number)) ?? []
if (unknown.length > 0) {
  console.error(`There is no row ${unknown.join(', ')}; there are 1 to ${allRows.length}.`)
  process.exit(64)
}
// Children are killed with us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130))
process.setMaxListeners(100)
const rows = wanted === undefined ? allRows : allRows.filter(({ number }) => wanted.includes(number))
const hasPeers = options.peers || (wanted === undefined && rows.length > 0)
const results = await runRows(rows, {
  isQuick: options.quick,
  seed: Number(options.seed ?? Math.floor(Math.random() * 2 ** 31)),
  peers: hasPeers ? peerRows : [],
})
if (options.json) console.log(JSON.stringify({ rows: results.rows }))
process.exit(results.isFailed ? 1 : 0)
