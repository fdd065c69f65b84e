/** Logs a fault that nobody caught where it came from this app: with the update, the plugin and the handler whose code ran. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Database } from '../database/database.js'
import type { Logger } from '../logger.js'
import type { TraceEvents } from '../trace.js'
import type { Teardown } from './teardown.js'

const channelName = 'hello:process.fault'

/** Begins; the teardown ends it. */
export function logFaults(database: Database, logger: Logger, teardown: Teardown): void {
  const listen = (message: unknown) => {
    // Of another app in this process, or of no handler.
    if (database.logFields() === undefined) return
    const { error, origin } = message as TraceEvents[typeof channelName]
    logger.fatal({ err: error }, sentences[origin])
  }
  subscribe(channelName, listen)
  teardown.add(() => void unsubscribe(channelName, listen))
}

const sentences = {
  rejection: 'A promise of a handler was rejected and nobody awaited it; the bot stops',
  exception: 'An error of a handler was thrown where nobody could catch it; the bot stops',
}
