/** Writes events: one prepared statement for those of many updates in their transaction, one for all that waited in the buffer. */
import { type DatabaseSession, defineAppender, statement } from '@hello/core'
import type { EventData } from './define-events.js'

/** An event as it is written. The person is known by one of two ids, or not at all. */
export interface NewEvent {
  readonly type: string
  readonly data: EventData
  /** `users.id`. */
  readonly userId?: number | undefined
  /** Telegram's id. */
  readonly telegramId?: number | undefined
  /** How long it took to answer, in milliseconds. */
  readonly durationMs?: number | undefined
  /** Whether the person did it; what was done to them makes nobody active. */
  readonly isActivity: boolean
}

/** An event that waited, and when it happened. */
export interface WaitingEvent extends NewEvent {
  readonly occurredAt: Date
}

/** Writes events with the commit of their units of work. */
export const appendEvents = defineAppender<NewEvent>(
  // The person may not be there: whom no plugin has remembered counts without a name. Each is looked up by itself: how
  // many events there are is not known to PostgreSQL, and joined, it would read all people for a few.
  (events) => statement`
    INSERT INTO analytics_events (type, user_id, data, duration_ms, is_activity)
    SELECT e.type, COALESCE(e.user_id, (SELECT id FROM users WHERE telegram_id = e.telegram_id)), e.data,
      e.duration_ms, e.is_activity
    FROM ROWS FROM (
      unnest(${events.map(({ type }) => type)}::text[]), unnest(${events.map(({ userId }) => userId ?? null)}::integer[]),
      unnest(${events.map(({ telegramId }) => telegramId ?? null)}::bigint[]),
      jsonb_array_elements(${toJson(events.map(({ data }) => data))}::jsonb),
      unnest(${events.map(({ durationMs }) => durationMs ?? null)}::real[]),
      unnest(${events.map(({ isActivity }) => isActivity)}::boolean[])
    ) WITH ORDINALITY AS e (type, user_id, telegram_id, data, duration_ms, is_activity, place)
    ORDER BY e.place`,
)

/**
 * Writes what waited. What roll-ups have passed by in the meantime is dated to their end, so that it is counted; the
 * lock keeps them where they are until this is written.
 */
export async function writeWaiting({ sql }: DatabaseSession, events: readonly WaitingEvent[]): Promise<void> {
  const rows = events.map(({ type, data, userId, telegramId, durationMs, isActivity, occurredAt }) => ({
    type,
    data,
    user_id: userId,
    telegram_id: telegramId,
    duration_ms: durationMs,
    is_activity: isActivity,
    occurred_at: occurredAt,
  }))
  // Of a person who was deleted while their event waited, the event of nobody stays.
  await sql`
    INSERT INTO analytics_events (type, user_id, data, duration_ms, is_activity, occurred_at)
    SELECT e.type,
      (SELECT id FROM users
        WHERE id = COALESCE(e.user_id, (SELECT id FROM users WHERE telegram_id = e.telegram_id))),
      e.data, e.duration_ms, e.is_activity, GREATEST(e.occurred_at, r.rolled_until)
    FROM jsonb_to_recordset(${toJson(rows)}::jsonb) AS e (
      type text, data jsonb, user_id integer, telegram_id bigint, duration_ms real, is_activity boolean,
      occurred_at timestamptz)
    CROSS JOIN (SELECT rolled_until FROM analytics_rollup FOR SHARE) AS r`
}

function toJson(value: unknown): string {
  const json = JSON.stringify(value)
  // Both are written as escapes, and few texts have one; looking at every value costs more than writing it.
  return json.includes('\\u') ? JSON.stringify(value, cleanText) : json
}

/** jsonb refuses NUL (22P05) and half a surrogate pair (22P02), and people can write both. */
function cleanText(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\u0000', '').toWellFormed() : value
}
