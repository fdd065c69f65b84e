/** A failed update: what was thrown, who had the update then, and what is recorded of it. Pure. */
import type { BoundContext } from '../telegram/context.js'
import type { RecordedFailure } from './inbox.js'

/** See the file's purpose. Plugin and handler are absent where no plugin had it. */
export interface UpdateFailure {
  readonly error: unknown
  readonly plugin?: string
  /** `/remind`, `callback rate`, `handlers`, `middleware`. */
  readonly handler?: string
}

/** In characters. */
const longestRecordedError = 8_000

/** @param ctx of the update; it knows who has it */
export function failureOf(error: unknown, ctx: BoundContext | undefined): UpdateFailure {
  const plugin = ctx?.plugin?.name
  const handler = ctx?.handler
  return { error, ...(plugin !== undefined && { plugin }), ...(handler !== undefined && { handler }) }
}

/** @param redact replaces secrets */
export function recordOf(
  { error, plugin }: UpdateFailure,
  redact: (text: string) => string,
): RecordedFailure {
  return {
    ...(plugin !== undefined && { plugin }),
    error: redact(describe(error)).slice(0, longestRecordedError),
  }
}

/** What was thrown, as text, whatever it is: an object without a prototype cannot even be written. */
function describe(error: unknown): string {
  try {
    return String((error instanceof Error && error.stack) || error)
  } catch {
    return `A value of type ${typeof error} was thrown`
  }
}
