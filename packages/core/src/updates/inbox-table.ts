/** The statements of the inbox. Named ones are prepared once for each connection. */
import type { RawQuery } from '../database/sequelize-internals.js'
import { storeCallsWhere } from './outbox-table.js'

// Rows that are known by their number are asked for with "outcome IS NULL", which says the same as "settled_at IS NULL":
// with the latter the planner reads the index of what is not settled, in which dead entries pile up between two vacuums.

/** How a row is settled: when, and after how many tries. An outcome follows. */
const settled = 'settled_at = clock_timestamp(), attempts = attempts + 1, outcome'

// "hein". Whoever writes has it until the commit, so that of two instances the one whose numbers are lower commits first:
// a number that is missing below a row that is seen will never come, and no update of a chat can appear behind its next.
const turn = 'turn AS MATERIALIZED (SELECT pg_advisory_xact_lock(1751476590, hashtext($1::bigint::text)))'

/** Writes updates in their order; gives `seq` and `update_id` of those that are new. Parameters: bot, ids, lanes, payloads as one JSON array, in which nothing has to be escaped. */
export const insertRows = {
  name: 'hello_inbox_insert',
  text: `WITH ${turn}
INSERT INTO hello_inbox (bot_id, update_id, lane, payload)
SELECT $1, incoming.update_id, incoming.lane, incoming.payload
FROM turn, ROWS FROM (unnest($2::bigint[]), unnest($3::text[]), json_array_elements($4::json))
  WITH ORDINALITY AS incoming (update_id, lane, payload, place)
ORDER BY incoming.place
ON CONFLICT (bot_id, update_id) DO NOTHING
RETURNING seq, update_id`,
}

/** Keeps an update that cannot be stored as it is, with the reason. Parameters: bot, id, lane, its text as a JSON string, reason. */
export const insertUnstorable = {
  text: `INSERT INTO hello_inbox (bot_id, update_id, lane, payload, settled_at, outcome, error)
VALUES ($1, $2, $3, $4, clock_timestamp(), 'failed', $5) ON CONFLICT (bot_id, update_id) DO NOTHING`,
}

/** Numbers of what is not settled, in order of arrival: the index alone answers it. Parameters: bot, behind which, how many. */
export const selectUnsettled = {
  name: 'hello_inbox_unsettled',
  text: 'SELECT seq FROM hello_inbox WHERE bot_id = $1 AND seq > $2 AND settled_at IS NULL ORDER BY seq LIMIT $3',
}

/** The age in milliseconds of the first row that is not settled. Parameter: bot. */
export const selectOldestUnsettledAge = {
  text: `SELECT extract(epoch FROM clock_timestamp() - received_at)::float8 * 1000 AS age_ms
FROM hello_inbox WHERE bot_id = $1 AND settled_at IS NULL ORDER BY seq LIMIT 1`,
}

/** A row behind so many that are not settled, if there is one. Parameters: bot, how many. */
export const selectBehind = {
  name: 'hello_inbox_behind',
  text: 'SELECT 1 FROM hello_inbox WHERE bot_id = $1 AND settled_at IS NULL OFFSET $2 LIMIT 1',
}

/** Rows by their numbers, where they are still not settled. Parameter: numbers. */
export const selectRows = {
  name: 'hello_inbox_rows',
  text: 'SELECT seq, lane, payload FROM hello_inbox WHERE seq = ANY($1::bigint[]) AND outcome IS NULL ORDER BY seq',
}

/** Locks a row for its unit of work. Parameter: number. */
export const takeRow = {
  name: 'hello_inbox_take',
  text: 'SELECT 1 FROM hello_inbox WHERE seq = $1 AND outcome IS NULL FOR UPDATE',
}

/** Settles a row that was taken. Parameter: number. */
export const settleRow = {
  name: 'hello_inbox_settle',
  text: `UPDATE hello_inbox SET ${settled} = 'done' WHERE seq = $1`,
}

/** The same, and stores what is to be sent in one statement. Parameters: bot, calls, number. */
export const settleRowAndStore = {
  name: 'hello_inbox_settle_and_store',
  text: `WITH settled AS (UPDATE hello_inbox SET ${settled} = 'done' WHERE seq = $3) ${storeCallsWhere('true')}`,
}

const settleAll = (seqs: string) => `WITH settled AS (
  UPDATE hello_inbox SET ${settled} = 'done' WHERE seq = ANY(${seqs}::bigint[]) AND outcome IS NULL RETURNING 1
)`
const whetherAll = (seqs: string) =>
  `SELECT 1 / (count(*) = cardinality(${seqs}::bigint[]))::int FROM settled`

/** Settles rows that were not taken. Where one of them was settled before, it divides by zero ({@link notAllSettled}). Parameter: numbers. */
export const settleRows = {
  name: 'hello_inbox_settle_many',
  text: `${settleAll('$1')} ${whetherAll('$1')}`,
}

/** The same, and stores what is to be sent in one statement. Parameters: bot, calls, numbers. */
export const settleRowsAndStore = {
  name: 'hello_inbox_settle_many_and_store',
  text: `${settleAll('$3')} ${storeCallsWhere(`(${whetherAll('$3')}) = 1`)}`,
}

/** The SQLSTATE with which {@link settleRows} and {@link settleRowsAndStore} undo the transaction that they are in: a round trip less than to ask before. */
export const notAllSettled = '22012'

/** Marks a row as failed and says why. */
export function failRow(seq: string, plugin: string | undefined, error: string): RawQuery {
  return {
    name: 'hello_inbox_fail',
    text: `UPDATE hello_inbox SET ${settled} = 'failed', plugin = $2, error = $3 WHERE seq = $1 AND outcome IS NULL`,
    values: [seq, plugin ?? null, error.replaceAll('\u0000', '')],
  }
}

/** Removes the oldest of what was settled long ago, and nothing that another statement has in hand. */
export function pruneSettled(
  botId: number,
  { settledKeptHours, failedKeptHours }: KeptHours,
): { text: string; values: unknown[] } {
  return { text: pruneText, values: [botId, settledKeptHours, failedKeptHours] }
}

/** How long rows are kept after they are settled. */
export interface KeptHours {
  readonly settledKeptHours: number
  /** Of those that failed. Not less than the others. */
  readonly failedKeptHours: number
}

// The clock is the database's, as it was when the row was settled.
const pruneText = `DELETE FROM hello_inbox WHERE seq = ANY (ARRAY(
  SELECT seq FROM hello_inbox
  WHERE bot_id = $1 AND settled_at < now() - make_interval(hours => $2::int)
    AND (outcome <> 'failed' OR settled_at < now() - make_interval(hours => $3::int))
  ORDER BY settled_at LIMIT $4 FOR UPDATE SKIP LOCKED))`
