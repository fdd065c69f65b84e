/** Measures parts of Hello alone, in a process of its own: CPU time of each, in microseconds. Bundled from core's sources, since no package gives these out. */
import { measureDispatch } from './dispatch.js'
import { measureLanes } from './lanes.js'
import { measureTransport } from './transport.js'
import { measureUnit } from './unit.js'

const isQuick = process.env.QUICK === '1'
const results = {
  dispatch: await measureDispatch([1, 50, 200], isQuick ? 2_000 : 10_000),
  unit: await measureUnit(isQuick ? 5_000 : 20_000),
  transport: await measureTransport(isQuick ? 1_000 : 5_000),
  lanes: await measureLanes([1_000, 10_000, 100_000]),
}
process.send?.({ results })
process.once('disconnect', () => process.exit())
