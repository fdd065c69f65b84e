/** How exported events are written: CSV (RFC 4180), or a JSON list with an event in each line. Pure. */

/** An event as it is exported; times in UTC with microseconds, as in `2026-01-31T12:00:00.000001Z`. */
export interface ExportedEvent {
  /** A bigint, as digits. */
  readonly id: string
  readonly occurredAt: string
  readonly type: string
  /** `users.id`. */
  readonly userId: number | null
  readonly durationMs: number | null
  readonly isActivity: boolean
  readonly data: Readonly<Record<string, unknown>>
}

/** See the file's purpose. */
export const exportFormats = ['csv', 'json'] as const

/** One of {@link exportFormats}. */
export type ExportFormat = (typeof exportFormats)[number]

interface Writing {
  /** The first line; empty: none. */
  readonly opening: string
  readonly line: (event: ExportedEvent) => string
  /** What stands before every event but the first. */
  readonly between: string
  /** The last line; empty: none. */
  readonly closing: string
}

const columns = ['id', 'occurred_at', 'type', 'user_id', 'duration_ms', 'is_activity', 'data']

/** What belongs to a format. */
export function writingOf(format: ExportFormat): Writing {
  return format === 'csv'
    ? { opening: columns.join(','), line: csvLine, between: '', closing: '' }
    : { opening: '[', line: jsonLine, between: ',', closing: ']' }
}

function csvLine({ id, occurredAt, type, userId, durationMs, isActivity, data }: ExportedEvent): string {
  return [id, occurredAt, type, userId, durationMs, isActivity, JSON.stringify(data)].map(csvField).join(',')
}

/** Quoted where it must be; what was not measured is empty. */
function csvField(value: string | number | boolean | null): string {
  const text = value === null ? '' : String(value)
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

// Digits as a string: they may be more than a number of JSON keeps.
const jsonLine = ({ id, occurredAt, type, userId, durationMs, isActivity, data }: ExportedEvent): string =>
  JSON.stringify({ id, occurredAt, type, userId, durationMs, isActivity, data })
