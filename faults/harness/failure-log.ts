/** Keeps how the updates of one bot of this process ended, as core publishes it. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { TraceEvents } from '@hello/core'
import type { RowRun } from './row.js'

type Settled = TraceEvents['hello:update.settled']

/** See the file's purpose. */
export interface FailureLog {
  /** The updates that failed, with the code of the error where it has one. */
  readonly failed: readonly {
    readonly updateId: number
    readonly code: string | undefined
    readonly plugin: string | undefined
  }[]
  /** How many tries ended with another one. */
  readonly retried: number
}

/** Listens until the end of the row. */
export function keepFailures(run: RowRun, botId: number): FailureLog {
  const failed: FailureLog['failed'][number][] = []
  const log = { failed, retried: 0 }
  const listen = (message: unknown) => {
    const event = message as Settled
    if (event.botId !== botId) return
    if (event.outcome === 'retried') log.retried += 1
    if (event.outcome !== 'failed') return
    const { code } = (event.error ?? {}) as { code?: string }
    failed.push({ updateId: event.updateId, code, plugin: event.plugin })
  }
  subscribe('hello:update.settled', listen)
  run.onEnd(() => unsubscribe('hello:update.settled', listen))
  return log
}
