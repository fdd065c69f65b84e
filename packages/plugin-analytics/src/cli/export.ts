/** `hello analytics export`: prints single events as CSV or JSON, some thousands at a time. A cursor would need one transaction for all of it, and hold the roll-ups back for as long as its reader takes. */
import type { AddCliCommand, CliCommand, CliContext, Sql } from '@hello/core'
import type { AnalyticsContract } from '../contract.js'
import { readRange } from '../reports/periods.js'
import { readRollUpState } from '../rollup.js'
import { type ExportedEvent, type ExportFormat, exportFormats, writingOf } from './export-format.js'

interface ExportArguments {
  readonly format: ExportFormat
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly type?: string | undefined
}

const batchSize = 2_000

/** See the file's purpose. */
export const exportCommand = (command: AddCliCommand<AnalyticsContract>): CliCommand =>
  command<ExportArguments>('export', {
    describe: 'Print single events, the oldest first',
    examples: [
      ['analytics export > events.csv', 'The last 30 days as CSV'],
      [
        'analytics export --format json --from 2026-01-01 --to 2026-01-31 --type purchase',
        'Some of a month as JSON',
      ],
    ],
    builder: (yargs) =>
      yargs
        .option('format', {
          choices: exportFormats,
          default: 'csv' as const,
          describe: 'A row, or an object, for each event',
        })
        .option('from', {
          type: 'string',
          requiresArg: true,
          describe: 'The first day, as 2026-01-31; 30 days before the last where it is left out',
        })
        .option('to', {
          type: 'string',
          requiresArg: true,
          describe: 'The last day, included; today where it is left out',
        })
        .option('type', { type: 'string', requiresArg: true, describe: 'Only events of this type' }),
    handle: exportEvents,
  })

async function exportEvents({
  args,
  unit,
  print,
  note,
  progress,
  signal,
}: CliContext<AnalyticsContract, ExportArguments>) {
  const span = await unit(({ session: { sql } }) => spanOf(sql, args))
  const bar = progress(span.events, 'events')
  const { opening, line, closing, between } = writingOf(args.format)
  if (opening !== '') await print(opening)
  let exported = 0
  for (let after: Place | undefined; !signal.aborted; ) {
    const events = await unit(({ session: { sql } }) => eventsAfter(sql, span, after))
    const last = events.at(-1)
    if (last === undefined) break
    // JSON has a comma before every event but the first, and none is known to be the last.
    const lines = events.map((event, index) => (exported + index === 0 ? '' : between) + line(event))
    await print(lines.join('\n'))
    exported += events.length
    after = { occurredAt: last.occurredAt, id: last.id }
    bar.advance(events.length)
  }
  if (closing !== '') await print(closing)
  bar.stop()
  note(`${exported} events were exported.`)
}

interface Span {
  readonly fromAt: string
  readonly endAt: string
  readonly type: string | null
  /** How many there are when the export begins. */
  readonly events: number
}

/** Where a batch ended. */
interface Place {
  readonly occurredAt: string
  readonly id: string
}

/** @throws AnalyticsError ANALYTICS_PERIOD */
async function spanOf(sql: Sql, { from, to, type }: ExportArguments): Promise<Span> {
  const { timeZone, today } = await readRollUpState(sql)
  const range = readRange({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) }, today)
  // Not beyond this moment, or a busy bot would be followed without end.
  const [span] = await sql<{ fromAt: string; endAt: string }>`
    SELECT (${range.first}::timestamp AT TIME ZONE ${timeZone})::text AS "fromAt",
      LEAST((${range.last}::date + 1)::timestamp AT TIME ZONE ${timeZone}, clock_timestamp())::text AS "endAt"`
  const { fromAt, endAt } = span as { fromAt: string; endAt: string }
  const [counted] = await sql<{ events: string }>`
    SELECT count(*) AS events FROM analytics_events
    WHERE occurred_at >= ${fromAt}::timestamptz AND occurred_at < ${endAt}::timestamptz
      AND (${type ?? null}::text IS NULL OR type = ${type ?? null})`
  return { fromAt, endAt, type: type ?? null, events: Number(counted?.events) }
}

function eventsAfter(
  sql: Sql,
  { fromAt, endAt, type }: Span,
  after: Place | undefined,
): Promise<ExportedEvent[]> {
  return sql<ExportedEvent>`
    SELECT e.id::text AS id, type, user_id AS "userId", duration_ms AS "durationMs", is_activity AS "isActivity", data,
      to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS "occurredAt"
    FROM analytics_events e
    WHERE occurred_at >= ${after?.occurredAt ?? fromAt}::timestamptz AND occurred_at < ${endAt}::timestamptz
      AND (occurred_at, e.id) > (${after?.occurredAt ?? '-infinity'}::timestamptz, ${after?.id ?? 0}::bigint)
      AND (${type}::text IS NULL OR type = ${type})
    ORDER BY occurred_at, e.id LIMIT ${batchSize}`
}
