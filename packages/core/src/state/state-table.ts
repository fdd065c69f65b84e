/** How state stands in the database. Every statement runs in the caller's unit of work; times are those of the database's clock. */
import type { Sql } from '../database/sql.js'

/** Which row is meant. */
export interface StateKey {
  readonly botId: number
  /** 0 for none. */
  readonly chatId: number
  /** 0 for none. */
  readonly personId: number
  /** `@core` for core's own. */
  readonly plugin: string
  readonly name: string
}

/** What is kept, as it came out of JSON; `undefined` where nothing is. */
export interface KeptValue {
  readonly value: unknown
}

/** What is kept and has not expired. */
export async function readState(sql: Sql, key: StateKey): Promise<KeptValue | undefined> {
  const [row] = await sql<{ value: unknown }>`
    SELECT value FROM hello_state
    WHERE bot_id = ${key.botId} AND person_id = ${key.personId} AND chat_id = ${key.chatId}
      AND plugin = ${key.plugin} AND name = ${key.name}
      AND (expires_at IS NULL OR expires_at > clock_timestamp())`
  return row
}

/**
 * The same, and keeps every other unit of work from locking or writing the row until this one has ended. A row that is
 * not there is made, expired already: there is no other way to lock what does not exist.
 */
export async function lockState(sql: Sql, key: StateKey): Promise<KeptValue | undefined> {
  const [row] = await sql<{ value: unknown; isLive: boolean | null }>`
    INSERT INTO hello_state (bot_id, person_id, chat_id, plugin, name, value, expires_at)
    VALUES (${key.botId}, ${key.personId}, ${key.chatId}, ${key.plugin}, ${key.name}, 'null', '-infinity')
    ON CONFLICT (bot_id, person_id, chat_id, plugin, name) DO UPDATE SET expires_at = hello_state.expires_at
    RETURNING value, expires_at IS NULL OR expires_at > clock_timestamp() AS "isLive"`
  return row?.isLive ? row : undefined
}

/** @param expiresAfterMs `undefined` for never */
export async function writeState(
  sql: Sql,
  key: StateKey,
  json: string,
  expiresAfterMs: number | undefined,
): Promise<void> {
  await sql`
    INSERT INTO hello_state (bot_id, person_id, chat_id, plugin, name, value, expires_at)
    VALUES (${key.botId}, ${key.personId}, ${key.chatId}, ${key.plugin}, ${key.name}, ${json}::json,
      clock_timestamp() + ${expiresAfterMs ?? null}::float8 * interval '1 millisecond')
    ON CONFLICT (bot_id, person_id, chat_id, plugin, name) DO UPDATE
    SET value = excluded.value, expires_at = excluded.expires_at, updated_at = clock_timestamp()`
}

/** Forgets it. */
export async function removeState(sql: Sql, key: StateKey): Promise<void> {
  await sql`
    DELETE FROM hello_state
    WHERE bot_id = ${key.botId} AND person_id = ${key.personId} AND chat_id = ${key.chatId}
      AND plugin = ${key.plugin} AND name = ${key.name}`
}

/**
 * Forgets the typed state and the running conversations of a person, of all plugins and bots of the database: their own,
 * in every chat, and that of their private chat with a bot. What updates and messages hold goes by itself, after the
 * time that they are kept.
 *
 * @param personId Telegram's id
 * @example
 * ```ts
 * await eraseStateOf(services.session, user.telegramId)
 * ```
 */
export async function eraseStateOf(session: { readonly sql: Sql }, personId: number): Promise<void> {
  // The id of a private chat is that of the person (Bot API, Chat.id).
  await session.sql`
    DELETE FROM hello_state WHERE person_id = ${personId} OR (chat_id = ${personId} AND person_id = 0)`
}

/** Removes a batch of what has expired, of whichever bot; what a unit of work holds at the moment is left for later. Parameter: how many. */
export const pruneExpiredState = {
  text: `DELETE FROM hello_state WHERE ctid = ANY(ARRAY(
  SELECT ctid FROM hello_state WHERE expires_at <= clock_timestamp() LIMIT $1 FOR UPDATE SKIP LOCKED))`,
  values: [],
}
