/** How an update of the inbox is written on a terminal. What people wrote in it must not move a cursor or turn a line around. Pure. */
import type { StoredUpdate, StoredUpdateWithPayload } from '../updates/stored-update.js'

/** One line, and of a failed update a second one with its error. */
export function describeUpdate(update: StoredUpdate): string[] {
  const { updateId, status, kind = 'unknown', lane, receivedAt, attempts, plugin, error } = update
  const tries = attempts > 1 ? `, ${attempts} tries` : ''
  const by = plugin === undefined ? '' : `, plugin ${plugin}`
  const line = `${updateId}  ${status}  ${secondsOf(receivedAt)}  ${kind} of ${lane}${tries}${by}`
  return error === undefined ? [visible(line)] : [visible(line), visible(`    ${error.split('\n', 1)[0]}`)]
}

/** All that is known of it. */
export function describeWithPayload(update: StoredUpdateWithPayload): string[] {
  const { settledAt, error, payload } = update
  const [line] = describeUpdate(update)
  return [
    line as string,
    ...(settledAt === undefined ? [] : [`settled ${secondsOf(settledAt)}`]),
    ...(error === undefined ? [] : error.split('\n').map(visible)),
    visible(JSON.stringify(payload, undefined, 2)),
  ]
}

/** JSON in which what is invisible is escaped, which means the same to who reads it. */
export const inJson = (value: unknown): string => visible(JSON.stringify(value, undefined, 2))

const secondsOf = (date: Date): string => `${date.toISOString().slice(0, 19)}Z`

// All but line ends, tabs, and what joins the parts of an emoji.
const invisible = /(?![\n\t\u200d])[\p{Cc}\p{Cf}]/gu

function visible(text: string): string {
  return text.replace(invisible, (found) =>
    // By UTF-16 unit, as JSON has it.
    Array.from({ length: found.length }, (_, index) => escapeOf(found.charCodeAt(index))).join(''),
  )
}

const escapeOf = (unit: number): string => `\\u${unit.toString(16).padStart(4, '0')}`
