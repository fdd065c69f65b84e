/** Tells the playground's inspector of the app's work, as core's trace has it. Subscribed only while a local Telegram runs. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { InspectorEvent, ShownError } from '@hello/testing'
import type { SecretRedactor } from '../secrets.js'
import type { TraceEvents } from '../trace.js'

/** Where the trace goes. */
export interface InspectorTraceOptions {
  /** Only of this bot: another app may live in the process. */
  readonly botId: number
  /** Takes the secrets out of what is told. */
  readonly redactor: SecretRedactor
  add(event: InspectorEvent): void
}

type Describe = { readonly [K in keyof TraceEvents]?: (event: TraceEvents[K]) => InspectorEvent | undefined }

/** Begins; what is returned ends it. */
export function traceToInspector({ botId, redactor, add }: InspectorTraceOptions): () => void {
  const listeners = Object.entries(describe).map(([name, toEvent]) => {
    const listener = (message: unknown) => {
      const traced = message as { readonly botId?: number }
      // A statement outside of an update names no bot.
      if (traced.botId !== undefined && traced.botId !== botId) return
      const event = (toEvent as (traced: unknown) => InspectorEvent | undefined)(traced)
      if (event !== undefined) add(JSON.parse(redactor.redact(JSON.stringify(event))) as InspectorEvent)
    }
    subscribe(name, listener)
    return { name, listener }
  })
  return () => {
    for (const { name, listener } of listeners) unsubscribe(name, listener)
  }
}

// What the local Telegram sees itself is not told twice: updates that are made, and calls that arrive.
const describe: Describe = {
  'hello:update.started': ({ updateId, attempt }) => ({ type: 'started', updateId, attempt }),
  'hello:update.dispatched': ({ updateId, plugin, handler }) => ({
    type: 'handler',
    updateId,
    plugin,
    handler,
  }),
  'hello:update.settled': ({ updateId, outcome, durationMs, plugin, handler, error }) => ({
    type: 'settled',
    updateId,
    outcome,
    durationMs,
    ...(plugin !== undefined && { plugin }),
    ...(handler !== undefined && { handler }),
    ...(error !== undefined && { error: showError(error) }),
  }),
  'hello:sql': ({ updateId, text, durationMs, ok }) => ({
    type: 'sql',
    ...(updateId !== undefined && { updateId }),
    text,
    durationMs,
    ok,
  }),
  'hello:update.repeated': ({ updateId }) =>
    note('info', `Update ${updateId} came again and was passed over`),
  'hello:update.malformed': () => note('warning', 'What came is no update, and was passed over'),
  'hello:polling.failed': ({ failures, waitMs, error }) => ({
    ...note('warning', `Poll ${failures} in a row failed; the next one in ${Math.round(waitMs)} ms`),
    error: { message: showError(error).message },
  }),
  'hello:outbox.sent': ({ method, outcome, durationMs }) =>
    outcome === 'sent' ? undefined : { ...note('warning', `Outbox: ${method} ${outcome}`), durationMs },
  'hello:job.ended': ({ plugin, job, outcome, durationMs }) => ({
    ...note(
      outcome === 'failed' || outcome === 'retry' ? 'error' : 'info',
      `Job ${plugin}/${job}: ${outcome}`,
    ),
    durationMs,
  }),
  'hello:request.answered': ({ route, status, durationMs }) => ({
    ...note(status >= 500 ? 'error' : 'info', `${route ?? 'Unknown route'} answered ${status}`),
    durationMs,
  }),
}

function note(level: 'info' | 'warning' | 'error', text: string) {
  return { type: 'note', level, text } as const
}

function showError(error: unknown): ShownError {
  if (!(error instanceof Error)) return { message: String(error) }
  const { cause, stack } = error
  const causes = cause instanceof Error ? `\ncaused by: ${cause.stack ?? cause.message}` : ''
  return { message: error.message || error.name, ...(stack !== undefined && { stack: `${stack}${causes}` }) }
}
