/** The service that answers: who comes, who stays, what they do, and how fast they are answered. */
import type { DatabaseSession } from '@hello/core'
import { AnalyticsError } from './analytics-error.js'
import {
  type CommandUse,
  type EventsOfPeriod,
  eventsByPeriod,
  type ResponseTimes,
  responseTimesOf,
  topCommandsOf,
} from './reports/counts.js'
import { type FunnelOptions, type FunnelStepResult, funnelOf } from './reports/funnel.js'
import {
  type Cohort,
  cohortsOf,
  type PeopleOfPeriod,
  peopleByPeriod,
  peopleOfRange,
} from './reports/people.js'
import { type PeriodOptions, type RangeOptions, readPeriod, readRange } from './reports/periods.js'
import type { RollUpState } from './roll-up-state.js'
import { readRollUpState } from './rollup.js'

/**
 * Answers of the days that there were. The service `analyticsReports`. Days are those of the option `timeZone`, from
 * midnight to midnight however long they are, weeks begin on Monday. All that is committed is counted, up to this moment.
 *
 * Each method throws an AnalyticsError ANALYTICS_PERIOD where a day or a period cannot be.
 */
export class AnalyticsReports {
  readonly #session: DatabaseSession

  constructor({ session }: { session: DatabaseSession }) {
    this.#session = session
  }

  /** The day that it is, such as `2026-01-31`. */
  async today(): Promise<string> {
    return (await this.#state()).today
  }

  /** Active, new, returning and churned people of each day, week or month. */
  async people({ by, ...range }: PeriodOptions = {}): Promise<readonly PeopleOfPeriod[]> {
    const period = readPeriod(by)
    const state = await this.#state()
    return peopleByPeriod(this.#session.sql, state, readRange(range, state.today), period)
  }

  /** The same of the whole range as one period, against as many days before it. */
  async summary(range: RangeOptions = {}): Promise<PeopleOfPeriod> {
    const state = await this.#state()
    return peopleOfRange(this.#session.sql, state, readRange(range, state.today))
  }

  /** How many of those who came in the same period were active in each one since. */
  async retention({ by, ...range }: PeriodOptions = {}): Promise<readonly Cohort[]> {
    const period = readPeriod(by)
    const state = await this.#state()
    return cohortsOf(this.#session.sql, state, readRange(range, state.today), period)
  }

  /**
   * Of those who took the first step, how many took the second after it, and so on. Each person counts from their first
   * first step in the range on. It reads single events, which are kept for `keepEventsDays`.
   *
   * @throws AnalyticsError ANALYTICS_FUNNEL: there are fewer than 2 steps or more than 10, or one is none.
   */
  async funnel({ steps, withinDays, ...range }: FunnelOptions): Promise<readonly FunnelStepResult[]> {
    const state = await this.#state()
    return funnelOf(this.#session.sql, state, readRange(range, state.today), {
      steps,
      ...(withinDays !== undefined && { withinDays }),
    })
  }

  /** How many events there were in each day, week or month, by type. */
  async events({ by, ...range }: PeriodOptions = {}): Promise<readonly EventsOfPeriod[]> {
    const period = readPeriod(by)
    const state = await this.#state()
    return eventsByPeriod(this.#session.sql, state, readRange(range, state.today), period)
  }

  /** The commands that were used most. @param options `limit`: integer from 1 to 100, 10 by default */
  async topCommands({
    limit = 10,
    ...range
  }: RangeOptions & { readonly limit?: number } = {}): Promise<readonly CommandUse[]> {
    if (!Number.isInteger(limit) || limit < 1 || limit > 100)
      throw new AnalyticsError(
        'ANALYTICS_PERIOD',
        `limit is ${String(limit)}, expected a whole number from 1 to 100.`,
      )
    const state = await this.#state()
    return topCommandsOf(this.#session.sql, state, readRange(range, state.today), limit)
  }

  /** How long the handlers of messages, commands and buttons took. Neither the wait for earlier updates of the chat nor the commit is in it. */
  async responseTimes(range: RangeOptions = {}): Promise<ResponseTimes> {
    const state = await this.#state()
    return responseTimesOf(this.#session.sql, state, readRange(range, state.today))
  }

  #state(): Promise<RollUpState> {
    return readRollUpState(this.#session.sql)
  }
}
