/** Funnels: of those who did the first thing, how many did the second after it, and so on. Read from single events, since the order within a day counts. */
import { raw, type Sql } from '@hello/core'
import { AnalyticsError } from '../analytics-error.js'
import type { DayRange } from '../day-rows.js'
import type { EventData } from '../define-events.js'
import type { RollUpState } from '../roll-up-state.js'
import type { RangeOptions } from './periods.js'

/** An event, by its type, or by its type and some of its data: `{ type: 'command', data: { command: 'start' } }`. */
export type FunnelStep = string | { readonly type: string; readonly data?: EventData }

/** What a funnel is asked. */
export interface FunnelOptions extends RangeOptions {
  /** 2 to 10 steps, each after the one before it. */
  readonly steps: readonly FunnelStep[]
  /** Longest time from a person's first step in the range to their last, in days. Number > 0. @default the whole range */
  readonly withinDays?: number
}

/** One step of a funnel. */
export interface FunnelStepResult {
  readonly step: FunnelStep
  /** Who took it, after all those before it. */
  readonly people: number
  /** Of those who took the first step, from 0 to 1; 0 where nobody did. */
  readonly rate: number
}

/** @throws AnalyticsError ANALYTICS_FUNNEL */
export async function funnelOf(
  sql: Sql,
  { timeZone }: RollUpState,
  { first, last }: DayRange,
  { steps, withinDays }: Pick<FunnelOptions, 'steps' | 'withinDays'>,
): Promise<FunnelStepResult[]> {
  assertSteps(steps, withinDays)
  const asked = steps.map((step) => (typeof step === 'string' ? { type: step } : step))
  // Values travel as one parameter; the text says only how many steps there are, and which of them look at data.
  const [row] = await sql<Record<string, string>>`
    WITH input AS (
      SELECT ${JSON.stringify(asked)}::jsonb AS steps, ${withinDays ?? null}::double precision * interval '1 day' AS within,
        ${first}::timestamp AT TIME ZONE ${timeZone} AS first_at,
        (${last}::date + 1)::timestamp AT TIME ZONE ${timeZone} AS end_at
    ), ${raw(asked.map(({ data }, index) => stepCte(index, data !== undefined)).join(', '))}
    SELECT ${raw(asked.map((_, index) => `(SELECT count(*) FROM step${index}) AS "${index}"`).join(', '))}`
  const people = steps.map((_, index) => Number(row?.[index] ?? 0))
  const begun = people[0] as number
  return steps.map((step, index) => {
    const count = people[index] as number
    return { step, people: count, rate: begun === 0 ? 0 : count / begun }
  })
}

/** Who took a step, and when: as early as they could, so that the most time is left for the next one. */
function stepCte(index: number, hasData: boolean): string {
  const isStep = `e.type = (SELECT steps -> ${index} ->> 'type' FROM input)${
    hasData ? ` AND e.data @> (SELECT steps -> ${index} -> 'data' FROM input)` : ''
  } AND e.occurred_at < (SELECT end_at FROM input)`
  if (index === 0) {
    return `step0 AS MATERIALIZED (
      SELECT e.user_id, min(e.occurred_at) AS at, min(e.occurred_at) AS begun_at FROM analytics_events e
      WHERE ${isStep} AND e.occurred_at >= (SELECT first_at FROM input) AND e.user_id IS NOT NULL GROUP BY 1)`
  }
  return `step${index} AS MATERIALIZED (
      SELECT e.user_id, min(e.occurred_at) AS at, min(s.begun_at) AS begun_at
      FROM step${index - 1} s JOIN analytics_events e USING (user_id)
      WHERE ${isStep} AND e.occurred_at >= (SELECT first_at FROM input) AND e.occurred_at > s.at
        AND ((SELECT within FROM input) IS NULL OR e.occurred_at <= s.begun_at + (SELECT within FROM input))
      GROUP BY 1)`
}

function assertSteps(steps: unknown, withinDays: unknown): void {
  if (!Array.isArray(steps) || steps.length < 2 || steps.length > 10) {
    const found = Array.isArray(steps) ? `${steps.length} steps` : typeof steps
    throw new AnalyticsError('ANALYTICS_FUNNEL', `A funnel has 2 to 10 steps, found ${found}.`)
  }
  for (const [index, step] of steps.entries()) {
    const type = typeof step === 'string' ? step : (step as { type?: unknown } | undefined)?.type
    if (typeof type === 'string' && type !== '') continue
    throw new AnalyticsError(
      'ANALYTICS_FUNNEL',
      `Step ${index + 1} of the funnel is ${JSON.stringify(step)}, expected the type of an event, or { type, data }.`,
    )
  }
  if (withinDays === undefined || (typeof withinDays === 'number' && withinDays > 0 && withinDays <= 3_660))
    return
  throw new AnalyticsError(
    'ANALYTICS_FUNNEL',
    `withinDays is ${String(withinDays)}, expected a number over 0, at most 3660.`,
  )
}
