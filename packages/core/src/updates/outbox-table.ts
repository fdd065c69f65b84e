/** How calls stand in the outbox: the statements of the table, and the JSON that holds a Buffer. */
import type { RawQuery, StatementRunner } from '../database/sequelize-internals.js'
import type { OutgoingCall, StoredCall } from '../database/unit.js'
import { wellFormed } from './json-text.js'

/** Stores `$2` (of {@link packCalls}) for the bot `$1`, in order, where `condition` is true; gives `id`. May stand behind a WITH. */
export const storeCallsWhere = (
  condition: string,
) => `INSERT INTO hello_outbox (bot_id, chat, method, payload, at_most_once, is_bulk, tag)
SELECT $1, call.chat, call.method, call.payload, coalesce(call.once, false), coalesce(call.bulk, false), call.tag
FROM json_to_recordset($2::json) AS call (place int, chat text, method text, payload json, once boolean, bulk boolean, tag text)
WHERE ${condition}
ORDER BY call.place
RETURNING id`

/** Numbers of what is not closed, in order: an index alone answers it. */
export const selectOpen = (isBulk: boolean, botId: number, after: string, limit: number): RawQuery => ({
  name: isBulk ? 'hello_outbox_open_bulk' : 'hello_outbox_open',
  text: `SELECT id FROM hello_outbox WHERE bot_id = $1 AND id > $2 AND closed_at IS NULL AND is_bulk = ${isBulk}
ORDER BY id LIMIT $3`,
  values: [botId, after, limit],
})

// Here too "outcome IS NULL" keeps the planner to the key where the number is known.

/** Calls by their numbers, where they are still not closed. */
export const selectCalls = (ids: readonly string[]): RawQuery => ({
  name: 'hello_outbox_calls',
  text: `SELECT id, chat, method, payload, at_most_once, is_bulk, tag, attempted_at FROM hello_outbox
WHERE id = ANY($1::bigint[]) AND outcome IS NULL ORDER BY id`,
  values: [ids],
})

/** Notes that calls are made now, where they were not before; gives the numbers of those. */
export const markAttempted = (ids: readonly string[]): RawQuery => ({
  name: 'hello_outbox_attempt',
  text: `UPDATE hello_outbox SET attempted_at = clock_timestamp()
WHERE id = ANY($1::bigint[]) AND attempted_at IS NULL AND outcome IS NULL RETURNING id`,
  values: [ids],
})

/** Notes that a call was not made after all. */
export const unmarkAttempted = (id: string): RawQuery => ({
  name: 'hello_outbox_unattempt',
  text: 'UPDATE hello_outbox SET attempted_at = NULL WHERE id = $1',
  values: [id],
})

/** What became of a call. */
export interface Mark {
  readonly id: string
  readonly outcome: 'sent' | 'refused' | 'unknown'
  readonly error?: string
}

/** Closes calls: what was sent goes, what was not stays with the reason. */
export function closeCalls(marks: readonly Mark[]): RawQuery {
  const sent = marks.filter(({ outcome }) => outcome === 'sent').map(({ id }) => id)
  const others = marks.filter(({ outcome }) => outcome !== 'sent')
  if (others.length === 0) return { name: 'hello_outbox_sent', text: removeSent, values: [sent] }
  return {
    name: 'hello_outbox_mark',
    text: `WITH sent AS (${removeSent})
UPDATE hello_outbox SET closed_at = clock_timestamp(), outcome = mark.outcome, error = mark.error
FROM unnest($2::bigint[], $3::text[], $4::text[]) AS mark (id, outcome, error) WHERE hello_outbox.id = mark.id`,
    values: [
      sent,
      others.map(({ id }) => id),
      others.map(({ outcome }) => outcome),
      others.map(({ error }) => error?.replaceAll('\u0000', '') ?? null),
    ],
  }
}

const removeSent = 'DELETE FROM hello_outbox WHERE id = ANY($1::bigint[])'

/** Locks a call for the unit of work that closes it. */
export const takeCall = (id: string): RawQuery => ({
  name: 'hello_outbox_take',
  text: 'SELECT 1 FROM hello_outbox WHERE id = $1 AND outcome IS NULL FOR UPDATE',
  values: [id],
})

/** The same, where it still waits for this chat. */
export const takeCallOf = (id: string, chat: string): RawQuery => ({
  name: 'hello_outbox_take_of',
  text: 'SELECT 1 FROM hello_outbox WHERE id = $1 AND chat = $2 AND outcome IS NULL FOR UPDATE',
  values: [id, chat],
})

/** Gives everything that waits for a chat the id that the chat has now. */
export const moveCalls = (botId: number, fromChat: string, toChatId: number): RawQuery => ({
  name: 'hello_outbox_move',
  text: `UPDATE hello_outbox SET chat = $3::text,
payload = jsonb_set(payload::jsonb, '{chat_id}', to_jsonb($3::text::bigint))::json
WHERE bot_id = $1 AND chat = $2 AND closed_at IS NULL`,
  values: [botId, fromChat, String(toChatId)],
})

/** For the pruner: removes the oldest calls that were closed so long ago. */
export const pruneClosed = (botId: number, { settledKeptHours }: { settledKeptHours: number }) => ({
  // By the primary key: an index on the time alone would cost every message.
  text: `DELETE FROM hello_outbox WHERE id IN (
  SELECT id FROM (SELECT id, closed_at FROM hello_outbox WHERE bot_id = $1 ORDER BY id LIMIT $3) AS oldest
  WHERE closed_at < clock_timestamp() - make_interval(hours => $2))`,
  values: [botId, settledKeptHours],
})

/** Calls as they are stored. */
export interface PackedCalls {
  /** The parameter of {@link storeCallsWhere}. */
  readonly text: string
  /** What the text holds, in its order. */
  readonly calls: readonly OutgoingCall[]
}

/** Writes calls down. Text that Postgres cannot hold (NUL, half an emoji) would undo the whole unit, so it is mended. */
export function packCalls(outgoing: readonly OutgoingCall[]): PackedCalls {
  const written = JSON.stringify(
    outgoing.map(({ chatId, method, payload, atMostOnce, isBulk, tag }, place) => ({
      place,
      chat: String(chatId),
      method,
      payload: packBuffers(payload),
      once: atMostOnce,
      bulk: isBulk,
      tag,
    })),
  )
  const text = wellFormed(written)
  // What is sent is what was stored, now and after a restart.
  const calls = text === written ? outgoing : (JSON.parse(text) as Record<string, unknown>[]).map(toCall)
  return { text, calls }
}

/** The stored calls with their ids, which ascend in the order in which they were given. */
export function storedCalls(
  rows: readonly Record<string, unknown>[],
  calls: readonly OutgoingCall[],
): StoredCall[] {
  const ids = rows.map(({ id }) => BigInt(id as string)).sort((a, b) => (a < b ? -1 : 1))
  return calls.map((call, index) => ({ id: String(ids[index]), ...call }))
}

/** A call as it was read back from the table. */
export function readCall({
  id,
  at_most_once,
  is_bulk,
  attempted_at,
  ...row
}: Record<string, unknown>): StoredCall {
  return {
    id: id as string,
    ...toCall({ ...row, once: at_most_once, bulk: is_bulk }),
    ...(attempted_at !== null && { wasAttempted: true }),
  }
}

/** Stores the calls of a unit that handles no update. */
export async function storeOutgoing(
  connection: StatementRunner,
  botId: number,
  outgoing: readonly OutgoingCall[],
): Promise<StoredCall[]> {
  const { text, calls } = packCalls(outgoing)
  const query = { name: 'hello_outbox_store', text: storeCallsWhere('true'), values: [botId, text] }
  const { rows } = await connection.query(query)
  return storedCalls(rows, calls)
}

const bufferKey = '$buffer'

function toCall({ chat, method, payload, once, bulk, tag }: Record<string, unknown>): OutgoingCall {
  return {
    chatId: chat as string,
    method: method as string,
    payload: unpackBuffers(payload) as OutgoingCall['payload'],
    ...(once === true && { atMostOnce: true }),
    ...(bulk === true && { isBulk: true }),
    ...(typeof tag === 'string' && { tag }),
  }
}

function packBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [bufferKey]: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(packBuffers)
  if (typeof value !== 'object' || value === null) return value
  // A Date writes itself.
  if (typeof (value as { toJSON?: unknown }).toJSON === 'function') return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, packBuffers(inner)]))
}

function unpackBuffers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpackBuffers)
  if (typeof value !== 'object' || value === null) return value
  const packed = (value as Record<string, unknown>)[bufferKey]
  if (typeof packed === 'string') return Buffer.from(packed, 'base64')
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpackBuffers(inner)]))
}
