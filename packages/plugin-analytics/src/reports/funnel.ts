/** Funnels: of those who did the first thing, how many did the second after it, and so on. Read from single events, since the order within a day counts. */
import type { Sql } from '@hello/core'
import { AnalyticsError } from '../analytics-error.js'
import type { DayRange } from '../day-rows.js'
import type { EventData } from '../define-events.js'
import type { RollUpState } from '../roll-up-state.js'
import { Moments } from './moments.js'
import type { RangeOptions } from './periods.js'
import { type EventReader, readStepEvents } from './step-events.js'

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

const dayMicros = 86_400_000_000

/** @throws AnalyticsError ANALYTICS_FUNNEL */
export async function funnelOf(
  sql: Sql,
  state: RollUpState,
  range: DayRange,
  { steps, withinDays = Number.POSITIVE_INFINITY }: Pick<FunnelOptions, 'steps' | 'withinDays'>,
): Promise<FunnelStepResult[]> {
  assertSteps(steps, withinDays)
  const takers = new FunnelTakers(withinDays * dayMicros)
  const people: number[] = []
  for (const step of steps) {
    await readStepEvents(sql, state, range, typeof step === 'string' ? { type: step } : step, takers.read)
    people.push(takers.endStep())
  }
  const begun = people[0] as number
  return steps.map((step, index) => {
    const count = people[index] as number
    return { step, people: count, rate: begun === 0 ? 0 : count / begun }
  })
}

/** When each person took the steps so far: each as early as they could, so that the most time is left for the next one. */
class FunnelTakers {
  readonly #within: number
  #begun: Moments | undefined
  #before = new Moments()
  #now = new Moments()

  constructor(within: number) {
    this.#within = within
  }

  readonly read: EventReader = (userId, at) => {
    if (this.#begun !== undefined) {
      const before = this.#before.of(userId)
      if (before === 0 || at <= before || at - this.#begun.of(userId) > this.#within) return
    }
    this.#now.note(userId, at)
  }

  /** @returns how many took it */
  endStep(): number {
    this.#before = this.#now
    this.#begun ??= this.#now
    this.#now = new Moments()
    return this.#before.size
  }
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
  if (withinDays === Number.POSITIVE_INFINITY) return
  if (typeof withinDays === 'number' && withinDays > 0 && withinDays <= 3_660) return
  throw new AnalyticsError(
    'ANALYTICS_FUNNEL',
    `withinDays is ${String(withinDays)}, expected a number over 0, at most 3660.`,
  )
}
