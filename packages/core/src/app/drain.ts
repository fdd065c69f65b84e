/** The part of a stop between the closed intake and the first plugin that stops: what is under way is finished, and what it sent leaves. */
import { PluginError } from '../errors.js'
import type { Logger } from '../logger.js'
import type { OutboxSender } from '../updates/outbox-sender.js'
import type { UpdateEngine } from '../updates/update-engine.js'
import { beforeDeadline } from './deadline.js'
import type { Teardown } from './teardown.js'

/** What is drained. */
export interface DrainOptions {
  readonly engine: UpdateEngine
  readonly outbox: OutboxSender
  readonly logger: Logger
  /** For updates under way, and what then is left of it for the outbox. Integer ≥ 0. */
  readonly shutdownDeadlineMs: number
  /** The drains of the plugins, in the order of `requires`; they run in reverse. */
  readonly drains: readonly (() => Promise<void>)[]
}

/** Adds the steps: updates under way are finished, plugins drain, the outbox is sent, then closed. */
export function addDrain(teardown: Teardown, options: DrainOptions): void {
  const { engine, outbox, shutdownDeadlineMs, drains } = options
  let drainUntilMs = 0
  teardown.add(() => outbox.stop())
  teardown.add(() => flushOutbox(options, drainUntilMs - performance.now()))
  for (const drain of drains) teardown.add(drain)
  teardown.add(() => {
    drainUntilMs = performance.now() + shutdownDeadlineMs
    return beforeDeadline(
      engine.stop(),
      shutdownDeadlineMs,
      () =>
        new PluginError(
          'APP_STOP_DEADLINE',
          `Updates were still being handled after ${shutdownDeadlineMs} ms; the next start handles them again.`,
        ),
    )
  })
}

/** What does not leave in time stays in the outbox, and the next start sends it: no error. */
async function flushOutbox({ outbox, logger }: DrainOptions, withinMs: number): Promise<void> {
  const late = new PluginError('APP_STOP_DEADLINE', 'Messages are left in the outbox.')
  await beforeDeadline(outbox.idle(), Math.max(0, withinMs), () => late).catch((error: unknown) => {
    if (error !== late) throw error
    logger.warn('Not every message has left in time; the next start sends the rest')
  })
}
