/** A value on its way into the database and back: checked by its schema both times, so that what is read is what the code expects. No I/O. */
import { z } from 'zod'
import { PluginError } from '../errors.js'

/** The longest JSON of one state, in bytes of UTF-8: a state is a note, and a table of a plugin's own holds the rest. */
export const longestStateBytes = 16_384

/**
 * The JSON of a value that fits its schema.
 *
 * @param what names the state in errors
 * @throws PluginError STATE_VALUE: it does not fit, or what JSON makes of it does not. STATE_TOO_LARGE.
 */
export async function toKeptJson(schema: z.ZodType, value: unknown, what: string): Promise<string> {
  const checked = await schema.safeParseAsync(value)
  if (!checked.success) {
    throw new PluginError('STATE_VALUE', `${what} cannot keep this value: ${faultsOf(checked.error)}.`)
  }
  const json = writeJson(checked.data, what)
  const again = await schema.safeParseAsync(JSON.parse(json))
  // As text, since an optional field that is undefined is the same as none.
  if (!again.success || writeJson(again.data, what) !== json) {
    const fault = again.success ? 'the schema makes another value of it' : faultsOf(again.error)
    throw new PluginError(
      'STATE_VALUE',
      `${what} is kept as JSON, and this value is not the same afterwards: ${fault}. Take types that JSON has (of a Date: z.iso.datetime() or z.coerce.date()).`,
    )
  }
  const bytes = Buffer.byteLength(json)
  if (bytes <= longestStateBytes) return json
  throw new PluginError(
    'STATE_TOO_LARGE',
    `${what} would take ${bytes} bytes of JSON, and may take ${longestStateBytes}. Keep what is large in a table of the plugin's own.`,
  )
}

/** Path and message of each fault, and nothing of the value: it belongs to a person. */
export function faultsOf(error: z.ZodError): string {
  return z
    .prettifyError(error)
    .replace(/^✖ /, '')
    .replaceAll(/\n\s*→ at /g, ' at ')
    .replaceAll('\n✖ ', '; ')
}

function writeJson(value: unknown, what: string): string {
  try {
    // `undefined` has no JSON at all.
    return JSON.stringify(value) ?? 'null'
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new PluginError('STATE_VALUE', `${what} cannot be written as JSON: ${reason}.`, { cause })
  }
}
