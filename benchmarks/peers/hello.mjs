/** Hello with everything on: plugins, scope, unit of work, inbox, lanes, outbox, logs. `NEIGHBOURS` adds plugins that are not asked. */
import { ready } from './environment.mjs'
import { createGreeter } from './greeting.mjs'
import { createNeighbours } from './neighbours.mjs'

const app = createGreeter(createNeighbours(Number(process.env.NEIGHBOURS ?? 0)))
await app.start()
ready({ idle: () => app.idle() })
