/** How calls stand in the outbox: the statement that stores them, and the JSON that holds a Buffer. */
import type { RawConnection } from '../database/sequelize-internals.js'
import type { OutgoingCall, StoredCall } from '../database/unit.js'
import { wellFormed } from './json-text.js'

/** Stores `$2` (of {@link packCalls}) for the bot `$1`, in order; gives `id` and `place`. May stand behind a WITH. */
export const storeCallsText = `INSERT INTO hello_outbox (bot_id, chat, method, payload)
SELECT $1, call.chat, call.method, call.payload
FROM json_to_recordset($2::json) AS call (place int, chat text, method text, payload json)
ORDER BY call.place
RETURNING id`

/** Calls as they are stored. */
export interface PackedCalls {
  /** The parameter of {@link storeCallsText}. */
  readonly text: string
  /** What the text holds, in its order. */
  readonly calls: readonly OutgoingCall[]
}

/** Writes calls down. Text that Postgres cannot hold (NUL, half an emoji) would undo the whole unit, so it is mended. */
export function packCalls(outgoing: readonly OutgoingCall[]): PackedCalls {
  const written = JSON.stringify(
    outgoing.map(({ chatId, method, payload }, place) => ({
      place,
      chat: String(chatId),
      method,
      payload: packBuffers(payload),
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
  return calls.map((call, index) => ({ ...call, id: String(ids[index]) }))
}

/** A call as it was read back from the table. */
export function readCall(row: Record<string, unknown>): StoredCall {
  return { id: row.id as string, ...toCall(row) }
}

/** Stores the calls of a unit that handles no update. */
export async function storeOutgoing(
  connection: RawConnection,
  botId: number,
  outgoing: readonly OutgoingCall[],
): Promise<StoredCall[]> {
  const { text, calls } = packCalls(outgoing)
  const query = { name: 'hello_outbox_store', text: storeCallsText, values: [botId, text] }
  const { rows } = await connection.query(query)
  return storedCalls(rows, calls)
}

const bufferKey = '$buffer'

function toCall({ chat, method, payload }: Record<string, unknown>): OutgoingCall {
  return {
    chatId: chat as string,
    method: method as string,
    payload: unpackBuffers(payload) as OutgoingCall['payload'],
  }
}

function packBuffers(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [bufferKey]: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(packBuffers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, packBuffers(inner)]))
}

function unpackBuffers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unpackBuffers)
  if (typeof value !== 'object' || value === null) return value
  const packed = (value as Record<string, unknown>)[bufferKey]
  if (typeof packed === 'string') return Buffer.from(packed, 'base64')
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unpackBuffers(inner)]))
}
