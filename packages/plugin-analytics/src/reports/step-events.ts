/** Reads who took a step of a funnel, and when: packed, since a row for each event would cost a multiple, and a few days at a time, so that memory does not grow with the range. */
import { raw, type Sql, type SqlFragment } from '@hello/core'
import type { DayRange } from '../day-rows.js'
import type { EventData } from '../define-events.js'
import type { RollUpState } from '../roll-up-state.js'

/** Which events are the step. */
export interface StepEvents {
  readonly type: string
  readonly data?: EventData | undefined
}

/** Told of each event: `users.id`, and microseconds since 2000. */
export type EventReader = (userId: number, at: number) => void

/** What is read at once, 12 bytes each. One day is never divided. */
const eventsAtOnce = 100_000
const eventBytes = 12

/** In no order. */
export async function readStepEvents(
  sql: Sql,
  { timeZone }: RollUpState,
  range: DayRange,
  step: StepEvents,
  read: EventReader,
): Promise<void> {
  const { left, value, type } = conditionOf(step)
  for (const { first, last } of await partsOf(sql, range, step.type)) {
    const [row] = await sql<{ packed: Buffer | null }>`
      SELECT string_agg(int4send(user_id) || timestamptz_send(occurred_at), '') AS packed
      FROM analytics_events
      WHERE type = ${step.type} AND user_id IS NOT NULL AND ${left} ${value}::${type}
        AND occurred_at >= ${first}::timestamp AT TIME ZONE ${timeZone}
        AND occurred_at < (${last}::date + 1)::timestamp AT TIME ZONE ${timeZone}`
    if (row?.packed) readPacked(row.packed, read)
  }
}

interface Condition {
  readonly left: SqlFragment
  readonly value: string
  readonly type: SqlFragment
}

/** Commands and buttons are known by a column that the index has; other data is looked up in the row. */
function conditionOf({ type, data }: StepEvents): Condition {
  if (data === undefined) return { left: raw(`'' =`), value: '', type: raw('text') }
  const key = type === 'command' ? 'command' : type === 'callback' ? 'button' : undefined
  const name = key === undefined ? undefined : data[key]
  const isNamed = typeof name === 'string' && name !== '' && name.length < 64
  if (isNamed && Object.keys(data).length === 1)
    return { left: raw('name ='), value: name, type: raw('text') }
  return { left: raw('data @>'), value: JSON.stringify(data), type: raw('jsonb') }
}

/** The range in parts, as the sums of days say; what is not added up yet goes with the last day before it. */
async function partsOf(sql: Sql, { first, last }: DayRange, type: string): Promise<DayRange[]> {
  const days = await sql<{ day: string; before: string; events: string }>`
    SELECT day::text, (day - 1)::text AS before, sum(events) AS events FROM analytics_day_counts
    WHERE day BETWEEN ${first}::date AND ${last}::date AND type = ${type} GROUP BY day ORDER BY day`
  const parts: DayRange[] = []
  let [start, held] = [first, 0]
  for (const { day, before, events } of days) {
    if (held > 0 && held + Number(events) > eventsAtOnce) {
      parts.push({ first: start, last: before })
      ;[start, held] = [day, 0]
    }
    held += Number(events)
  }
  return [...parts, { first: start, last }]
}

/** PostgreSQL's own formats for the wire: an int4, and an int8 of microseconds since 2000, highest byte first. */
function readPacked(packed: Buffer, read: EventReader): void {
  // A DataView takes an eighth of the time of the reading methods of Buffer.
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length)
  for (let at = 0; at < packed.length; at += eventBytes)
    read(view.getInt32(at), view.getInt32(at + 4) * 2 ** 32 + view.getUint32(at + 8))
}
