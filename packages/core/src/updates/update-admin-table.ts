/** The statements by which updates of the inbox are looked after by hand, and what their rows mean. */
import type { RawQuery } from '../database/sequelize-internals.js'
import type { UpdateListing } from './stored-update.js'

// Telegram writes the id first and then the one field that names the kind; a hundred characters show it, and no words.
const columns = `seq, update_id, coalesce(outcome, 'waiting') AS status, lane, left(payload::text, 100) AS beginning,
received_at, settled_at, attempts, plugin, error`

/** The newest first. */
export function listUpdates(
  botId: number,
  {
    status,
    limit,
    before,
  }: Required<Pick<UpdateListing, 'status' | 'limit'>> & Pick<UpdateListing, 'before'>,
): RawQuery {
  // Written out, so that the partial indexes of what waits and of what failed are used.
  const conditions = { all: '', waiting: 'AND settled_at IS NULL', failed: `AND outcome = 'failed'` }
  const condition = status in conditions ? conditions[status as keyof typeof conditions] : 'AND outcome = $4'
  return {
    text: `SELECT ${columns} FROM hello_inbox WHERE bot_id = $1 AND ($2::bigint IS NULL OR seq < $2) ${condition}
ORDER BY seq DESC LIMIT $3`,
    values: [botId, before ?? null, limit, ...(condition.includes('$4') ? [status] : [])],
  }
}

/** One with its payload. */
export function selectUpdate(botId: number, updateId: number): RawQuery {
  return {
    text: `SELECT ${columns}, payload FROM hello_inbox WHERE bot_id = $1 AND update_id = $2`,
    values: [botId, updateId],
  }
}

/** Makes a failed or dropped row one that waits. What it failed with goes: it is told anew if it fails again. */
export function retryUpdate(botId: number, updateId: number): RawQuery {
  return {
    text: `UPDATE hello_inbox SET settled_at = NULL, outcome = NULL, plugin = NULL, error = NULL
WHERE bot_id = $1 AND update_id = $2 AND outcome IN ('failed', 'dropped')`,
    values: [botId, updateId],
  }
}

/** Gives a waiting or failed row up. */
export function dropUpdate(botId: number, updateId: number): RawQuery {
  return {
    text: `UPDATE hello_inbox SET settled_at = clock_timestamp(), outcome = 'dropped'
WHERE bot_id = $1 AND update_id = $2 AND (settled_at IS NULL OR outcome = 'failed')`,
    values: [botId, updateId],
  }
}
