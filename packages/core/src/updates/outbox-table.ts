/** How calls stand in the outbox: the statement that stores them, and the JSON that holds a Buffer. */
import type { RawConnection } from '../database/sequelize-internals.js'
import type { OutgoingCall, StoredCall } from '../database/unit.js'

/** Stores `$2` (of {@link storeCalls}) for the bot `$1`, in order; gives `id` and `place`. May stand behind a WITH. */
export const storeCallsText = `INSERT INTO hello_outbox (bot_id, chat, method, payload)
SELECT $1, call.chat, call.method, call.payload
FROM json_to_recordset($2::json) AS call (place int, chat text, method text, payload json)
ORDER BY call.place
RETURNING id`

/** The parameter of {@link storeCallsText}. */
export function storeCalls(outgoing: readonly OutgoingCall[]): string {
  return JSON.stringify(
    outgoing.map(({ chatId, method, payload }, place) => ({
      place,
      chat: String(chatId),
      method,
      payload: packBuffers(payload),
    })),
  )
}

/** The stored calls, in the order in which they were given: ids ascend in it. */
export function storedCalls(
  rows: readonly Record<string, unknown>[],
  outgoing: readonly OutgoingCall[],
): StoredCall[] {
  const ids = rows.map(({ id }) => BigInt(id as string)).sort((a, b) => (a < b ? -1 : 1))
  return outgoing.map((call, index) => ({ ...call, id: String(ids[index]) }))
}

/** A call as it was read back from the table. */
export function readCall(row: Record<string, unknown>): StoredCall {
  return {
    id: row.id as string,
    chatId: row.chat as string,
    method: row.method as string,
    payload: unpackBuffers(row.payload) as OutgoingCall['payload'],
  }
}

/** Stores the calls of a unit that handles no update. */
export async function storeOutgoing(
  connection: RawConnection,
  botId: number,
  outgoing: readonly OutgoingCall[],
): Promise<StoredCall[]> {
  const query = { name: 'hello_outbox_store', text: storeCallsText, values: [botId, storeCalls(outgoing)] }
  const { rows } = await connection.query(query)
  return storedCalls(rows, outgoing)
}

const bufferKey = '$buffer'

function packBuffers(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { [bufferKey]: value.toString('base64') }
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
