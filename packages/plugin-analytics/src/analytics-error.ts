/** What the analytics plugin throws: one class, and a code for each case. */

/** Every code, and what it means. */
export const analyticsErrorCodes = {
  ANALYTICS_EVENT:
    'An event cannot be stored: its type is empty or too long, or its data is no plain object.',
  ANALYTICS_EVENT_DATA: 'The data of an event does not fit the schema that was stated for it.',
  ANALYTICS_EVENT_UNKNOWN: 'An event was tracked that neither the app nor a plugin has stated.',
  ANALYTICS_EVENTS_INVALID:
    'An event was stated with a name of a wrong form, one that is taken, or without a schema.',
  ANALYTICS_PERIOD: 'A report was asked for with a day, a period or a limit that cannot be.',
  ANALYTICS_FUNNEL: 'A funnel has too few or too many steps, or a step that is none.',
} as const satisfies Record<string, string>

/** A code of {@link analyticsErrorCodes}. */
export type AnalyticsErrorCode = keyof typeof analyticsErrorCodes

/** The author of the call must act. Nothing was stored. */
export class AnalyticsError extends Error {
  readonly code: AnalyticsErrorCode
  override readonly name = 'AnalyticsError'

  constructor(code: AnalyticsErrorCode, message: string) {
    super(message)
    this.code = code
  }
}
